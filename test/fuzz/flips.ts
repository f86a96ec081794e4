import { readFileSync, writeFileSync } from 'node:fs';
import { FLAG_IN_USE } from '../../src/binlog/types.js';
import { HEADER_BYTES } from '../../src/core/event.js';
import type { LogSource } from '../../src/core/source.js';
import { FIRST_OFFSET } from '../../src/source/events.js';
import { fileLog } from '../../src/source/files.js';
import { codeOf, decodeEverything } from './decode.js';
import { hasChecksums, isPlain, recordedFiles } from './recorded.js';

/** This bit of the first event lies outside of its checksum. */
const IN_USE_BIT = (FIRST_OFFSET + 17) * 8 + Math.log2(FLAG_IN_USE);
/** Every scratch file has this name. */
const FILE = 'binlog.000001';

/** Reads a log into lines, each with the place where its transaction or event begins. */
type Read = (log: LogSource, line: (start: number, text: string) => void) => Promise<void>;

/** What is read from a place on, and what ends it. */
interface Told {
  readonly from: number;
  readonly read: Read;
  readonly starts: readonly number[];
  readonly lines: readonly string[];
  readonly code: string;
}

/** A recorded file, and what it says while nothing is wrong with it: from its begin, and from later places on. */
export interface Whole {
  readonly name: string;
  readonly bytes: Buffer;
  readonly told: readonly Told[];
}

/** The recordings that have checksums. */
export async function wholes(scratch: string): Promise<Whole[]> {
  const found: Whole[] = [];
  for (const { name, path } of recordedFiles().filter(isPlain)) {
    const bytes = readFileSync(path);
    if (hasChecksums(bytes)) found.push({ name, bytes, told: await tellFromEach(bytes, scratch) });
  }
  return found;
}

/**
 * Files that were recorded for what they are refused for are read as events. Nothing begins between the steps of a
 * prepared transaction: the second would be refused without the first.
 */
async function tellFromEach(bytes: Buffer, scratch: string): Promise<Told[]> {
  writeFileSync(scratch, bytes);
  const rows = await tell(scratch, FIRST_OFFSET, readRows);
  const whole = rows.code === 'read' ? rows : await tell(scratch, FIRST_OFFSET, readEvents);
  const told = [whole];
  for (const start of new Set(whole.starts)) {
    const rest = await tell(scratch, start, whole.read);
    if (rest.code === whole.code) told.push(rest);
  }
  return told;
}

/**
 * Turns one bit around and reads the file from where the transaction begins that it lies in: what stands before it is
 * untouched. Throws where it says anything that the whole file does not, or nothing is noticed.
 */
export async function flip({ name, bytes, told }: Whole, bit: number, scratch: string): Promise<string> {
  const flipped = Buffer.from(bytes);
  flipped[bit >> 3] = flipped[bit >> 3]! ^ (1 << (bit & 7));
  writeFileSync(scratch, flipped);
  const whole = told.findLast(({ from }) => from <= bit >> 3) ?? told[0]!;
  const { lines, code } = await tell(scratch, whole.from, whole.read);
  const what = `${name}, bit ${bit & 7} of byte ${bit >> 3}`;
  const other = lines.find((line, i) => line !== whole.lines[i]);
  if (other !== undefined) throw new Error(`${what}: another row: ${other}`);
  const isRight = bit === IN_USE_BIT ? code === whole.code : code !== 'read';
  if (!isRight) throw new Error(`${what}: ${code}`);
  return code;
}

async function tell(path: string, from: number, read: Read): Promise<Told> {
  const log: LogSource = {
    ...fileLog({ paths: [path] }),
    tail: async () => ({ kind: 'file', file: FILE, offset: from }),
  };
  const [starts, lines]: [number[], string[]] = [[], []];
  const reading = read(log, (start, text) => {
    starts.push(start);
    lines.push(text);
  });
  const code = await reading.then(() => 'read', codeOf);
  return { from, read, starts, lines, code };
}

const readRows: Read = (log, line) =>
  decodeEverything(log, ({ span: { file, start, end } }, rows) => {
    for (const row of [`${file}:${start}-${end}`, ...rows]) line(start, row);
  });

const readEvents: Read = async (log, line) => {
  const { signal } = new AbortController();
  const from = { source: await log.identity(signal), log: await log.tail(signal), held: [] };
  for await (const { events } of log.read(from, signal)) {
    // The flags may differ by the bit that lies outside of its checksum.
    for (const { start, type, bytes } of events) line(start, `${start} ${type} ${bytes.toString('hex', HEADER_BYTES)}`);
  }
};

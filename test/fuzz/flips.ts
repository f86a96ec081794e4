import { readFileSync, writeFileSync } from 'node:fs';
import { FLAG_IN_USE } from '../../src/binlog/types.js';
import { FIRST_OFFSET } from '../../src/source/events.js';
import { fileLog } from '../../src/source/files.js';
import { codeOf, decodeEverything } from './decode.js';
import { hasChecksums, isPlain, recordedFiles } from './recorded.js';

/** This bit of the first event lies outside of its checksum. */
const IN_USE_BIT = (FIRST_OFFSET + 17) * 8 + Math.log2(FLAG_IN_USE);

/** A recorded file, and what it says while nothing is wrong with it. */
export interface Whole {
  readonly name: string;
  readonly bytes: Buffer;
  readonly lines: readonly string[];
  /** What it is read to: some were recorded for what they are refused for. */
  readonly code: string;
}

/** The recordings that have checksums. */
export async function wholes(scratch: string): Promise<Whole[]> {
  const found: Whole[] = [];
  for (const { name, path } of recordedFiles().filter(isPlain)) {
    const bytes = readFileSync(path);
    if (hasChecksums(bytes)) found.push({ name, bytes, ...(await tell(bytes, scratch)) });
  }
  return found;
}

/** Turns one bit around and reads the file. Throws where it says anything that the whole file does not, or nothing is noticed. */
export async function flip({ name, bytes, lines, code }: Whole, bit: number, scratch: string): Promise<string> {
  const flipped = Buffer.from(bytes);
  flipped[bit >> 3] = flipped[bit >> 3]! ^ (1 << (bit & 7));
  const told = await tell(flipped, scratch);
  const what = `${name}, bit ${bit & 7} of byte ${bit >> 3}`;
  if (told.lines.some((line, i) => line !== lines[i]))
    throw new Error(`${what}: another row: ${told.lines.find((line, i) => line !== lines[i])}`);
  const isRight = bit === IN_USE_BIT ? told.code === code : told.code !== 'read';
  if (!isRight) throw new Error(`${what}: ${told.code}`);
  return told.code;
}

async function tell(bytes: Buffer, scratch: string): Promise<{ lines: string[]; code: string }> {
  writeFileSync(scratch, bytes);
  const lines: string[] = [];
  try {
    await decodeEverything(fileLog({ paths: [scratch] }), ({ span }, rows) => {
      lines.push(`${span.file}:${span.start}-${span.end}`, ...rows);
    });
    return { lines, code: 'read' };
  } catch (error) {
    return { lines, code: codeOf(error) };
  }
}

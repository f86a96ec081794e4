import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { decodeFormat, formatChecksumBytes } from '../../src/binlog/format-description.js';
import { START_ENCRYPTION_EVENT } from '../../src/binlog/types.js';
import type { FormatDescription, RawEvent } from '../../src/core/event.js';
import type { LogSource } from '../../src/core/source.js';
import { EventChain, FIRST_OFFSET } from '../../src/source/events.js';
import { MAGIC } from '../source/log-bytes.js';
import { codeOf, decodeEverything } from './decode.js';

const FOLDER = join(import.meta.dirname, '../fixtures');
const TYPE_AT = 4;
const LENGTH_AT = 9;
const LOG_POS_AT = 13;
const FLAGS_AT = 17;

/** A recorded log file, its events without checksums and places, so that they can be put together anew. */
export interface Recording {
  readonly name: string;
  readonly path: string;
  /** The first event, changed so that it promises no checksums. */
  readonly first: Buffer;
  readonly format: FormatDescription;
  readonly events: readonly Buffer[];
  /** For each event the events that it has to stand between to make sense: a transaction, mostly. */
  readonly contexts: readonly (readonly [from: number, to: number])[];
}

/** Every log file among the fixtures. */
export function recordedFiles(): { name: string; path: string }[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.binlog'))
    .sort()
    .map((name) => ({ name, path: join(FOLDER, name) }));
}

/** False where a file is encrypted from its first byte on. */
export function isPlain({ path }: { path: string }): boolean {
  return readFileSync(path).subarray(0, MAGIC.length).equals(MAGIC);
}

export function hasChecksums(bytes: Buffer): boolean {
  const format = bytes.subarray(FIRST_OFFSET, FIRST_OFFSET + bytes.readUInt32LE(FIRST_OFFSET + LENGTH_AT));
  return decodeFormat(format.subarray(0, format.length - formatChecksumBytes(format))).checksum === 'crc32';
}

export async function recordings(): Promise<Recording[]> {
  return Promise.all(
    recordedFiles()
      .filter(isPlain)
      .map(({ name, path }) => readRecording(name, path)),
  );
}

async function readRecording(name: string, path: string): Promise<Recording> {
  const bytes = readFileSync(path);
  const [logged, ...raw] = splitFile(bytes);
  const first = withoutChecksums(logged!);
  const format = decodeFormat(formatChecksumBytes(first) === 0 ? first : first.subarray(0, -4));
  const events = raw.map((event) => plain(event, hasChecksums(bytes) ? 4 : 0));
  return { name, path, first, format, events, contexts: await contextsOf(events, first) };
}

/** The events of a log file as they stand in it, up to where it is encrypted. */
export function splitFile(bytes: Buffer): Buffer[] {
  const events: Buffer[] = [];
  let at = FIRST_OFFSET;
  while (at < bytes.length && events.at(-1)?.[TYPE_AT] !== START_ENCRYPTION_EVENT) {
    const end = at + bytes.readUInt32LE(at + LENGTH_AT);
    events.push(Buffer.from(bytes.subarray(at, end)));
    at = end;
  }
  return events;
}

function withoutChecksums(format: Buffer): Buffer {
  const first = Buffer.from(format);
  if (formatChecksumBytes(first) === 0) return first;
  const body = first.subarray(0, -4);
  body[body.length - 1] = 0;
  body.writeUInt16LE(0, FLAGS_AT);
  first.writeUInt32LE(crc32(body), body.length);
  return first;
}

function plain(event: Buffer, checksumBytes: number): Buffer {
  const bytes = Buffer.from(event.subarray(0, event.length - checksumBytes));
  bytes.writeUInt32LE(bytes.length, LENGTH_AT);
  bytes.writeUInt32LE(0, LOG_POS_AT);
  return bytes;
}

/** An event of a transaction needs all of it, with the transaction that it was prepared in; others stand alone. */
async function contextsOf(events: readonly Buffer[], first: Buffer): Promise<[number, number][]> {
  const starts: number[] = [];
  const log = logOf(first, events, (event) => starts.push(event.start));
  const spans: [number, number][] = [];
  const decoded = decodeEverything(log, ({ span, prepared }) => {
    spans.push([prepared?.span.start ?? span.start, span.end]);
  });
  // Some were recorded for what they are refused for.
  await decoded.catch(codeOf);
  // The format comes first.
  return events.map((_, i) => {
    const at = starts[i + 1]!;
    const span = spans.find(([from, to]) => from <= at && at < to);
    if (span === undefined) return [i, i + 1];
    const inside = starts.flatMap((start, j) => (j > 0 && span[0] <= start && start < span[1] ? [j - 1] : []));
    return [inside[0]!, inside.at(-1)! + 1];
  });
}

/** A log of these events, from memory. What the chain refuses ends it, behind what came before. */
export function logOf(first: Buffer, events: readonly Buffer[], seen: (event: RawEvent) => void = () => {}): LogSource {
  const file = 'binlog.000001';
  const start = { kind: 'file', file, offset: FIRST_OFFSET } as const;
  return {
    identity: async () => ({ flavour: 'mysql', id: 'server-id:1' }),
    head: async () => start,
    tail: async () => start,
    leavesOutExecuted: false,
    async *read() {
      const taken: RawEvent[] = [];
      let format: FormatDescription | null = null;
      const chain = new EventChain({
        prefix: '',
        origin: 'file',
        skipsExecuted: false,
        handler: (event, _, itsFormat) => {
          seen(event);
          taken.push(event);
          format = itsFormat;
        },
      });
      chain.open(file, FIRST_OFFSET);
      let failure: { error: unknown } | null = null;
      try {
        for (const event of [first, ...events]) chain.add(event, 0, event.length);
      } catch (error) {
        failure = { error };
      }
      if (format !== null) yield { file, format, events: taken };
      if (failure !== null) throw failure.error;
    },
  };
}

/** Sets what an event's header says of its length to what it is. */
export function mendLength(event: Buffer): Buffer {
  if (event.length >= LENGTH_AT + 4) event.writeUInt32LE(event.length, LENGTH_AT);
  return event;
}

import { RowtideError } from 'rowtide';
import { Reader } from '../protocol/reader.js';

/** What record batches say: records, and the ends of transactions, each of one producer, in the order of the log. */
export type LogEntry =
  | { readonly kind: 'record'; readonly producer: bigint; readonly key: Buffer; readonly value: Buffer | null }
  | { readonly kind: 'end'; readonly producer: bigint; readonly isCommitted: boolean };

/** Entries of batches, and the offset behind the last whole one; `from` if there is none. */
export interface ReadBatches {
  readonly entries: readonly LogEntry[];
  readonly next: bigint;
}

const BATCH_LENGTH_AT = 8;
const COMPRESSION = 0x07;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMMIT = 1;

/** Reads record batches as a broker sends them; see batch.ts for their grammar. Those before `from` are left out. */
export function readBatches(bytes: Buffer, from: bigint): ReadBatches {
  const entries: LogEntry[] = [];
  let next = from;
  for (let at = 0; at + BATCH_LENGTH_AT + 4 <= bytes.length; ) {
    const end = at + BATCH_LENGTH_AT + 4 + bytes.readInt32BE(at + BATCH_LENGTH_AT);
    if (end > bytes.length) break;
    const reader = new Reader(bytes.subarray(at, end));
    const baseOffset = reader.i64();
    reader.bytes(13);
    const attributes = reader.i16();
    const behind = baseOffset + BigInt(reader.i32()) + 1n;
    reader.bytes(16);
    const producer = reader.i64();
    reader.bytes(6);
    if (behind > from) entries.push(...readRecords(reader, { producer, attributes }));
    next = behind > next ? behind : next;
    at = end;
  }
  return { entries, next };
}

function readRecords(reader: Reader, { producer, attributes }: { producer: bigint; attributes: number }): LogEntry[] {
  if ((attributes & COMPRESSION) !== 0) throw compressed();
  const entries: LogEntry[] = [];
  for (let left = reader.i32(); left > 0; left--) {
    const record = new Reader(reader.bytes(reader.varint()));
    record.i8();
    // The time in 64 bits, and the offset.
    record.skipVarlong();
    record.varint();
    const key = record.bytes(Math.max(0, record.varint()));
    const valueBytes = record.varint();
    const value = valueBytes < 0 ? null : record.bytes(valueBytes);
    if ((attributes & CONTROL) !== 0)
      entries.push({ kind: 'end', producer, isCommitted: key.readInt16BE(2) === COMMIT });
    else if ((attributes & TRANSACTIONAL) !== 0) entries.push({ kind: 'record', producer, key, value });
    else entries.push({ kind: 'record', producer, key, value }, { kind: 'end', producer, isCommitted: true });
  }
  return entries;
}

/** The value of `key` that was committed last; undefined if none was, null if what was committed is that there is none. */
export function lastCommitted(entries: Iterable<LogEntry>, key: Buffer): Buffer | null | undefined {
  const open = new Map<bigint, Buffer | null>();
  let last: Buffer | null | undefined;
  for (const entry of entries) {
    if (entry.kind === 'record') {
      if (entry.key.equals(key)) open.set(entry.producer, entry.value);
    } else {
      if (entry.isCommitted && open.has(entry.producer)) last = open.get(entry.producer);
      open.delete(entry.producer);
    }
  }
  return last;
}

function compressed(): RowtideError {
  return new RowtideError('CHECKPOINT_CORRUPT', 'the topic of the checkpoint compresses its records', {
    hint: 'Set its compression.type to producer, and write the checkpoint anew.',
  });
}

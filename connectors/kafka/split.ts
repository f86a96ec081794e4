import { BATCH_HEADER_BYTES, RecordBatch } from './batch.js';
import type { BufferPool } from './buffers.js';
import { Reader } from './protocol/reader.js';

/**
 * The records of a batch in two, each of about half the bytes. Only of a batch that holds more than one, and that no
 * broker has: one that was sent before may have been written although nobody said so.
 */
export function split(batch: RecordBatch, pool: BufferPool): [RecordBatch, RecordBatch] {
  const halfBytes = (batch.length - BATCH_HEADER_BYTES) / 2;
  const part = (): RecordBatch => {
    const made = new RecordBatch(pool.take(batch.length), batch.timestampMs, batch.style);
    made.sealedAtMs = batch.sealedAtMs;
    return made;
  };
  const [first, second] = [part(), part()];
  const reader = new Reader(batch.bytes.subarray(0, batch.length), BATCH_HEADER_BYTES);
  for (let i = 0; i < batch.count; i++) {
    const record = keyOnwards(reader.bytes(reader.varint()));
    const isEnough = first.length - BATCH_HEADER_BYTES + record.length > halfBytes;
    if (first.count > 0 && (isEnough || second.count > 0 || i === batch.count - 1)) second.append(record);
    else first.append(record);
  }
  return [first, second];
}

/** What follows attributes, time and number of a record. */
function keyOnwards(record: Buffer): Buffer {
  const reader = new Reader(record, 2);
  reader.varint();
  return reader.bytes(record.length - reader.offset);
}

import { type FormattedRecord, type RowCursor, type RowsWriter, RowtideError } from 'rowtide';
import { BATCH_HEADER_BYTES, recordBytes } from './batch.js';
import { murmur2 } from './murmur2.js';
import type { PartitionWriter } from './partition-writer.js';
import { placeOf, type Route } from './routing/router.js';
import type { Topic } from './topics.js';

/** The rows of one event on their way into a topic. */
export interface Rows {
  readonly route: Route;
  readonly writer: RowsWriter;
  readonly cursor: RowCursor;
  /** Of all of them; null: the key of each row says. */
  readonly partition: PartitionWriter | null;
  /** Of all of them, as they stand in a record; null for none. */
  readonly headers: Buffer | null;
}

/** A record whose bytes are ready: the key, and the value behind it. */
interface Ready {
  readonly bytes: Buffer;
  readonly keyBytes: number;
  readonly end: number;
  readonly headers: Buffer | null;
}

const SCRATCH_BYTES = 64 * 1024;
/** Writers of words write past the end. */
const SLACK_BYTES = 8;

/** Writes records into the batches of their partitions. */
export class RecordWriter {
  #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES + SLACK_BYTES);

  /** The row under the cursor. */
  row({ route, writer, cursor, partition: own, headers }: Rows, index: number): void {
    const bytesMax = writer.bytesMax(cursor);
    const scratch = this.#room(bytesMax);
    const keyBytes = writer.key(scratch, 0, cursor);
    const partition = own ?? partitionOf(route, scratch, keyBytes);
    const recordBytesMax = headers === null ? bytesMax : bytesMax + headers.length;
    if (recordBytesMax <= partition.directBytesMax) {
      const batch = partition.room(recordBytesMax);
      const at = batch.begin(scratch, keyBytes);
      batch.end(writer.value(batch.bytes, at, cursor, index), headers);
    } else {
      const end = writer.value(scratch, keyBytes, cursor, index);
      put(route.topic, partition, { place: placeOf(route), ready: { bytes: scratch, keyBytes, end, headers } });
    }
  }

  /** A record of its key and no value: nothing where there is no key. */
  tombstone({ route, writer, cursor, partition: own, headers }: Rows): void {
    const key = this.key(writer, cursor);
    if (key.length === 0) return;
    const partition = own ?? partitionOf(route, key, key.length);
    const ready = { bytes: key, keyBytes: key.length, end: key.length, headers };
    put(route.topic, partition, { place: placeOf(route), ready });
  }

  /** The key of the row under the cursor, good until the next row. */
  key(writer: RowsWriter, cursor: RowCursor): Buffer {
    const scratch = this.#room(writer.bytesMax(cursor));
    return scratch.subarray(0, writer.key(scratch, 0, cursor));
  }

  /** To partition 0. `place`: how errors name it. */
  record(topic: Topic, { key, value }: FormattedRecord, place: string): void {
    const bytes = key === null ? value : Buffer.concat([key, value]);
    const ready = { bytes, keyBytes: key?.length ?? 0, end: bytes.length, headers: null };
    put(topic, topic.partitions[0]!, { place, ready });
  }

  /** A buffer for a row of at most so many bytes; one for a huge row is not kept. */
  #room(bytes: number): Buffer {
    return bytes <= SCRATCH_BYTES ? this.#scratch : Buffer.allocUnsafeSlow(bytes + SLACK_BYTES);
  }
}

function partitionOf({ topic, keyless }: Route, key: Buffer, keyBytes: number): PartitionWriter {
  if (keyBytes === 0) return keyless;
  return topic.partitions[murmur2(key, 0, keyBytes) % topic.partitions.length]!;
}

function put(topic: Topic, partition: PartitionWriter, { place, ready }: { place: string; ready: Ready }): void {
  const { bytes, keyBytes, end, headers } = ready;
  const headersBytes = headers?.length ?? 0;
  const size = BATCH_HEADER_BYTES + recordBytes(keyBytes, end - keyBytes, headersBytes);
  if (size > topic.messageBytesMax) throw tooLarge(topic, { place, key: bytes.toString('utf8', 0, keyBytes), size });
  const batch = partition.room(end + headersBytes);
  const at = batch.begin(bytes, keyBytes);
  bytes.copy(batch.bytes, at, keyBytes, end);
  batch.end(at + end - keyBytes, headers);
}

function tooLarge(topic: Topic, { place, key, size }: { place: string; key: string; size: number }): RowtideError {
  const named = key === '' ? 'a row without a key' : `the row with key ${key.slice(0, 200)}`;
  return new RowtideError(
    'RECORD_TOO_LARGE',
    `${place}: ${named} makes a record of ${size} bytes, and topic ${topic.name} takes ${topic.messageBytesMax}`,
    {
      hint: `Raise max.message.bytes of topic ${topic.name} (consumers may need a larger fetch size), or exclude the column or the table.`,
    },
  );
}

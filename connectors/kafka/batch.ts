import type { Codec } from './compression/codec.js';
import { crc32c } from './crc32c.js';
import type { ProducerIdentity } from './protocol/init-producer-id.js';
import { SEQUENCES } from './sequence.js';
import { putVarint, varintBytes } from './varint.js';

/** Bytes of a record batch before its first record. */
export const BATCH_HEADER_BYTES = 61;
/** More than a record takes beside key and value, with the slack that writers of words need behind the value. */
export const RECORD_OVERHEAD_BYTES = 32;
/** Two bytes hold the lengths of most records; the others are moved. */
const RESERVED = 2;

/** Bytes of a record that begins a batch. `headersBytes`: with their number, 0 for none. */
export function recordBytes(keyBytes: number, valueBytes: number, headersBytes = 0): number {
  const lengths = varintBytes(keyBytes || -1) + varintBytes(valueBytes || -1);
  const body = 3 + lengths + keyBytes + valueBytes + (headersBytes || 1);
  return varintBytes(body) + body;
}

/** What all batches of a producer have in common. */
export interface BatchStyle {
  readonly codec: Codec | null;
  readonly isTransactional: boolean;
}

const TRANSACTIONAL = 0x10;

/**
 * A record batch (magic 2) that is written in place; compressed, its records are one piece of bytes instead:
 * ```
 * batch  => base_offset:INT64 batch_length:INT32 partition_leader_epoch:INT32 magic:INT8 crc:UINT32 attributes:INT16
 *           last_offset_delta:INT32 base_timestamp:INT64 max_timestamp:INT64 producer_id:INT64 producer_epoch:INT16
 *           base_sequence:INT32 records:[record]
 * record => length:VARINT attributes:INT8 timestamp_delta:VARINT offset_delta:VARINT
 *           key_length:VARINT key value_length:VARINT value headers_count:VARINT headers:[header]
 * ```
 * All records carry the time at which the batch was begun, not the time of their commit: a broker counts a topic's
 * retention from it, and would drop an old binlog's changes as soon as they arrive.
 */
export class RecordBatch {
  bytes: Buffer;
  length = BATCH_HEADER_BYTES;
  count = 0;
  /** How often it was sent. */
  sends = 0;
  /** Set when it is sealed: from then on the delivery deadline runs. */
  sealedAtMs = 0;
  #sequence = -1;
  #recordAt = 0;
  #valueAt = 0;
  /** Compressed; null: what goes over the wire is `bytes`. */
  #compressed: Buffer | null = null;
  readonly timestampMs: number;
  readonly style: BatchStyle;

  constructor(bytes: Buffer, timestampMs: number, style: BatchStyle) {
    this.bytes = bytes;
    this.timestampMs = timestampMs;
    this.style = style;
  }

  /** Begins a record; the value is to be written into `bytes` from the offset that is returned. No key: zero bytes. */
  begin(key: Buffer, keyBytes: number): number {
    const { bytes } = this;
    this.#recordAt = this.length;
    let at = this.length + RESERVED;
    bytes[at++] = 0;
    bytes[at++] = 0;
    at = putVarint(bytes, at, this.count);
    at = putVarint(bytes, at, keyBytes || -1);
    for (let i = 0; i < keyBytes; i++) bytes[at++] = key[i]!;
    this.#valueAt = at + RESERVED;
    return this.#valueAt;
  }

  /** Ends the record behind its value. A value of no bytes is null. `headers`: their number and they; null for none. */
  end(valueEnd: number, headers: Buffer | null = null): void {
    const lengthAt = this.#valueAt - RESERVED;
    const valueBytes = valueEnd - this.#valueAt;
    let end = this.#putLength(lengthAt, { from: this.#valueAt, to: valueEnd, length: valueBytes || -1 });
    if (headers === null) this.bytes[end++] = 0;
    else end += headers.copy(this.bytes, end);
    const bodyAt = this.#recordAt + RESERVED;
    this.length = this.#putLength(this.#recordAt, { from: bodyAt, to: end, length: end - bodyAt });
    this.count++;
  }

  /** Ends a record that is another batch's: what it holds from the length of its key on. */
  append(record: Buffer): void {
    let at = putVarint(this.bytes, this.length, 2 + varintBytes(this.count) + record.length);
    this.bytes[at++] = 0;
    this.bytes[at++] = 0;
    at = putVarint(this.bytes, at, this.count);
    this.length = at + record.copy(this.bytes, at);
    this.count++;
  }

  /** The first of `count` sequences; −1 until it was frozen. */
  get sequence(): number {
    return this.#sequence;
  }

  get lastSequence(): number {
    return (this.#sequence + this.count - 1) % SEQUENCES;
  }

  get isFrozen(): boolean {
    return this.#sequence >= 0;
  }

  /** At the first send: from here on the bytes never change, so that a broker knows a repetition when it sees one. */
  freeze(identity: ProducerIdentity, sequence: number): void {
    const { codec, isTransactional } = this.style;
    const timestamp = BigInt(this.timestampMs);
    this.#sequence = sequence;
    this.#compressed = codec === null ? null : this.#compress(codec);
    const bytes = this.#compressed ?? this.bytes.subarray(0, this.length);
    const compression = codec === null || this.#compressed === null ? 0 : codec.attribute;
    bytes.writeBigInt64BE(0n, 0);
    bytes.writeInt32BE(bytes.length - 12, 8);
    bytes.writeInt32BE(-1, 12);
    bytes[16] = 2;
    bytes.writeInt16BE(compression | (isTransactional ? TRANSACTIONAL : 0), 21);
    bytes.writeInt32BE(this.count - 1, 23);
    bytes.writeBigInt64BE(timestamp, 27);
    bytes.writeBigInt64BE(timestamp, 35);
    bytes.writeBigInt64BE(identity.id, 43);
    bytes.writeInt16BE(identity.epoch, 51);
    bytes.writeInt32BE(sequence, 53);
    bytes.writeInt32BE(this.count, 57);
    bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  }

  /** With room for a header in front; null where it would not be smaller. */
  #compress(codec: Codec): Buffer | null {
    const records = codec.compress(this.bytes.subarray(BATCH_HEADER_BYTES, this.length));
    if (BATCH_HEADER_BYTES + records.length >= this.length) return null;
    const batch = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + records.length);
    records.copy(batch, BATCH_HEADER_BYTES);
    return batch;
  }

  /** What goes over the wire. */
  get frozen(): Buffer {
    return this.#compressed ?? this.bytes.subarray(0, this.length);
  }

  /** Puts a length before bytes that were written behind its reserved place; returns where they end now. */
  #putLength(at: number, written: { from: number; to: number; length: number }): number {
    const shift = varintBytes(written.length) - RESERVED;
    if (shift !== 0) this.bytes.copyWithin(written.from + shift, written.from, written.to);
    putVarint(this.bytes, at, written.length);
    return written.to + shift;
  }
}

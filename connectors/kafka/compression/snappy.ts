import { copied } from './copied.js';
import { findMatches, type SequenceWriter } from './matches.js';

/** Magic, version and the oldest version that can read it, as xerial's library for Java begins its streams. */
const STREAM_HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const BLOCK_BYTES = 32 * 1024;
/** What a block that never repeats becomes: tags of its literals, and its length in front. */
const BLOCK_BYTES_MAX = BLOCK_BYTES + Math.ceil(BLOCK_BYTES / 6) + 32;

/**
 * Snappy in the framing that Kafka's Java clients write and everybody reads:
 * ```
 * stream => header { size:INT32 block }*
 * ```
 */
export function snappyStream(records: Buffer): Buffer {
  const blocks = Math.ceil(records.length / BLOCK_BYTES);
  const out = Buffer.allocUnsafeSlow(STREAM_HEADER.length + blocks * (4 + BLOCK_BYTES_MAX));
  let at = STREAM_HEADER.copy(out);
  for (let from = 0; from < records.length; from += BLOCK_BYTES) {
    const to = Math.min(from + BLOCK_BYTES, records.length);
    const writer = new SnappyWriter(records, out, at + 4);
    writer.begin(to - from);
    findMatches(records, { from, to }, writer);
    out.writeInt32BE(writer.at - at - 4, at);
    at = writer.at;
  }
  return out.subarray(0, at);
}

const LITERAL = 0;
const COPY_NEAR = 1;
const COPY = 2;

/**
 * A block of Snappy:
 * ```
 * block   => length:UNSIGNED_VARINT element*
 * literal => tag:UINT8 bytes                        tag: count less 1 in 6 bits, 00; 60 and 61: in one or two bytes behind
 * near    => tag:UINT8 distance:UINT8               tag: high 3 bits of the distance, length less 4 in 3 bits, 01
 * copy    => tag:UINT8 distance:UINT16_LE           tag: length less 1 in 6 bits, 10
 * ```
 */
class SnappyWriter implements SequenceWriter {
  at: number;
  readonly #source: Buffer;
  readonly #out: Buffer;

  constructor(source: Buffer, out: Buffer, at: number) {
    this.#source = source;
    this.#out = out;
    this.at = at;
  }

  begin(bytes: number): void {
    let rest = bytes;
    for (; rest >= 0x80; rest >>>= 7) this.#out[this.at++] = (rest & 0x7f) | 0x80;
    this.#out[this.at++] = rest;
  }

  sequence(from: number, to: number, distance: number, length: number): void {
    this.literals(from, to);
    let left = length;
    for (; left >= 68; left -= 64) this.#copy(distance, 64);
    // What is left may not be shorter than a copy can be.
    if (left > 64) {
      this.#copy(distance, 60);
      left -= 60;
    }
    this.#copy(distance, left);
  }

  literals(from: number, to: number): void {
    const less = to - from - 1;
    if (less < 0) return;
    const out = this.#out;
    if (less < 60) {
      out[this.at++] = (less << 2) | LITERAL;
    } else if (less < 0x100) {
      out[this.at++] = (60 << 2) | LITERAL;
      out[this.at++] = less;
    } else {
      out[this.at++] = (61 << 2) | LITERAL;
      out[this.at++] = less;
      out[this.at++] = less >>> 8;
    }
    this.at = copied(this.#source, { from, to }, { out, at: this.at });
  }

  #copy(distance: number, length: number): void {
    const out = this.#out;
    if (length < 12 && distance < 2048) {
      out[this.at++] = ((distance >>> 8) << 5) | ((length - 4) << 2) | COPY_NEAR;
      out[this.at++] = distance;
    } else {
      out[this.at++] = ((length - 1) << 2) | COPY;
      out[this.at++] = distance;
      out[this.at++] = distance >>> 8;
    }
  }
}

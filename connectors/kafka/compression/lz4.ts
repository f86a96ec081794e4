import { copied } from './copied.js';
import { findMatches, type SequenceWriter } from './matches.js';

/** Magic, flags (version 1, independent blocks), size of blocks (64 KiB), and the checksum of those two. */
const FRAME_HEADER = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
const BLOCK_BYTES = 64 * 1024;
const STORED = 0x8000_0000;
/** A block of bytes that never repeat grows by one in 255, and by its token. */
const BLOCK_BYTES_MAX = BLOCK_BYTES + Math.ceil(BLOCK_BYTES / 255) + 16;

/**
 * An LZ4 frame, as Kafka reads it since 0.10:
 * ```
 * frame => header { size:UINT32_LE bytes }* 0:UINT32_LE      size with its highest bit: the bytes are stored as they are
 * ```
 */
export function lz4Frame(records: Buffer): Buffer {
  const blocks = Math.ceil(records.length / BLOCK_BYTES);
  const out = Buffer.allocUnsafeSlow(FRAME_HEADER.length + blocks * (4 + BLOCK_BYTES_MAX) + 4);
  let at = FRAME_HEADER.copy(out);
  for (let from = 0; from < records.length; from += BLOCK_BYTES) {
    const to = Math.min(from + BLOCK_BYTES, records.length);
    const writer = new Lz4Writer(records, out, at + 4);
    findMatches(records, { from, to }, writer);
    const bytes = writer.at - at - 4;
    if (bytes < to - from) {
      at = out.writeUInt32LE(bytes, at) + bytes;
    } else {
      at = out.writeUInt32LE(to - from + STORED, at);
      at += records.copy(out, at, from, to);
    }
  }
  return out.subarray(0, out.writeUInt32LE(0, at));
}

/**
 * A block of LZ4:
 * ```
 * sequence => token:UINT8 more_literals literals distance:UINT16_LE more_length     the last one ends with its literals
 * token    => count of literals in 4 bits, length of the copy less 4 in 4 bits; 15: what is more follows, in bytes
 *             that are 255 but for the last one
 * ```
 */
class Lz4Writer implements SequenceWriter {
  at: number;
  readonly #source: Buffer;
  readonly #out: Buffer;

  constructor(source: Buffer, out: Buffer, at: number) {
    this.#source = source;
    this.#out = out;
    this.at = at;
  }

  sequence(from: number, to: number, distance: number, length: number): void {
    const more = length - 4;
    this.#literals(from, to, Math.min(more, 15));
    this.#out[this.at++] = distance;
    this.#out[this.at++] = distance >>> 8;
    if (more >= 15) this.#rest(more - 15);
  }

  literals(from: number, to: number): void {
    this.#literals(from, to, 0);
  }

  #literals(from: number, to: number, length: number): void {
    const count = to - from;
    this.#out[this.at++] = (Math.min(count, 15) << 4) | length;
    if (count >= 15) this.#rest(count - 15);
    this.at = copied(this.#source, { from, to }, { out: this.#out, at: this.at });
  }

  #rest(value: number): void {
    let left = value;
    for (; left >= 255; left -= 255) this.#out[this.at++] = 255;
    this.#out[this.at++] = left;
  }
}

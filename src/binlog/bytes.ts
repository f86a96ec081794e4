import { isUtf8 } from 'node:buffer';
// Declares Buffer's slices.
import type {} from '../column/charsets/decode.js';
import { malformed } from '../core/errors.js';

/** Reads the body of an event in wire order. Every read is checked: past the end is EVENT_MALFORMED. */
export class ByteReader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    return this.bytes[this.skip(1)]!;
  }

  u16(): number {
    return this.bytes.readUInt16LE(this.skip(2));
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.skip(4));
  }

  u48(): number {
    return this.bytes.readUIntLE(this.skip(6), 6);
  }

  u56(): number {
    const low = this.u32();
    return this.bytes.readUIntLE(this.skip(3), 3) * 0x100000000 + low;
  }

  u64(): bigint {
    return this.bytes.readBigUInt64LE(this.skip(8));
  }

  i64(): bigint {
    return this.bytes.readBigInt64LE(this.skip(8));
  }

  /** MySQL's length-encoded integer: one byte up to 250, or 252, 253, 254 and 2, 3, 8 bytes. */
  lengthEncoded(): number {
    const first = this.u8();
    switch (first) {
      case 252:
        return this.u16();
      case 253:
        return this.bytes.readUIntLE(this.skip(3), 3);
      case 254:
        return this.#safe(this.u64());
      case 251:
      case 255:
        throw malformed(`a length begins with ${first}`);
      default:
        return first;
    }
  }

  slice(length: number): Buffer {
    const at = this.skip(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A name: servers store all of them as UTF-8, and check them. */
  utf8(length: number): string {
    const at = this.skip(length);
    const text = this.bytes.utf8Slice(at, at + length);
    if (text.includes('\ufffd') && !isUtf8(this.bytes.subarray(at, at + length))) {
      throw malformed(`a name is not valid UTF-8: 0x${this.bytes.hexSlice(at, at + length)}`);
    }
    return text;
  }

  /** Of the same kind, for the next `length` bytes, which are passed. */
  part(length: number): ByteReader {
    const at = this.skip(length);
    return new ByteReader(this.bytes, at, at + length);
  }

  /** Moves on by `length` and returns where it was. */
  skip(length: number): number {
    const at = this.at;
    // Also false for NaN, which comes of reading lengths past the end.
    if (!(length >= 0 && length <= this.end - at)) {
      throw malformed(`${length} bytes wanted at ${at}, and only ${this.end - at} are left`);
    }
    this.at = at + length;
    return at;
  }

  #safe(value: bigint): number {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`a length of ${value}`);
    return Number(value);
  }
}

/** Reads names as the bytes that they are, each byte as one character: for who prints them again, whatever they hold. */
export class NameBytesReader extends ByteReader {
  override utf8(length: number): string {
    const at = this.skip(length);
    return this.bytes.latin1Slice(at, at + length);
  }

  override part(length: number): ByteReader {
    const at = this.skip(length);
    return new NameBytesReader(this.bytes, at, at + length);
  }
}

/** How the bodies of events are read. */
export type Reader = typeof ByteReader;

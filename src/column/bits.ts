import type { Codec, Visitor } from './visitor.js';

/** BIT(n): big-endian in (n + 7) / 8 bytes. */
export class BitCodec implements Codec {
  readonly width: number;

  constructor(bits: number) {
    this.width = (bits + 7) >> 3;
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    let high = 0;
    let low = 0;
    for (let i = at; i < end; i++) {
      if (end - i > 4) high = high * 256 + bytes[i]!;
      else low = low * 256 + bytes[i]!;
    }
    return visitor.unsignedLong(high, low, into);
  }
}

/** ENUM: the label's number, from 1, little-endian in 1 or 2 bytes; 0 is the empty string of an invalid value. */
export class EnumCodec implements Codec {
  readonly width: number;

  constructor(width: number) {
    this.width = width;
  }

  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.member(this.width === 1 ? bytes[at]! : bytes[at]! | (bytes[at + 1]! << 8), into);
  }
}

/** SET: a bit for each label, little-endian in 1, 2, 3, 4 or 8 bytes. */
export class SetCodec implements Codec {
  readonly width: number;

  constructor(width: number) {
    this.width = width;
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    let high = 0;
    let low = 0;
    for (let i = end - 1; i >= at; i--) {
      if (i - at >= 4) high = high * 256 + bytes[i]!;
      else low = low * 256 + bytes[i]!;
    }
    return visitor.members(high, low, into);
  }
}

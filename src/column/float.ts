import type { Codec, Visitor } from './visitor.js';

/** IEEE 754, little-endian, 4 bytes. */
export class FloatCodec implements Codec {
  readonly width = 4;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.float(bytes.readFloatLE(at), into);
  }
}

/** IEEE 754, little-endian, 8 bytes. */
export class DoubleCodec implements Codec {
  readonly width = 8;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.double(bytes.readDoubleLE(at), into);
  }
}

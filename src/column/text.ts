import type { Codec, Visitor } from './visitor.js';

/** CHAR, VARCHAR and the TEXT family: a length in 1 to 4 bytes, then the text in the column's character set. */
export class TextCodec implements Codec {
  readonly width: number;

  constructor(prefixBytes: number) {
    this.width = -prefixBytes;
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.text(bytes, at, end, into);
  }
}

/** BINARY, VARBINARY, the BLOB family, GEOMETRY (SRID and WKB) and VECTOR (32 bit floats): the same, without a text. */
export class BytesCodec implements Codec {
  readonly width: number;
  readonly #lengthMin: number;

  constructor(prefixBytes: number, lengthMin = 0) {
    this.width = -prefixBytes;
    this.#lengthMin = lengthMin;
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.bytes(bytes, at, end, Math.max(end - at, this.#lengthMin), into);
  }
}

/** Binary JSON with its length in 4 bytes. */
export class JsonCodec implements Codec {
  readonly width: number;

  constructor(prefixBytes: number) {
    this.width = -prefixBytes;
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.json(bytes, at, end, into);
  }
}

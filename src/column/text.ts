import { copyAscii } from './ascii-write.js';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeJsonText } from './json-text.js';
import { type Codec, SHORT_TEXT_BYTES_MAX, type ShortTextCodec, type Visitor } from './visitor.js';

/** A copy of a longer text costs more than the native call that it saves. */
const COPY_BYTES_MAX = 128;

/** CHAR, VARCHAR and the TEXT family: a length in 1 to 4 bytes, then the text in the column's character set. */
export class TextCodec implements ShortTextCodec {
  readonly width: number;

  constructor(prefixBytes: number) {
    this.width = -prefixBytes;
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.text(bytes, at, end, into);
  }

  write(out: Buffer, to: number, bytes: Buffer, at: number, end: number): number {
    return end - at > COPY_BYTES_MAX ? to : copyAscii(out, to, bytes, at, end);
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
export class JsonCodec implements ShortTextCodec {
  readonly width: number;

  constructor(prefixBytes: number) {
    this.width = -prefixBytes;
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.json(bytes, at, end, into);
  }

  write(out: Buffer, to: number, bytes: Buffer, at: number, end: number): number {
    if ((end - at) * JSON_TEXT_EXPANSION + JSON_TEXT_SLACK > SHORT_TEXT_BYTES_MAX) return to;
    return writeJsonText(out, to, { bytes, from: at, to: end });
  }
}

import { malformed } from '../core/errors.js';
import { copyAscii } from './ascii-write.js';
import type { ShortTextCodec, Visitor } from './visitor.js';

const SPACE = 0x20;
const DIGITS = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

/** DECIMAL before MySQL 5.0.3: its text, filled up from the left with spaces (zeros: ZEROFILL) to the column's width. */
export class OldDecimalCodec implements ShortTextCodec {
  readonly width: number;

  constructor(width: number) {
    this.width = width;
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.decimal(bytes, this.#begin(bytes, at, end), end, into);
  }

  write(out: Buffer, to: number, bytes: Buffer, at: number, end: number): number {
    return copyAscii(out, to, bytes, this.#begin(bytes, at, end), end);
  }

  #begin(bytes: Buffer, at: number, end: number): number {
    let from = at;
    while (from < end && bytes[from] === SPACE) from++;
    const text = bytes.latin1Slice(from, end);
    if (!DIGITS.test(text)) throw malformed(`${JSON.stringify(text)} is no DECIMAL as MySQL before 5.0.3 stored it`);
    return from;
  }
}

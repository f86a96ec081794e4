import { writeAscii } from '../../column/ascii-write.js';
import type { Charset } from '../../column/charset.js';
import { shortestFloat } from '../../column/double-text.js';
import * as type from '../../column/types.js';
import { jsonText } from '../../column/value.js';
import type { Column, Table } from '../../core/table.js';
import { JsonVisitor, jsonBytesMax } from '../json-visitor.js';
import { replacedText } from '../replaced-text.js';
import { javaNumber } from './java-number.js';

const ESCAPE_BYTES_MAX = 6;
/** Quotes and backslashes of a document, which is itself a string here. */
const NESTED_ESCAPE_BYTES_MAX = 2;
/** A number in quotes. */
const NUMBER_BYTES_MAX = 32;

export function canalBytesMax(column: Column): { fixed: number; factor: number } {
  const { fixed, factor } = jsonBytesMax(column);
  switch (column.type) {
    case type.ENUM:
    case type.SET:
      return { fixed: NUMBER_BYTES_MAX, factor: 0 };
    case type.JSON_DOCUMENT:
      return { fixed: fixed * NESTED_ESCAPE_BYTES_MAX, factor: factor * NESTED_ESCAPE_BYTES_MAX };
    case type.STRING:
      return { fixed: fixed + ESCAPE_BYTES_MAX * column.meta, factor: ESCAPE_BYTES_MAX };
    default:
      return { fixed, factor: factor === 0 ? 0 : ESCAPE_BYTES_MAX };
  }
}

/** Cells as canal writes them: all are strings. Numbers of ENUM and SET in place of labels, bytes as characters. */
export class CanalVisitor extends JsonVisitor {
  readonly #isYear: boolean;

  constructor(table: Table, column: Column) {
    super(table, column);
    this.#isYear = column.type === type.YEAR;
  }

  override int(value: number, at: number): number {
    return writeAscii(this.out, at, this.#isYear && value === 0 ? '"0000"' : `"${value}"`);
  }

  override long(high: number, low: number, at: number): number {
    this.out[at] = QUOTE;
    const end = super.long(high, low, at + 1);
    this.out[end] = QUOTE;
    return end + 1;
  }

  override float(value: number, at: number): number {
    return this.double(shortestFloat(value), at);
  }

  override double(value: number, at: number): number {
    return writeAscii(this.out, at, `"${javaNumber(value)}"`);
  }

  override bytes(bytes: Buffer, from: number, to: number, length: number, at: number): number {
    return this.#string(bytes.latin1Slice(from, to).padEnd(length, '\0'), at);
  }

  override member(index: number, at: number): number {
    return this.int(index, at);
  }

  override members(high: number, low: number, at: number): number {
    return this.unsignedLong(high, low, at);
  }

  override json(bytes: Buffer, from: number, to: number, at: number): number {
    return this.#string(jsonText(bytes, from, to), at);
  }

  protected override invalid(charset: Charset, bytes: Buffer, cell: { from: number; to: number }): string {
    return replacedText(charset, bytes, cell);
  }

  #string(text: string, at: number): number {
    return at + this.out.write(JSON.stringify(text), at);
  }
}

const QUOTE = 0x22;

import { copyAscii, writeAscii } from '../../column/ascii-write.js';
import type { Charset } from '../../column/charset.js';
import * as type from '../../column/types.js';
import { memberList } from '../../column/value.js';
import type { Column, Table } from '../../core/table.js';
import { JsonVisitor, jsonBytesMax } from '../json-visitor.js';
import { replacedText } from '../replaced-text.js';
import { wkt } from '../wkt.js';

const MEMBERS_MAX = 64;

/** The same as for our own JSON, but for a SET's quotes. Of geometries see `wktBytesMax`. */
export function maxwellBytesMax(column: Column): { fixed: number; factor: number } {
  const { fixed, factor } = jsonBytesMax(column);
  if (column.type === type.GEOMETRY) return { fixed, factor: 0 };
  return { fixed: column.type === type.SET ? fixed + 2 * MEMBERS_MAX : fixed, factor };
}

/** Cells as Maxwell writes them: numbers of any size as numbers, a SET as a list, geometries as well-known text. */
export class MaxwellVisitor extends JsonVisitor {
  readonly #isGeometry: boolean;
  readonly #nullZeroDates: boolean;

  constructor(table: Table, column: Column, { outputNullZerodates }: { readonly outputNullZerodates: boolean }) {
    super(table, column);
    this.#isGeometry = column.type === type.GEOMETRY;
    this.#nullZeroDates = outputNullZerodates && hasDate(column.type);
  }

  override decimal(bytes: Buffer, from: number, to: number, at: number): number {
    return copyAscii(this.out, at, bytes, from, to);
  }

  override temporal(bytes: Buffer, from: number, to: number, at: number): number {
    if (this.#nullZeroDates && bytes.latin1Slice(from, from + ZERO_DATE.length) === ZERO_DATE) return this.null(at);
    return super.temporal(bytes, from, to, at);
  }

  override bytes(bytes: Buffer, from: number, to: number, length: number, at: number): number {
    if (!this.#isGeometry) return super.bytes(bytes, from, to, length, at);
    return writeAscii(this.out, at, `"${wkt(bytes, from, to)}"`);
  }

  /** The empty value of what was no member is null. */
  override member(index: number, at: number): number {
    return index === 0 ? this.null(at) : super.member(index, at);
  }

  override members(high: number, low: number, at: number): number {
    return at + this.out.write(JSON.stringify(memberList(high, low, this.labels)), at);
  }

  protected override invalid(charset: Charset, bytes: Buffer, cell: { from: number; to: number }): string {
    return replacedText(charset, bytes, cell);
  }
}

const ZERO_DATE = '0000-00-00';

function hasDate(columnType: number): boolean {
  switch (columnType) {
    case type.DATE:
    case type.NEWDATE:
    case type.DATETIME:
    case type.DATETIME2:
    case type.TIMESTAMP:
    case type.TIMESTAMP2:
      return true;
    default:
      return false;
  }
}

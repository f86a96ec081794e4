import { copyShort } from '../../column/ascii-write.js';
import * as type from '../../column/types.js';
import { ABSENT_CELL, type Image } from '../../core/image.js';
import type { Column, Table } from '../../core/table.js';
import type { RowCursor } from '../../core/transaction.js';
import { embrace, JsonCells } from '../json-cells.js';
import { cellDiffers } from '../key-change.js';
import { mysqlTypeOf, sqlTypeOf } from './column-types.js';
import { CanalVisitor, canalBytesMax } from './visitor.js';

/** Writes the parts of a message that are made of a row of one table version. */
export class CanalTable {
  /** `["id"]`, or null. */
  readonly pkNames: string;
  readonly #cells: JsonCells;
  readonly #key: readonly number[];
  /** `,"name":"varchar(32)"` of each column. */
  readonly #mysqlTypes: readonly Buffer[];
  /** `,"name":12` of each column; `large` of an unsigned number with its highest bit set. */
  readonly #sqlTypes: readonly { readonly usual: Buffer; readonly large: Buffer; readonly lastByte: number }[];
  /** Columns whose values may be large. */
  readonly #unsigned: readonly number[];
  /** Of whole images without a large number, which nearly all are. */
  readonly #allMysqlTypes: Buffer;
  readonly #allSqlTypes: Buffer;
  readonly #typesBytesMax: number;

  constructor(table: Table) {
    const { columns, primaryKey } = table;
    const member = (column: Column, value: unknown): Buffer =>
      Buffer.from(`,${JSON.stringify(column.name)}:${JSON.stringify(value)}`);
    this.#key = primaryKey;
    this.pkNames = JSON.stringify(primaryKey.length === 0 ? null : primaryKey.map((i) => columns[i]!.name));
    this.#cells = new JsonCells(table, {
      visitor: (column) => new CanalVisitor(table, column),
      bytesMax: canalBytesMax,
      repeated: { columns: primaryKey, times: 1 },
    });
    this.#mysqlTypes = columns.map((column) => member(column, mysqlTypeOf(column)));
    this.#sqlTypes = columns.map((column) => {
      const { usual, large } = sqlTypeOf(column);
      return {
        usual: member(column, usual),
        large: member(column, large),
        lastByte: usual === large ? -1 : lastByte(column),
      };
    });
    this.#unsigned = columns.flatMap(({ ordinal }) => (this.#sqlTypes[ordinal]!.lastByte < 0 ? [] : [ordinal]));
    this.#allMysqlTypes = objectOf(this.#mysqlTypes);
    this.#allSqlTypes = objectOf(this.#sqlTypes.map(({ usual }) => usual));
    const types = [...this.#mysqlTypes, ...this.#sqlTypes.flatMap(({ usual, large }) => [usual, large])];
    this.#typesBytesMax = types.reduce((sum, each) => sum + each.length, 8);
  }

  bytesMax({ before, after }: RowCursor): number {
    return this.#typesBytesMax + this.#cells.bytesMax(before) + this.#cells.bytesMax(after);
  }

  /** `{"id":"4"}`; nothing without a primary key. */
  key(out: Buffer, at: number, cursor: RowCursor): number {
    if (this.#key.length === 0) return at;
    let to = at;
    for (const i of this.#key) {
      const image = imageWith(cursor, i);
      if (image !== null) to = this.#cells.member(out, to, image, i);
    }
    return embrace(out, at, to);
  }

  data(out: Buffer, at: number, cursor: RowCursor): number {
    return this.#each(out, at, cursor, (to, image, i) => this.#cells.member(out, to, image, i));
  }

  mysqlType(out: Buffer, at: number, cursor: RowCursor): number {
    if (isWhole(cursor)) return at + this.#allMysqlTypes.copy(out, at);
    return this.#each(out, at, cursor, (to, _, i) => copyShort(this.#mysqlTypes[i]!, out, to));
  }

  sqlType(out: Buffer, at: number, cursor: RowCursor): number {
    if (isWhole(cursor) && !this.#hasLarge(cursor)) return at + this.#allSqlTypes.copy(out, at);
    return this.#each(out, at, cursor, (to, image, i) => {
      const { usual, large } = this.#sqlTypes[i]!;
      return copyShort(this.#isLarge(image, i) ? large : usual, out, to);
    });
  }

  #hasLarge({ before, after }: RowCursor): boolean {
    const image = after ?? before!;
    return this.#unsigned.some((i) => this.#isLarge(image, i));
  }

  #isLarge(image: Image, i: number): boolean {
    const { lastByte } = this.#sqlTypes[i]!;
    const from = image.at[i]!;
    return lastByte >= 0 && from >= 0 && image.bytes[from + lastByte]! >= 0x80;
  }

  /** What an update changed, as it was. */
  old(out: Buffer, at: number, before: Image, after: Image): number {
    let to = at;
    for (let i = 0; i < before.at.length; i++) {
      if (cellDiffers(before, after, i)) to = this.#cells.member(out, to, before, i);
    }
    return embrace(out, at, to);
  }

  /** Columns that are there, as they are now, or were; what a MINIMAL after image lacks stayed as it was. */
  #each(
    out: Buffer,
    at: number,
    cursor: RowCursor,
    write: (to: number, image: Image, ordinal: number) => number,
  ): number {
    let to = at;
    for (let i = 0; i < this.#mysqlTypes.length; i++) {
      const image = imageWith(cursor, i);
      if (image !== null) to = write(to, image, i);
    }
    return embrace(out, at, to);
  }
}

function objectOf(members: readonly Buffer[]): Buffer {
  const out = Buffer.alloc(members.reduce((sum, each) => sum + each.length, 2));
  const to = members.reduce((at, each) => at + each.copy(out, at), 0);
  return out.subarray(0, embrace(out, 0, to));
}

/** Whether the row is told by an image of all columns. */
function isWhole({ before, after }: RowCursor): boolean {
  const image = after ?? before;
  return image !== null && !image.at.includes(ABSENT_CELL);
}

/** The image that says what a cell is now, or was. */
function imageWith({ before, after }: RowCursor, i: number): Image | null {
  if (after !== null && after.at[i] !== ABSENT_CELL) return after;
  return before !== null && before.at[i] !== ABSENT_CELL ? before : null;
}

/** Where the highest byte of a whole number is: they are logged little-endian. */
function lastByte({ type: columnType }: Column): number {
  switch (columnType) {
    case type.TINY:
      return 0;
    case type.SHORT:
      return 1;
    case type.LONG:
      return 3;
    default:
      return 7;
  }
}

import { copyShort } from '../../column/ascii-write.js';
import * as type from '../../column/types.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../../core/image.js';
import type { Column, Table } from '../../core/table.js';
import type { RowCursor } from '../../core/transaction.js';
import { embrace, JsonCells } from '../json-cells.js';
import { cellDiffers } from '../key-change.js';
import { mysqlTypeOf, type SqlTypes, sqlTypesOf } from './column-types.js';
import { CanalVisitor, canalBytesMax } from './visitor.js';

const SQL_TYPE_BYTES_MAX = 4;

/** Writes the parts of a message that are made of a row of one table version. */
export class CanalTable {
  /** `["id"]`, or null. */
  readonly pkNames: string;
  readonly #cells: JsonCells;
  readonly #key: readonly number[];
  /** `,"name":"varchar(32)"` of each column. */
  readonly #mysqlTypes: readonly Buffer[];
  /** `,"name":12` of each column. */
  readonly #sqlTypes: readonly SqlTypes<Buffer>[];
  /** Where the highest byte of an unsigned number is, else -1. */
  readonly #lastBytes: readonly number[];
  /** Columns that do not always have their usual type. */
  readonly #varying: readonly number[];
  /** Of whole images with usual types only, which nearly all are. */
  readonly #allMysqlTypes: Buffer;
  readonly #allSqlTypes: Buffer;
  readonly #typesBytesMax: number;

  constructor(table: Table) {
    const { columns, primaryKey } = table;
    const member = (column: Column, value: unknown): Buffer =>
      Buffer.from(`,${JSON.stringify(column.name)}:${JSON.stringify(value)}`);
    this.#key = primaryKey;
    // In the order of the table, as canal has them.
    const keyColumns = columns.filter(({ ordinal }) => primaryKey.includes(ordinal));
    this.pkNames = JSON.stringify(keyColumns.length === 0 ? null : keyColumns.map(({ name }) => name));
    this.#cells = new JsonCells(table, {
      visitor: (column) => new CanalVisitor(table, column),
      bytesMax: canalBytesMax,
      repeated: { columns: primaryKey, times: 1 },
    });
    this.#mysqlTypes = columns.map((column) => member(column, mysqlTypeOf(column)));
    const types = columns.map(sqlTypesOf);
    this.#sqlTypes = columns.map((column, i) => {
      const { usual, large, ofNull } = types[i]!;
      return { usual: member(column, usual), large: member(column, large), ofNull: member(column, ofNull) };
    });
    this.#lastBytes = columns.map((column, i) => (types[i]!.large === types[i]!.usual ? -1 : lastByte(column)));
    this.#varying = types.flatMap(({ usual, large, ofNull }, i) => (usual === large && usual === ofNull ? [] : [i]));
    this.#allMysqlTypes = objectOf(this.#mysqlTypes);
    this.#allSqlTypes = objectOf(this.#sqlTypes.map(({ usual }) => usual));
    const written = [...this.#mysqlTypes, ...this.#sqlTypes.flatMap(({ usual, large }) => [usual, large])];
    this.#typesBytesMax = written.reduce((sum, each) => sum + each.length, 8 + columns.length * SQL_TYPE_BYTES_MAX);
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
    if (isWhole(cursor) && this.#isUsual(cursor)) return at + this.#allSqlTypes.copy(out, at);
    return this.#each(out, at, cursor, (to, image, i) => copyShort(this.#sqlTypeIn(image, i), out, to));
  }

  #isUsual({ before, after }: RowCursor): boolean {
    const image = after ?? before!;
    return this.#varying.every((i) => this.#sqlTypeIn(image, i) === this.#sqlTypes[i]!.usual);
  }

  #sqlTypeIn({ bytes, at }: Image, i: number): Buffer {
    const { usual, large, ofNull } = this.#sqlTypes[i]!;
    const from = at[i]!;
    if (from === NULL_CELL) return ofNull;
    const lastByte = this.#lastBytes[i]!;
    return lastByte >= 0 && from >= 0 && bytes[from + lastByte]! >= 0x80 ? large : usual;
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

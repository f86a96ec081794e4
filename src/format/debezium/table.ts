import { copyShort, writeAscii } from '../../column/ascii-write.js';
import { ABSENT_CELL, type Image } from '../../core/image.js';
import type { Table } from '../../core/table.js';
import type { RowCursor } from '../../core/transaction.js';
import { embrace, JsonCells } from '../json-cells.js';
import { type ConnectSchema, keySchema, rowSchema } from './connect-schema.js';
import type { ValueOptions } from './options.js';
import { DebeziumVisitor, debeziumBytesMax } from './visitor.js';

const NULL = Buffer.from('null');

/** Keys and images of one table version. */
export class DebeziumTable {
  readonly rowSchema: ConnectSchema;
  readonly cells: JsonCells;
  readonly #key: readonly number[];
  /** `{"schema":…,"payload":` where keys carry their schema. */
  readonly #keyHead: Buffer;

  constructor(table: Table, options: ValueOptions) {
    this.rowSchema = rowSchema(table, options);
    this.#key = table.primaryKey;
    this.#keyHead = Buffer.from(options.schemasEnable ? headOf(keySchema(table, options)) : '');
    this.cells = new JsonCells(table, {
      visitor: (column) => new DebeziumVisitor(table, column, options),
      bytesMax: debeziumBytesMax,
      repeated: { columns: this.#key, times: 1 },
    });
  }

  bytesMax({ before, after }: RowCursor): number {
    return this.#keyHead.length + 2 * NULL.length + this.cells.bytesMax(before) + this.cells.bytesMax(after);
  }

  image(out: Buffer, at: number, image: Image | null): number {
    return image === null ? copyShort(NULL, out, at) : this.cells.image(out, at, image);
  }

  /** The after image of a MINIMAL update lacks the key columns that did not change; its before image has them all. */
  key(out: Buffer, at: number, { before, after }: RowCursor): number {
    if (this.#key.length === 0) return at;
    out.set(this.#keyHead, at);
    const from = at + this.#keyHead.length;
    let to = from;
    for (const i of this.#key) {
      const image = after === null || (after.at[i] === ABSENT_CELL && before !== null) ? before : after;
      if (image !== null && image.at[i] !== ABSENT_CELL) to = this.cells.member(out, to, image, i);
    }
    to = embrace(out, from, to);
    return this.#keyHead.length === 0 ? to : writeAscii(out, to, '}');
  }
}

/** What stands in front of a payload that carries its schema; a brace closes it. */
export function headOf(schema: ConnectSchema): string {
  return `{"schema":${JSON.stringify(schema)},"payload":`;
}

/** What is compiled once for each version of a table. */
export function perTable<T extends object>(make: (table: Table) => T): (table: Table) => T {
  const compiled = new WeakMap<Table, T>();
  return (table) => {
    let made = compiled.get(table);
    if (made === undefined) {
      made = make(table);
      compiled.set(table, made);
    }
    return made;
  };
}

export function debeziumTables(options: ValueOptions): (table: Table) => DebeziumTable {
  return perTable((table) => new DebeziumTable(table, options));
}

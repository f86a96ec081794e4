import * as type from '../../column/types.js';
import { unreachable } from '../../core/errors.js';
import { ABSENT_CELL, type Image, isChanged } from '../../core/image.js';
import type { RowDiffs } from '../../core/json-diff.js';
import type { Column, Table } from '../../core/table.js';
import type { RowCursor, Rows } from '../../core/transaction.js';
import { EMPTY_MEMBER, literalOf } from '../../sql/literal/column.js';
import { comparison, equalsOthers } from '../../sql/literal/comparison.js';
import { quotedName } from '../../sql/literal/text.js';
import { HINT_EVENTS, HINT_IMAGES, notUndoable } from './refusals.js';
import { LENIENT_MODE, STRICT_MODE } from './session.js';

/** The statements that undo each row of an event, in the order of the rows: they are to be run from the last one on. */
export function* undoStatements(rows: Rows, place: string): Generator<string> {
  const sql = rowSql(rows.table);
  const cursor = rows.cursor();
  while (cursor.next()) {
    const statement = undoOf(rows, cursor, { sql, place });
    if (statement !== null) yield statement;
  }
}

function undoOf(
  { op, table }: Rows,
  { before, after, diffs }: RowCursor,
  { sql, place }: { sql: RowSql; place: string },
): string | null {
  const where = `${place}: the ${op} in ${table.schema}.${table.name}`;
  switch (op) {
    case 'insert':
      return `DELETE FROM ${sql.name} WHERE ${sql.located([after!], where)}`;
    case 'delete':
      return sql.insert(before!, where);
    case 'update':
      requireDocuments(table, { after: after!, diffs }, where);
      return sql.update(before!, after!, where);
    default:
      return unreachable(op);
  }
}

/** A change of a document that was not logged is no document to go back to. */
export function requireDocuments(
  { columns }: Table,
  { after, diffs }: { after: Image; diffs: RowDiffs | null },
  where: string,
): void {
  const unknown = [...(diffs?.keys() ?? [])].find((ordinal) => after.at[ordinal] === ABSENT_CELL);
  if (unknown === undefined) return;
  throw notUndoable(where, `only changes of the document ${columns[unknown]!.name} were logged`, HINT_IMAGES);
}

const compiled = new WeakMap<Table, RowSql>();

export function rowSql(table: Table): RowSql {
  let sql = compiled.get(table);
  if (sql === undefined) {
    sql = new RowSql(table);
    compiled.set(table, sql);
  }
  return sql;
}

/** SQL about the rows of one version of a table. Images are given newest first: a later one has what others lack. */
export class RowSql {
  readonly name: string;
  readonly hasKey: boolean;
  readonly #names: readonly string[];
  readonly #literals: readonly ((image: Image) => string)[];
  /** What a client may give a value. */
  readonly #given: readonly Column[];
  readonly #key: readonly Column[];

  constructor(table: Table) {
    const { columns } = table;
    this.name = `${quotedName(table.schema)}.${quotedName(table.name)}`;
    this.#names = columns.map(({ name }) => quotedName(name));
    this.#literals = columns.map((column) => {
      const place = `column ${table.schema}.${table.name}.${column.name}`;
      return literalOf(table, column, { refuse: (what) => notUndoable(place, what, HINT_EVENTS) });
    });
    this.#given = columns.filter(({ generated }) => generated !== true);
    this.#key = table.primaryKey.map((ordinal) => columns[ordinal]!);
    this.hasKey = this.#key.length > 0;
  }

  /** The condition that only this row meets, and LIMIT 1 where the table has no key. */
  located(images: readonly Image[], where: string): string {
    return this.hasKey ? this.keyed(images, where) : `${this.whole(images, where)} LIMIT 1`;
  }

  /** The row by its primary key, as its index finds it. */
  keyed(images: readonly Image[], where: string): string {
    this.#require(this.#key, images, where);
    return this.#key.map((column) => this.#keyPart(column, images)).join(' AND ');
  }

  /** The row by its primary key, byte for byte: what its collation takes for equal is another row. */
  exactKey(images: readonly Image[], where: string): string {
    const exact = this.#key.filter(equalsOthers).map((column) => this.#equals(column, images));
    return [this.keyed(images, where), ...exact].join(' AND ');
  }

  /** The row by all that it holds, byte for byte. */
  whole(images: readonly Image[], where: string): string {
    this.#require(this.#given, images, where);
    return this.#given.map((column) => this.#equals(column, images)).join(' AND ');
  }

  insert(image: Image, where: string): string {
    this.#require(this.#given, [image], where);
    const names = this.#given.map(({ ordinal }) => this.#names[ordinal]).join(', ');
    const values = this.#given.map((column) => this.literal(column, [image])).join(', ');
    return this.#settable(this.#given, image, `INSERT INTO ${this.name} (${names}) VALUES (${values})`);
  }

  /** Null where the images are the same. */
  update(before: Image, after: Image, where: string): string | null {
    const changed = this.#given.filter((column) => isChanged(before, after, column.ordinal));
    if (changed.length === 0) return null;
    this.#require(changed, [before], where);
    // The server sets such a column to now if the statement does not set it.
    const set = this.#given.filter(
      (column) => changed.includes(column) || (isMoment(column) && before.at[column.ordinal] !== ABSENT_CELL),
    );
    const list = set.map((column) => `${this.#names[column.ordinal]} = ${this.literal(column, [before])}`).join(', ');
    const located = this.located([after, before], where);
    return this.#settable(set, before, `UPDATE ${this.name} SET ${list} WHERE ${located}`);
  }

  literal({ ordinal }: Column, images: readonly Image[]): string {
    const image = images.find(({ at }) => at[ordinal] !== ABSENT_CELL)!;
    return this.#literals[ordinal]!(image);
  }

  #keyPart(column: Column, images: readonly Image[]): string {
    return comparison(column).key(this.#names[column.ordinal]!, this.literal(column, images));
  }

  #equals(column: Column, images: readonly Image[]): string {
    return comparison(column).exact(this.#names[column.ordinal]!, this.literal(column, images));
  }

  /** The statement, with another sql_mode around it where it sets an ENUM to its empty value. */
  #settable(columns: readonly Column[], image: Image, statement: string): string {
    const isStrict = columns.every(
      (column) => column.type !== type.ENUM || this.literal(column, [image]) !== EMPTY_MEMBER,
    );
    if (isStrict) return statement;
    return `SET SESSION sql_mode = '${LENIENT_MODE}';\n${statement};\nSET SESSION sql_mode = '${STRICT_MODE}'`;
  }

  #require(columns: readonly Column[], images: readonly Image[], where: string): void {
    const missing = columns.find(({ ordinal }) => images.every(({ at }) => at[ordinal] === ABSENT_CELL));
    if (missing === undefined) return;
    throw notUndoable(
      where,
      `its row images lack the column ${missing.name} (binlog_row_image was not FULL)`,
      HINT_IMAGES,
    );
  }
}

function isMoment({ type: code }: Column): boolean {
  switch (code) {
    case type.TIMESTAMP:
    case type.TIMESTAMP2:
    case type.DATETIME:
    case type.DATETIME2:
      return true;
    default:
      return false;
  }
}

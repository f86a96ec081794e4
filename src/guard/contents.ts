import { dialectOf } from '../binlog/dialect.js';
import { RowCounter } from '../binlog/row-count.js';
import type { Dialect } from '../core/dialect.js';
import { unreachable } from '../core/errors.js';
import type { Table } from '../core/table.js';
import type { Rows, Statement, Transaction } from '../core/transaction.js';
import { ddlOf, type LoggedDdl, lacksCondition } from './statement.js';

/** What a person might want to know of a transaction before it is applied. */
export interface Contents {
  readonly statements: readonly { readonly text: string; readonly ddl: LoggedDdl }[];
  readonly deletes: readonly DeletedRows[];
  /** UPDATEs and DELETEs that take every row. */
  readonly unconditional: readonly { readonly text: string; readonly table: Table }[];
  /** Rows were updated or deleted by a statement whose text the log does not have. */
  readonly lacksTexts: boolean;
}

export interface DeletedRows {
  readonly table: Table;
  readonly rows: number;
}

const TEXT_MAX = 1000;
const MYSQL: Dialect = {
  flavour: 'mysql',
  version: 90_700,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
};
const counters = new WeakMap<Table, RowCounter>();

/** Nothing of the transaction is kept. Inserts are passed over; of deletes the rows are counted along their lengths. */
export function contentsOf({ entries }: Pick<Transaction, 'entries'>): Contents {
  const statements: { text: string; ddl: LoggedDdl }[] = [];
  const deletes = new Map<string, { table: Table; rows: number }>();
  const unconditional: { text: string; table: Table }[] = [];
  let lacksTexts = false;
  let last: string | undefined;
  for (const entry of entries) {
    switch (entry.kind) {
      case 'statement':
        statements.push({ text: shortened(entry.sql), ddl: ddlOfStatement(entry) });
        break;
      case 'rows': {
        if (entry.op === 'insert') break;
        const { table, query } = entry;
        if (query === undefined) lacksTexts = true;
        // The text of a statement stands with each of its row events.
        else if (query !== last && lacksCondition(query, dialectOfRows(entry))) {
          unconditional.push({ text: shortened(query), table });
        }
        last = query;
        if (entry.op === 'delete') add(deletes, entry);
        break;
      }
      default:
        unreachable(entry);
    }
  }
  return { statements, deletes: [...deletes.values()], unconditional, lacksTexts };
}

export function tableText({ schema, name }: { readonly schema: string | null; readonly name: string }): string {
  return schema === null ? name : `${schema}.${name}`;
}

function ddlOfStatement({ sql, schema, dialect = MYSQL }: Statement): LoggedDdl {
  return ddlOf(sql, dialect, schema);
}

/** Without the session's sql_mode, which is not logged with rows: that is about quotes only. */
function dialectOfRows({ logged }: Rows): Dialect {
  return logged === undefined ? MYSQL : dialectOf(Buffer.alloc(0), logged.format.serverVersion);
}

function add(deletes: Map<string, { table: Table; rows: number }>, rows: Rows): void {
  const { table } = rows;
  const key = JSON.stringify([table.schema, table.name]);
  const found = deletes.get(key) ?? { table, rows: 0 };
  found.rows += countOf(rows);
  deletes.set(key, found);
}

function countOf(rows: Rows): number {
  if (rows.logged === undefined) {
    let count = 0;
    for (const cursor = rows.cursor(); cursor.next(); ) count++;
    return count;
  }
  const counter = counters.get(rows.table) ?? new RowCounter(rows.table);
  counters.set(rows.table, counter);
  return counter.count(rows.event, rows.logged.format);
}

function shortened(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}

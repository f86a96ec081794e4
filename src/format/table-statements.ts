import { formatGtid } from '../core/gtid.js';
import type { Table } from '../core/table.js';
import type { Statement, Transaction } from '../core/transaction.js';
import { parseDdl } from '../sql/ddl/parse.js';
import type { Ddl, TableName } from '../sql/ddl/statement.js';
import { PLAIN_DIALECT } from './plain-dialect.js';

const SQL_LENGTH_MAX = 200;

/** Remembers the last statement about each table, to tell what changed it. */
export class TableStatements {
  readonly #last = new Map<string, string>();

  saw(transaction: Transaction, { schema, sql, dialect }: Statement): void {
    const tables = tablesOf(parseDdl(sql, dialect ?? PLAIN_DIALECT));
    if (tables.length === 0) return;
    const { gtid, span } = transaction;
    const text = sql.length > SQL_LENGTH_MAX ? `${sql.slice(0, SQL_LENGTH_MAX)}…` : sql;
    const at = gtid === null ? `${span.file}:${span.start}` : `GTID ${formatGtid(gtid)}`;
    for (const table of tables) this.#last.set(keyOf(table.schema ?? schema, table.name), `“${text}” (${at})`);
  }

  /** In words; undefined where none was seen. */
  of({ schema, name }: Table): string | undefined {
    return this.#last.get(keyOf(schema, name));
  }
}

/** Servers differ in whether the case of names counts. */
const keyOf = (schema: string, name: string): string => `${schema}.${name}`.toLowerCase();

function tablesOf(ddl: Ddl): readonly TableName[] {
  switch (ddl.kind) {
    case 'create-table':
    case 'create-like':
    case 'alter-table':
      return [ddl.table];
    case 'rename-tables':
      return ddl.renames.map(({ to }) => to);
    default:
      return [];
  }
}

import { isSelfDescribing, tableFromMap, tableWithoutNames } from '../binlog/mapped-table.js';
import { isMariadb } from '../binlog/server-version.js';
import type { TableMap } from '../binlog/table-map.js';
import type { Schemas } from '../binlog/transactions.js';
import type { Dialect } from '../core/dialect.js';
import { RowtideError } from '../core/errors.js';
import type { FormatDescription } from '../core/event.js';
import type { Table } from '../core/table.js';
import type { Statement } from '../core/transaction.js';
import type { ColumnFacts } from '../mysql/columns.js';
import { Cursor } from '../sql/ddl/cursor.js';
import { parseDdl } from '../sql/ddl/parse.js';
import type { TableName } from '../sql/ddl/statement.js';
import { firstKeyword } from '../sql/keyword.js';
import { lex } from '../sql/lexer.js';
import { columnOfFacts } from './facts.js';
import { touchedBy } from './history/touched.js';
import { tableFromFacts, withServerTypes } from './resolve.js';
import type { Catalog } from './schemas.js';

export interface UndoSchemasOptions {
  /** The server whose tables are to be as they were; null: there is only the log. */
  readonly catalog: Catalog | null;
  /** False where bytes are enough. */
  readonly needsNames: boolean;
}

/**
 * Tables as undoing their rows needs them. The log names columns where it is written with binlog_row_metadata=FULL, but
 * never says which are computed; a server knows both, of its tables as they are now.
 */
export function undoSchemas({ catalog, needsNames }: UndoSchemasOptions): Schemas {
  return {
    async table(map) {
      const facts = (await catalog?.columns(map)) ?? null;
      if (catalog !== null && facts === null) throw unknown(map, 'the server has no such table now');
      if (isSelfDescribing(map)) return facts === null ? tableFromMap(map) : described(map, facts);
      if (facts !== null) return assumed(map, facts);
      if (!needsNames) return tableWithoutNames(map);
      throw unknown(map, 'the log does not describe them');
    },
    record: () => undefined,
  };
}

function described(map: TableMap, facts: readonly ColumnFacts[]): Table {
  const known = facts.map(columnOfFacts);
  const table = withServerTypes(tableFromMap(map), known);
  const gone = table.columns.find(({ name }) => !known.some((each) => each.name === name));
  if (gone !== undefined || known.length !== table.columns.length)
    throw mismatch(`${map.schema}.${map.name} has other columns now than when these rows were logged`);
  const generated = new Set(known.filter((each) => each.generated !== null).map(({ name }) => name));
  const columns = table.columns.map((column) =>
    generated.has(column.name) ? { ...column, generated: true as const } : column,
  );
  return { ...table, columns };
}

/** Checked by count, types and lengths. */
function assumed(map: TableMap, facts: readonly ColumnFacts[]): Table {
  try {
    return tableFromFacts(map, facts);
  } catch (error) {
    throw error instanceof RowtideError && error.code === 'TABLE_MISMATCH' ? mismatch(error.message) : error;
  }
}

function mismatch(message: string): RowtideError {
  return new RowtideError('TABLE_MISMATCH', message, {
    hint: 'Bring the table back to the columns it had, or name a server that has it so with --check URL.',
  });
}

function unknown({ schema, name }: TableMap, why: string): RowtideError {
  return new RowtideError('TABLE_UNKNOWN', `columns of ${schema}.${name} are not known: ${why}`, {
    hint: 'Name the server that has the table with --check URL; or have the rows undone by row events, which need no names: --flashback-format=binlog.',
  });
}

/** Statements that change no table, and need no undoing. */
const HARMLESS = new Set(['ANALYZE', 'CHECK', 'CHECKSUM', 'FLUSH', 'GRANT', 'OPTIMIZE', 'REPAIR', 'REVOKE', 'SET']);
/** Temporary tables are gone with their session; their rows are not logged. */
const OF_TEMPORARY_TABLES = /^\s*(CREATE|DROP)\s+(\/\*!\d+\s*)?TEMPORARY\b/i;

/**
 * Whether a statement may have changed tables: any, or one of those that are chosen (`wants`). What is not understood
 * may.
 */
export function mayChangeTables(
  { sql, schema }: Statement,
  { serverVersion }: FormatDescription,
  wants: ((schema: string, table: string) => boolean) | null,
): boolean {
  if (HARMLESS.has(firstKeyword(sql)) || OF_TEMPORARY_TABLES.test(sql)) return false;
  if (wants === null) return true;
  try {
    const touched = touchedTables(sql, { ...NEUTRAL, flavour: isMariadb(serverVersion) ? 'mariadb' : 'mysql' }, schema);
    return touched === null || touched.some((table) => wants(table.schema ?? schema, table.name));
  } catch (error) {
    if (error instanceof RowtideError && error.code === 'DDL_UNKNOWN') return true;
    throw error;
  }
}

const NEUTRAL: Omit<Dialect, 'flavour'> = {
  version: 80_000,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
};

/** Null: all tables of a schema. */
function touchedTables(sql: string, dialect: Dialect, schema: string): readonly TableName[] | null {
  const cursor = new Cursor(lex(sql, dialect), dialect);
  if (cursor.accept('TRUNCATE')) {
    cursor.accept('TABLE');
    return [cursor.tableName()];
  }
  const ddl = parseDdl(sql, dialect);
  if (ddl.kind === 'drop-schema') return null;
  return touchedBy(ddl, schema).tables;
}

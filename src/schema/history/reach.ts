import type { LoggedStatement } from '../../binlog/query.js';
import { RowtideError } from '../../core/errors.js';
import type { LogPoint } from '../../core/event.js';
import { parseDdl } from '../../sql/ddl/parse.js';
import type { Ddl } from '../../sql/ddl/statement.js';
import { nothingKnown, type SchemaState, schemaKey, type TableState, tableKey, type Unknown } from './state.js';
import { settingsOf } from './statement.js';
import { touchedBy } from './touched.js';

/** A statement and where it stands. */
export interface PlacedStatement {
  readonly statement: LoggedStatement;
  readonly at: LogPoint;
}

const CHANGED_SINCE: Unknown = {
  kind: 'unknown',
  code: 'TABLE_UNKNOWN',
  why: 'a statement between these rows and the moment at which the columns were read may have changed it',
};

/**
 * What held before `statements`, of which `after` holds behind them: tables that none of them touches were the same all
 * the time, and nothing is known of the others.
 */
export function reachedBack(after: SchemaState, statements: readonly LoggedStatement[]): SchemaState {
  const { server } = after;
  const schemas = new Map(after.schemas);
  const tables = new Map(after.tables);
  let { others } = after;
  // Where all are seen, the schemas that are there are complete.
  const completeSchemas = new Set(others === null ? after.schemas.keys() : after.completeSchemas);
  for (const statement of statements) {
    const ddl = parsed(statement, after);
    if (ddl === null) return nothingKnown(server, CHANGED_SINCE);
    const touched = touchedBy(ddl, statement.schema);
    for (const { schema, name } of touched.tables) {
      tables.set(tableKey(server, schema ?? statement.schema, name), CHANGED_SINCE);
    }
    for (const schema of touched.schemas) {
      schemas.set(schemaKey(server, schema), '');
      if (ddl.kind === 'alter-schema') continue;
      forget(tables, `${schemaKey(server, schema)}\0`);
      others ??= CHANGED_SINCE;
      completeSchemas.delete(schemaKey(server, schema));
    }
  }
  return { server, schemas, tables, others, completeSchemas };
}

/** True if a statement changes what INFORMATION_SCHEMA says about columns, or may do so. */
export function concernsColumns(statement: LoggedStatement, state: SchemaState): boolean {
  const ddl = parsed(statement, state);
  if (ddl === null) return true;
  const { tables, schemas } = touchedBy(ddl, statement.schema);
  return tables.length > 0 || schemas.length > 0;
}

function parsed(statement: LoggedStatement, { server }: SchemaState): Ddl | null {
  try {
    return parseDdl(statement.sql, settingsOf(statement, server).dialect);
  } catch (error) {
    if (error instanceof RowtideError) return null;
    throw error;
  }
}

function forget(tables: Map<string, TableState>, prefix: string): void {
  for (const key of tables.keys()) if (key.startsWith(prefix)) tables.set(key, CHANGED_SINCE);
}

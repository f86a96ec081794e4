import type { Dialect } from '../../core/dialect.js';
import { unreachable } from '../../core/errors.js';
import type { Statement, Transaction } from '../../core/transaction.js';
import { parseDdl } from '../../sql/ddl/parse.js';
import type { Ddl, TableName } from '../../sql/ddl/statement.js';
import type { ConnectRecord, RecordSchemas } from './connect-record.js';
import { type ConnectField, type ConnectSchema, optional, required } from './connect-schema.js';
import type { ValueOptions } from './options.js';
import { commonSource, connectorOf, sourceField, timeUsOf } from './source.js';

/**
 * A statement that changed tables or databases. `tableChanges` is empty: a log has the statement, and not what the
 * columns were before it.
 */
export function schemaChange(
  transaction: Transaction,
  statement: Statement,
  { topicPrefix, timeMs }: Pick<ValueOptions, 'topicPrefix'> & { readonly timeMs: number },
): ConnectRecord | null {
  const concerned = concernedBy(statement);
  if (concerned === null) return null;
  const { database, tables } = concerned;
  // Debezium has milliseconds of statements only.
  const timeUs = Math.floor(timeUsOf(transaction, statement) / 1000) * 1000;
  const source = {
    ...commonSource(transaction, statement, { topicPrefix, timeUs }),
    db: database,
    table: tables === null ? null : tables.join(','),
  };
  const connector = connectorOf(transaction);
  return {
    ...schemaChangeSchemas(connector),
    key: { databaseName: database },
    value: {
      source,
      ts_ms: timeMs,
      databaseName: database,
      schemaName: null,
      ddl: statement.sql,
      tableChanges: [],
    },
  };
}

interface Concerned {
  readonly database: string;
  /** Null for a statement about a database. */
  readonly tables: readonly string[] | null;
}

function concernedBy({ sql, schema, dialect }: Statement): Concerned | null {
  const of = (tables: readonly TableName[]): Concerned => ({
    database: tables[0]?.schema ?? schema,
    tables: tables.map(({ name }) => name),
  });
  const ddl: Ddl = parseDdl(sql, dialect ?? PLAIN);
  switch (ddl.kind) {
    case 'create-table':
    case 'create-like':
    case 'alter-table':
    case 'create-sequence':
      return of([ddl.table]);
    case 'rename-tables':
      return of(ddl.renames.map(({ to }) => to));
    case 'drop-tables':
      return of(ddl.tables);
    case 'create-schema':
    case 'drop-schema':
      return { database: ddl.name, tables: null };
    case 'alter-schema':
      return { database: ddl.name ?? schema, tables: null };
    case 'unconcerned':
      return null;
    default:
      return unreachable(ddl);
  }
}

/** Of statements that no server is known of. */
const PLAIN: Dialect = {
  flavour: 'mysql',
  version: 90_700,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
};

export function schemaChangeSchemas(connector: string): RecordSchemas {
  return { keySchema: keySchema(connector), valueSchema: valueSchema(connector) };
}

function keySchema(connector: string): ConnectSchema {
  return {
    type: 'struct',
    fields: [required('string', 'databaseName')],
    optional: false,
    name: `io.debezium.connector.${connector}.SchemaChangeKey`,
    version: 1,
  };
}

function valueSchema(connector: string): ConnectSchema {
  return {
    type: 'struct',
    fields: [
      sourceField(connector),
      required('int64', 'ts_ms'),
      optional('string', 'databaseName'),
      optional('string', 'schemaName'),
      optional('string', 'ddl'),
      { type: 'array', items: CHANGE, optional: false, field: 'tableChanges' },
    ],
    optional: false,
    name: `io.debezium.connector.${connector}.SchemaChangeValue`,
    version: 1,
  };
}

const TEXTS: ConnectSchema = { type: 'string', optional: false };
const texts = (field: string): ConnectField => ({ type: 'array', items: TEXTS, optional: true, field });

const COLUMN: ConnectSchema = {
  type: 'struct',
  fields: [
    required('string', 'name'),
    required('int32', 'jdbcType'),
    optional('int32', 'nativeType'),
    required('string', 'typeName'),
    optional('string', 'typeExpression'),
    optional('string', 'charsetName'),
    optional('int32', 'length'),
    optional('int32', 'scale'),
    required('int32', 'position'),
    optional('boolean', 'optional'),
    optional('boolean', 'autoIncremented'),
    optional('boolean', 'generated'),
    optional('string', 'comment'),
    optional('string', 'defaultValueExpression'),
    texts('enumValues'),
  ],
  optional: false,
  name: 'io.debezium.connector.schema.Column',
  version: 1,
};

const CHANGE: ConnectSchema = {
  type: 'struct',
  fields: [
    required('string', 'type'),
    required('string', 'id'),
    {
      type: 'struct',
      fields: [
        optional('string', 'defaultCharsetName'),
        texts('primaryKeyColumnNames'),
        { type: 'array', items: COLUMN, optional: false, field: 'columns' },
        optional('string', 'comment'),
      ],
      optional: true,
      name: 'io.debezium.connector.schema.Table',
      version: 1,
      field: 'table',
    },
  ],
  optional: false,
  name: 'io.debezium.connector.schema.Change',
  version: 1,
};

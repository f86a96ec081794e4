import { unreachable } from '../../core/errors.js';
import { formatGtid } from '../../core/gtid.js';
import type { Statement, Transaction } from '../../core/transaction.js';
import { parseDdl } from '../../sql/ddl/parse.js';
import type { Ddl, TableName } from '../../sql/ddl/statement.js';
import type { FormattedRecord } from '../format.js';
import { PLAIN_DIALECT } from '../plain-dialect.js';
import type { MaxwellOptions } from './options.js';

/** `{"type":"table-alter","database":"d","table":"t",` and what follows in every record of the statement. */
export function ddlRecords(
  transaction: Transaction,
  statement: Statement,
  options: MaxwellOptions,
): readonly FormattedRecord[] {
  const { sql, event, schema } = statement;
  const changes = changesOf(parseDdl(sql, statement.dialect ?? PLAIN_DIALECT), sql, schema);
  if (changes.length === 0) return [];
  const { gtid, span, schemas } = transaction;
  const facts = {
    ts: event.timestamp * 1000,
    sql,
    ...(options.outputBinlogPosition && { position: `${span.file}:${event.start}` }),
    ...(options.outputGtidPosition && { gtid: gtid === null ? null : formatGtid(gtid) }),
    ...(options.outputSchemaId && schemas !== undefined && { schema_id: schemas.version }),
  };
  return changes.map((change) => ({ key: null, value: Buffer.from(JSON.stringify({ ...change, ...facts })) }));
}

interface DdlChange {
  readonly type: `${'table' | 'database'}-${'create' | 'alter' | 'drop'}`;
  readonly database: string;
  readonly table?: string;
  readonly charset?: string;
}

function changesOf(ddl: Ddl, sql: string, schema: string): readonly DdlChange[] {
  const table = (type: DdlChange['type'], { schema: database, name }: TableName): DdlChange => ({
    type,
    database: database ?? schema,
    table: name,
  });
  switch (ddl.kind) {
    case 'create-table':
    case 'create-like':
      return [table('table-create', ddl.table)];
    case 'alter-table':
      // Maxwell has no word for CREATE INDEX and DROP INDEX, which are the same.
      return INDEX.test(sql) ? [] : [table('table-alter', ddl.table)];
    case 'rename-tables':
      return ddl.renames.map(({ from }) => table('table-alter', from));
    case 'drop-tables':
      return ddl.tables.map((each) => table('table-drop', each));
    case 'create-schema':
      return [{ type: 'database-create', database: ddl.name, ...charsetOf(ddl.charset) }];
    case 'alter-schema':
      return [{ type: 'database-alter', database: ddl.name ?? schema, ...charsetOf(ddl.charset) }];
    case 'drop-schema':
      return [{ type: 'database-drop', database: ddl.name }];
    case 'create-sequence':
    case 'unconcerned':
      return [];
    default:
      return unreachable(ddl);
  }
}

const INDEX = /^(\s|\/\*.*?\*\/)*(create|drop)\b/is;

function charsetOf(options: Extract<Ddl, { kind: 'create-schema' }>['charset']): { charset?: string } {
  const charset = options.findLast(({ what }) => what === 'charset')?.name;
  return charset === undefined ? {} : { charset };
}

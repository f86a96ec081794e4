import type { Dialect } from '../../core/dialect.js';
import { RowtideError, unreachable } from '../../core/errors.js';
import type { Statement } from '../../core/transaction.js';
import { Cursor } from '../../sql/ddl/cursor.js';
import { parseDdl } from '../../sql/ddl/parse.js';
import type { AlterTable, Ddl, TableName } from '../../sql/ddl/statement.js';
import { lex } from '../../sql/lexer.js';
import { PLAIN_DIALECT } from '../plain-dialect.js';

/** What canal calls a statement; QUERY is everything that has no word of its own. */
type DdlType = 'CREATE' | 'ALTER' | 'ERASE' | 'TRUNCATE' | 'QUERY' | 'RENAME' | 'CINDEX' | 'DINDEX';

export interface DdlFacts {
  readonly type: DdlType;
  readonly database: string;
  /** Empty where there is none; of several the first; of a renamed one its new name. */
  readonly table: string;
}

/** Null for a statement that canal does not tell. */
export function ddlFacts({ sql, schema, dialect = PLAIN_DIALECT }: Statement): DdlFacts | null {
  const told = typeAndTable(sql, dialect);
  if (told === null) return null;
  const [type, name] = told;
  return { type, database: name?.schema ?? schema, table: name?.name ?? '' };
}

function typeAndTable(sql: string, dialect: Dialect): readonly [DdlType, TableName?] | null {
  try {
    const truncated = truncatedTable(new Cursor(lex(sql, dialect), dialect));
    return truncated === null ? typeOf(parseDdl(sql, dialect), sql) : ['TRUNCATE', truncated];
  } catch (error) {
    // Its text is all that is told, as canal does with what it cannot parse.
    if (error instanceof RowtideError) return ['QUERY'];
    throw error;
  }
}

function truncatedTable(c: Cursor): TableName | null {
  if (!c.accept('TRUNCATE')) return null;
  c.accept('TABLE');
  return c.tableName();
}

function typeOf(ddl: Ddl, sql: string): readonly [DdlType, TableName?] | null {
  switch (ddl.kind) {
    case 'create-table':
    case 'create-like':
      return ['CREATE', ddl.table];
    case 'alter-table': {
      const [first] = ddl.actions;
      return [alterType(ddl, sql), first?.do === 'rename-table' ? first.to : ddl.table];
    }
    case 'rename-tables':
      return ['RENAME', ddl.renames[0]!.to];
    case 'drop-tables':
      return ddl.tables[0] === undefined ? ['QUERY'] : ['ERASE', ddl.tables[0]];
    case 'create-schema':
    case 'drop-schema':
      return ['QUERY', { schema: ddl.name, name: '' }];
    case 'alter-schema':
      return null;
    case 'create-sequence':
    case 'unconcerned':
      return ['QUERY'];
    default:
      return unreachable(ddl);
  }
}

/** The first action decides; CREATE INDEX and DROP INDEX are altered tables, too. */
function alterType({ actions }: AlterTable, sql: string): DdlType {
  if (/^(\s|\/\*.*?\*\/)*create\b/is.test(sql)) return 'CINDEX';
  if (/^(\s|\/\*.*?\*\/)*drop\b/is.test(sql)) return 'DINDEX';
  switch (actions[0]?.do) {
    case 'rename-table':
      return 'RENAME';
    case 'add-key':
      return 'CINDEX';
    case 'drop-key':
      return 'DINDEX';
    default:
      return 'ALTER';
  }
}

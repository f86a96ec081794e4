import type { Dialect } from '../../core/dialect.js';
import { RowtideError, unreachable } from '../../core/errors.js';
import { parseNamingDdl } from '../../sql/ddl/parse.js';
import type { AlterAction, AlterTable, CreateTable, Ddl, TableName } from '../../sql/ddl/statement.js';
import { Collations } from '../collations.js';
import type { TableDefinition } from '../definition.js';
import { applyDdl } from '../history/apply.js';
import { type SchemaState, tableKey } from '../history/state.js';
import { touchedBy } from '../history/touched.js';

/** What a statement is to a table that rows of many sources go into. */
export type MergedDdl =
  /** It is about one table, and makes it what `after` says. */
  | {
      readonly kind: 'table';
      readonly schema: string;
      readonly name: string;
      after(before: TableDefinition | null): TableDefinition | null;
      readonly creates: boolean;
      readonly renames: Readonly<Record<string, string>>;
    }
  /** Users, views, routines, schemas: no table. */
  | { readonly kind: 'unconcerned' }
  /** What one source does to all of its own rows or tables, and must not be done to those of others. */
  | { readonly kind: 'refused'; readonly why: string; readonly tables: readonly SourceTable[] };

export interface SourceTable {
  readonly schema: string;
  readonly name: string;
}

export interface LoggedDdl {
  /** The default schema. */
  readonly schema: string;
  readonly sql: string;
  readonly dialect: Dialect;
}

/** Throws DDL_UNKNOWN where it is not understood. */
export function mergedDdl({ schema, sql, dialect }: LoggedDdl): MergedDdl {
  const { ddl, tables } = parseNamingDdl(sql, dialect);
  if (ddl.kind === 'truncate-table') {
    const truncated = tables.map(({ table }) => table);
    return refused('TRUNCATE takes all rows', truncated, schema);
  }
  const why = refusalOf(ddl);
  if (why !== null) {
    const touched = touchedBy(ddl, schema);
    return refused(why, [...touched.tables, ...touched.schemas.map((each) => ({ schema: each, name: '*' }))], schema);
  }
  switch (ddl.kind) {
    case 'create-table':
    case 'alter-table':
      return tableDdl(ddl, { schema, dialect });
    default:
      return { kind: 'unconcerned' };
  }
}

/** Null: it can be merged, or is of no concern. */
function refusalOf(ddl: Ddl): string | null {
  switch (ddl.kind) {
    case 'create-table':
      return ddl.creation === 'or-replace' ? 'OR REPLACE takes all rows' : null;
    case 'alter-table': {
      const moving = ddl.actions.find(({ do: what }) => MOVES.includes(what));
      return moving === undefined ? null : `${moving.do} takes the table away`;
    }
    case 'create-like':
      return 'a table like another one cannot be compared';
    case 'create-sequence':
      return 'sequences give numbers of their own';
    case 'rename-tables':
      return 'RENAME TABLE takes the table away';
    case 'drop-tables':
      return 'DROP TABLE takes all rows';
    case 'drop-schema':
      return 'DROP DATABASE takes all tables';
    case 'create-schema':
    case 'alter-schema':
    case 'unconcerned':
      return null;
    default:
      return unreachable(ddl);
  }
}

const MOVES: readonly AlterAction['do'][] = ['rename-table', 'partition-to-table', 'table-to-partition'];

function refused(why: string, tables: readonly TableName[], schema: string): MergedDdl {
  return {
    kind: 'refused',
    why,
    tables: tables.map((table) => ({ schema: table.schema ?? schema, name: table.name })),
  };
}

function tableDdl(ddl: CreateTable | AlterTable, session: { schema: string; dialect: Dialect }): MergedDdl {
  const { table } = ddl;
  const schema = table.schema ?? session.schema;
  return {
    kind: 'table',
    schema,
    name: table.name,
    creates: ddl.kind === 'create-table',
    renames: renamesOf(ddl),
    after: (before) => applied(ddl, before, { ...session, table: { schema, name: table.name } }),
  };
}

function renamesOf(ddl: Ddl): Record<string, string> {
  if (ddl.kind !== 'alter-table') return {};
  return Object.fromEntries(
    ddl.actions.flatMap((action) => {
      if (action.do === 'rename-column') return [[action.name, action.to]];
      return action.do === 'change-column' && action.name !== action.column.name
        ? [[action.name, action.column.name]]
        : [];
    }),
  );
}

interface Applying {
  readonly schema: string;
  readonly dialect: Dialect;
  readonly table: { readonly schema: string; readonly name: string };
}

function applied(
  ddl: Ddl,
  before: TableDefinition | null,
  { schema, dialect, table }: Applying,
): TableDefinition | null {
  const { flavour, version } = dialect;
  // Collations of the source may be unknown to the target and are not compared, so their names are taken as they are.
  const server = {
    flavour,
    caseSensitive: true,
    explicitDefaultsForTimestamp: flavour === 'mysql',
    collations: new Collations([]),
  };
  const key = tableKey(server, table.schema, table.name);
  const state: SchemaState = {
    server,
    schemas: new Map(),
    tables: new Map(before === null ? [] : [[key, { kind: 'known', definition: before }]]),
    others: null,
    completeSchemas: new Set(),
  };
  const session = {
    flavour,
    version,
    schema,
    serverCollation: null,
    defaultCollations: new Map(),
    backslashesUntold: false,
    explicitDefaultsForTimestamp: null,
  };
  const after = applyDdl(state, ddl, { session, place: 'of the source' }).tables.get(key);
  if (after === undefined) return before;
  if (after === null) return null;
  if (after.kind === 'known') return after.definition;
  throw new RowtideError(after.code, after.why, {
    hint: 'Make the same of the table by hand, and skip the statement.',
  });
}

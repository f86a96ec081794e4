import { parseNamingDdl, quotedName, type RowtideError, type Statement, touchedBy } from 'rowtide';
import { refused } from '../plan.js';
import type { routesOf } from '../routes.js';

/** A table of the target, or with an empty name a schema. */
export interface Place {
  readonly schema: string;
  readonly name: string;
}

/** A statement as the target is to execute it. */
export interface PlannedDdl {
  readonly sql: string;
  /** Default schema; empty: none. */
  readonly schema: string;
  /** What it makes, changes and takes away, by their names at the target. */
  readonly places: readonly Place[];
  readonly effect: Effect;
}

/** How the places of a statement that was executed differ from those of one that was not. */
export type Effect =
  /** All are there. */
  | 'creates'
  /** None is there. */
  | 'drops'
  /** Each other one is gone, and those between are there. */
  | 'renames'
  /** It is there, and something about it differs, if anything does. */
  | 'alters'
  /** Nothing differs: it can be executed again. */
  | 'repeats';

/** Null: it is about no table, such as one about users, views or routines. Throws DDL_UNKNOWN where that is not known. */
export function planDdl(statement: Statement, routeOf: ReturnType<typeof routesOf>): PlannedDdl | null {
  const { dialect, schema, sql, invalid } = statement;
  if (dialect === undefined) throw unread(statement, 'nobody knows how its session read it');
  const { ddl, tables } = parseNamingDdl(sql, dialect);
  if (ddl.kind === 'unconcerned') return null;
  if (invalid !== undefined) throw unread(statement, 'it is not valid in the character set of its client');
  if (ddl.kind === 'create-sequence') throw unread(statement, 'sequences are left to mode binlog');
  const routed = (table: { schema: string | null; name: string }): Place => {
    const source = { schema: table.schema ?? schema, name: table.name };
    const { schema: to, name } = routeOf(source);
    return { schema: to, name };
  };
  const isRenamed = tables.some(({ table }) => {
    const to = routed(table);
    return to.schema !== (table.schema ?? schema) || to.name !== table.name;
  });
  const touched =
    ddl.kind === 'truncate-table' ? { tables: tables.map(({ table }) => table), schemas: [] } : touchedBy(ddl, schema);
  const text = isRenamed ? renamed(statement, tables, routed) : sql;
  return {
    // MySQL logs CREATE TABLE … SELECT so that its rows follow in the same transaction, which only replicas may do.
    sql: text.replace(/\s+START\s+TRANSACTION\s*$/i, ''),
    schema: isRenamed || touched.schemas.length > 0 ? '' : schema,
    places: [...touched.tables.map(routed), ...touched.schemas.map((name) => ({ schema: name, name: '' }))],
    effect: effectOf(ddl),
  };
}

type Names = ReturnType<typeof parseNamingDdl>['tables'];

/** With the names of the target in place of those of the source. */
export function renamed(
  statement: Pick<Statement, 'sql'>,
  tables: Names,
  routed: (table: Names[number]['table']) => Place,
): string {
  const { sql } = statement;
  let text = '';
  let at = 0;
  for (const { table, from, to } of tables) {
    const { schema, name } = routed(table);
    text += `${sql.slice(at, from)}${quotedName(schema)}.${quotedName(name)} `;
    at = to;
  }
  return text + sql.slice(at);
}

function effectOf(ddl: ReturnType<typeof parseNamingDdl>['ddl']): Effect {
  switch (ddl.kind) {
    case 'create-table':
    case 'create-like':
    case 'create-schema':
      return 'creates';
    case 'drop-tables':
    case 'drop-schema':
      return 'drops';
    case 'rename-tables':
      return 'renames';
    case 'alter-table':
      return ddl.actions.some((action) => action.do === 'rename-table') ? 'renames' : 'alters';
    case 'alter-schema':
      return 'alters';
    default:
      return 'repeats';
  }
}

const SHOWN_MAX = 200;

export function shownSql(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}…` : line;
}

function unread({ sql }: Statement, why: string): RowtideError {
  return refused(
    `${why}: ${shownSql(sql)}`,
    'Execute it on the target by hand, then have its transaction skipped: rowtide replica skip GTID; or set ddl to ignore.',
  );
}

export function placeName({ schema, name }: Place): string {
  return name === '' ? quotedName(schema) : `${quotedName(schema)}.${quotedName(name)}`;
}

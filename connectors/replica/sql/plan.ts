import {
  ABSENT_CELL,
  type Column,
  type ColumnSql,
  columnSql,
  type Image,
  quotedName,
  quotedText,
  RowtideError,
  type Table,
} from 'rowtide';
import type { Route } from './routes.js';
import type { TargetTable, WrittenColumn } from './target-table.js';

/** A column of the source, and the one of the target that has its values. */
export interface PlannedColumn {
  readonly source: Column;
  readonly target: WrittenColumn;
  /** Of the target, quoted. */
  readonly name: string;
  readonly sql: ColumnSql;
}

/** A column of the target that has the same value in every row. */
interface AddedColumn {
  readonly name: string;
  readonly literal: string;
}

/** How the rows of one version of a table are written into one of the target. */
export interface TablePlan {
  readonly source: Table;
  readonly target: TargetTable;
  readonly route: Route;
  /** Schema and name at the target, quoted. */
  readonly name: string;
  /** Those that have one at the target. */
  readonly columns: readonly PlannedColumn[];
  readonly added: readonly AddedColumn[];
  /** The target's keys that the columns and the added ones make up; the best first. */
  readonly keys: readonly PlannedKey[];
  /** Columns of the target that an UPDATE has to name, or else they are set to now. */
  readonly stamped: readonly PlannedColumn[];
}

export interface PlannedKey {
  readonly columns: readonly PlannedColumn[];
  readonly added: readonly AddedColumn[];
}

/** Compares names as the servers do. */
const folded = (name: string): string => name.toLowerCase();

/** Throws SINK_REFUSED, with names, for what the target lacks. */
export function planOf(source: Table, route: Route, target: TargetTable | null): TablePlan {
  const place = `${source.schema}.${source.name}`;
  if (target === null) throw tableMissing(place, route);
  refuseUnfit(place, target, route);
  const byName = new Map(target.columns.map((column) => [folded(column.name), column]));
  const added = [...route.added].map(([name, value]): AddedColumn => {
    if (!byName.has(folded(name))) throw columnMissing(place, target, name);
    return { name: quotedName(name), literal: quotedText(value) };
  });
  const columns = source.columns.map((column): PlannedColumn => {
    const found = byName.get(folded(column.name));
    if (found === undefined) throw columnMissing(place, target, column.name);
    const refuse = (what: string): Error => refused(`column ${place}.${column.name}: ${what}`, HINT_OTHER_TYPE);
    return {
      source: column,
      target: found,
      name: quotedName(found.name),
      sql: columnSql(source, column, { target: found, refuse }),
    };
  });
  return {
    source,
    target,
    route,
    name: `${quotedName(target.schema)}.${quotedName(target.name)}`,
    columns,
    added,
    keys: target.keys.flatMap((names) => plannedKey(names, columns, added) ?? []),
    stamped: columns.filter((column) => column.target.isStamped),
  };
}

function plannedKey(
  names: readonly string[],
  columns: readonly PlannedColumn[],
  added: readonly AddedColumn[],
): PlannedKey | null {
  const quoted = names.map(quotedName);
  const inColumns = columns.filter(({ name }) => quoted.includes(name));
  const inAdded = added.filter(({ name }) => quoted.some((each) => folded(each) === folded(name)));
  return inColumns.length + inAdded.length === names.length ? { columns: inColumns, added: inAdded } : null;
}

/** The best key whose columns an image has; null where rows are to be found by all that they hold. */
export function keyFor(plan: TablePlan, image: Image): PlannedKey | null {
  const isThere = ({ source }: PlannedColumn): boolean => image.at[source.ordinal] !== ABSENT_CELL;
  return plan.keys.find(({ columns }) => columns.every(isThere)) ?? null;
}

function refuseUnfit(place: string, target: TargetTable, route: Route): void {
  const name = `${target.schema}.${target.name}`;
  if (target.type.includes('VIEW')) throw refused(`${name}, where ${place} is written to, is a view`, HINT_TABLE);
  if (!target.isTransactional) {
    throw refused(
      `${name}, where ${place} is written to, has the engine ${target.engine}, which takes nothing back`,
      HINT_ENGINE,
    );
  }
  if (target.triggers.length > 0 && route.triggers === 'refuse') {
    throw refused(`${name}, where ${place} is written to, has triggers: ${target.triggers.join(', ')}`, HINT_TRIGGERS);
  }
  if (target.keys.length === 0 && route.keyless === 'refuse') {
    throw refused(`${name}, where ${place} is written to, has no key, and keyless is refuse`, HINT_KEY);
  }
}

const HINT_TABLE = 'Route its rows into a table.';
const HINT_ENGINE = 'ALTER TABLE … ENGINE = InnoDB on the target: exactly once needs transactions.';
const HINT_TRIGGERS =
  'What triggers did at the source is logged as rows and arrives by itself: DROP TRIGGER on the target; or set triggers to fire, where they do something else there.';
const HINT_KEY = 'Give it a primary key on the target, or set keyless to match.';
const HINT_OTHER_TYPE =
  'Give the column at the target the type that it has at the source, or leave it out by a filter.';
const HINT_MISSING =
  'Create it on the target, rename by a route, or leave it out by a filter; then start again: the position has not moved.';

function tableMissing(place: string, { schema, name }: Route): RowtideError {
  return refused(`the target has no table ${schema}.${name}, where ${place} is written to`, HINT_MISSING);
}

function columnMissing(place: string, { schema, name, columns }: TargetTable, column: string): RowtideError {
  const there = columns.map((each) => each.name).join(', ');
  return refused(
    `${schema}.${name}, where ${place} is written to, has no column ${column}; it has ${there}`,
    HINT_MISSING,
  );
}

export function refused(message: string, hint: string): RowtideError {
  return new RowtideError('SINK_REFUSED', message, { hint });
}

import { RowtideError } from '../../core/errors.js';
import type { AlterAction, Place } from '../../sql/ddl/statement.js';
import { type ColumnDefinition, sameName, type TableDefinition } from '../definition.js';
import { type CharsetStep, collationsAfter } from './charset.js';
import { columnOf, converted } from './column.js';
import { ownKeys, withColumnsRenamed, withKey, withKeyNotNull, withoutColumn, withoutKey } from './keys.js';
import type { Surroundings } from './session.js';

type ColumnAction = Extract<AlterAction, { do: 'add-column' | 'change-column' }>;

/**
 * The table behind ALTER TABLE. All actions of a statement speak of the columns as they were before it, but AFTER speaks
 * of the new order: first what stays, where it was, then what is added or moved, in the order of the statement. Throws
 * DDL_UNKNOWN where the table cannot have been like this.
 */
export function alter(
  before: TableDefinition,
  actions: readonly AlterAction[],
  around: Omit<Surroundings, 'collation'> & { readonly schemaCollation: string },
): TableDefinition {
  const { own: collation, columns: conversion } = collationsAfter(charsetSteps(actions), {
    collations: around.server.collations,
    session: around.session,
    own: before.collation,
    around: around.schemaCollation,
  });
  const surroundings = { ...around, collation };
  const wanted = actions.filter((action) => !isVain(action, before));
  const columns = columnsAfter(before.columns, wanted, surroundings).map((column) =>
    conversion === null ? column : converted(column, conversion, surroundings),
  );
  if (conversion !== null) requireUnambiguous(wanted, columns);
  const keys = keysAfter(before, actions);
  return {
    columns: withKeyNotNull(columns, keys),
    keys,
    collation,
    hasHiddenPeriod: period(before, actions),
  };
}

/** Servers differ in what a conversion makes of a column of the same statement, and one of them loses count of its bytes. */
function requireUnambiguous(actions: readonly AlterAction[], columns: readonly ColumnDefinition[]): void {
  for (const action of actions) {
    if (action.do !== 'add-column' && action.do !== 'change-column') continue;
    const { type, name } = action.column;
    const made = columns.find((column) => sameName(column.name, name))?.type ?? '';
    if (type.binary || /(text|blob)$/.test(made))
      throw inconsistent(`${name} is written and converted at once, which servers do differently`);
  }
}

/** ADD SYSTEM VERSIONING, unless columns for it are added, too. */
function period({ hasHiddenPeriod }: TableDefinition, actions: readonly AlterAction[]): boolean {
  const action = actions.find((each) => each.do === 'system-versioning');
  if (action === undefined) return hasHiddenPeriod;
  return action.on && !actions.some((each) => each.do === 'add-column' && each.column.systemTime);
}

/** IF EXISTS and IF NOT EXISTS, where they say that there is nothing to do. */
function isVain(action: AlterAction, { columns, keys }: TableDefinition): boolean {
  switch (action.do) {
    case 'add-column':
      return action.ifNotExists && columns.some(({ name }) => sameName(name, action.column.name));
    case 'change-column':
    case 'drop-column':
    case 'rename-column':
      return action.ifExists && !columns.some(({ name }) => sameName(name, action.name));
    case 'add-key':
      return action.ifNotExists && keys.some(({ name }) => action.key.name !== null && sameName(name, action.key.name));
    default:
      return false;
  }
}

function charsetSteps(actions: readonly AlterAction[]): CharsetStep[] {
  return actions.flatMap((action) =>
    action.do === 'default-charset' || action.do === 'convert-charset'
      ? [{ converts: action.do === 'convert-charset', options: action.options }]
      : [],
  );
}

function columnsAfter(
  before: readonly ColumnDefinition[],
  actions: readonly AlterAction[],
  around: Surroundings,
): ColumnDefinition[] {
  const after: ColumnDefinition[] = [];
  const left = actions.filter(
    (action): action is ColumnAction => action.do === 'add-column' || action.do === 'change-column',
  );
  requireAll(before, actions);
  for (const column of before) {
    if (actions.some((action) => action.do === 'drop-column' && sameName(action.name, column.name))) continue;
    const change = left.findIndex((action) => action.do === 'change-column' && sameName(action.name, column.name));
    if (change < 0) after.push(touched(column, actions));
    else if (left[change]!.place === null) after.push(columnOf(left.splice(change, 1)[0]!.column, around));
  }
  for (const { column, place } of left) after.splice(indexOf(place, after), 0, columnOf(column, around));
  const names = new Set(after.map(({ name }) => name.toLowerCase()));
  if (names.size < after.length) throw inconsistent('two of its columns would have one name');
  return after;
}

/** RENAME COLUMN and SET INVISIBLE leave a column where it is. */
function touched(column: ColumnDefinition, actions: readonly AlterAction[]): ColumnDefinition {
  let result = column;
  for (const action of actions) {
    if (action.do === 'rename-column' && sameName(action.name, column.name)) result = { ...result, name: action.to };
    if (action.do === 'show-column' && sameName(action.name, column.name))
      result = { ...result, visible: action.visible };
  }
  return result;
}

function indexOf(place: Place, columns: readonly ColumnDefinition[]): number {
  if (place === null) return columns.length;
  if (place === 'first') return 0;
  const index = columns.findIndex(({ name }) => sameName(name, place.after));
  if (index < 0) throw inconsistent(`no column ${place.after} stands before it, or it moves as well`);
  return index + 1;
}

/** A column that is not there: the table was not as we know it. */
function requireAll(before: readonly ColumnDefinition[], actions: readonly AlterAction[]): void {
  for (const action of actions) {
    switch (action.do) {
      case 'change-column':
      case 'drop-column':
      case 'rename-column':
      case 'show-column':
        if (!before.some(({ name }) => sameName(name, action.name)))
          throw inconsistent(`it had no column ${action.name}`);
    }
  }
}

/** A column that IF NOT EXISTS leaves as it is gets its new key even so. */
function keysAfter(before: TableDefinition, actions: readonly AlterAction[]): TableDefinition['keys'] {
  let { keys } = before;
  const renames = new Map<string, string>();
  // What leaves, leaves first: DROP PRIMARY KEY, ADD PRIMARY KEY (…), in any order.
  for (const action of actions) {
    if (action.do === 'drop-key') keys = withoutKey(keys, action.name);
    if (action.do === 'drop-column') keys = withoutColumn(keys, action.name);
    if (action.do === 'rename-column') renames.set(action.name.toLowerCase(), action.to);
    if (action.do === 'change-column') renames.set(action.name.toLowerCase(), action.column.name);
    if (action.do === 'rename-key')
      keys = keys.map((key) => (sameName(key.name, action.name) ? { ...key, name: action.to } : key));
  }
  keys = withColumnsRenamed(keys, renames);
  for (const action of actions) {
    if (action.do === 'add-key' && !isVain(action, before)) keys = withKey(keys, action.key);
    if (action.do === 'add-column' || action.do === 'change-column')
      for (const key of ownKeys(action.column)) {
        const isThere = isVain(action, before) && keys.some(({ name }) => sameName(name, action.column.name));
        if (!isThere) keys = withKey(keys, key);
      }
  }
  return keys;
}

export function inconsistent(why: string): RowtideError {
  return new RowtideError('DDL_UNKNOWN', `the table is not as it was recorded: ${why}`);
}

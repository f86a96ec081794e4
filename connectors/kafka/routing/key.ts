import { ABSENT_CELL, type Image, type RowCursor, RowtideError, type Table } from 'rowtide';
import type { Rule } from './rules.js';

/** The table with the key that its rule gives it: itself where that is the primary key. */
export function keyed(table: Table, rule: Rule): Table {
  if (rule.key !== null) return { ...table, primaryKey: rule.key.map((name) => ordinalOf(table, name, rule)) };
  if (table.primaryKey.length > 0) return table;
  switch (rule.keyless) {
    case 'table':
      return table;
    case 'row':
      // What a server computes it does not always log.
      return {
        ...table,
        primaryKey: table.columns.filter(({ generated }) => !generated).map(({ ordinal }) => ordinal),
      };
    case 'refuse':
      throw new RowtideError('SINK_REFUSED', `table ${nameOf(table)} has no primary key, and keyless is refuse`, {
        hint: 'Give it a primary key, name the columns of a key in a route, set keyless to table or row, or exclude it.',
      });
  }
}

function ordinalOf(table: Table, name: string, { place }: Rule): number {
  const column = table.columns.find((each) => each.name === name);
  if (column !== undefined) return column.ordinal;
  const names = table.columns.map((each) => each.name).join(', ');
  throw new RowtideError(
    'SINK_REFUSED',
    `table ${nameOf(table)} has no column ${name}, which ${place} takes for its key`,
    { hint: `Its columns are ${names}. Correct the key, or let the route match other tables.` },
  );
}

/** Refuses a row whose images lack a column of its key: a primary key is always there, others may be left out. */
export function refuseIncomplete(table: Table, { before, after }: RowCursor, isBothNeeded: boolean): void {
  const isAbsent = (image: Image | null, i: number): boolean => image === null || image.at[i] === ABSENT_CELL;
  const missing = table.primaryKey.find((i) =>
    isBothNeeded && before !== null && after !== null
      ? isAbsent(before, i) || isAbsent(after, i)
      : isAbsent(before, i) && isAbsent(after, i),
  );
  if (missing === undefined) return;
  throw new RowtideError(
    'SINK_REFUSED',
    `table ${nameOf(table)}: a row was logged without column ${table.columns[missing]?.name}, which is in its key`,
    { hint: 'Set binlog_row_image = FULL and begin behind what was logged before, or take the primary key.' },
  );
}

export function nameOf({ schema, name }: Table): string {
  return `${schema}.${name}`;
}

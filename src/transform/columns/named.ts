import type { Table } from '../../core/table.js';
import { rewritten, type Transform, withEachEntry } from '../filter.js';
import { ProjectedCursor, type Projection } from './projection.js';

/** What a column of a table is called; null: it is left out. */
export type ColumnNames = (column: string) => string | null;

/**
 * Gives columns other names, and leaves some out, also of the primary key. `namesOf` is asked once for each version of a
 * table; null: it stays as it is.
 */
export function columnsNamed(namesOf: (table: Table) => ColumnNames | null): Transform {
  const projections = new WeakMap<Table, { readonly projection: Projection | null }>();
  const projectionOf = (table: Table): Projection | null => {
    const known = projections.get(table);
    if (known !== undefined) return known.projection;
    const names = namesOf(table);
    const projection = names === null ? null : projected(table, names);
    projections.set(table, { projection });
    return projection;
  };
  return (transaction) =>
    withEachEntry(transaction, (entry) => {
      const projection = entry.kind === 'rows' ? projectionOf(entry.table) : null;
      if (projection === null || entry.kind !== 'rows') return entry;
      return rewritten(entry, projection.table, () => new ProjectedCursor(entry.cursor(), projection));
    });
}

/** Null where nothing changes. */
function projected(table: Table, names: ColumnNames): Projection | null {
  const kept = table.columns.flatMap((column) => {
    const name = names(column.name);
    return name === null ? [] : [{ ...column, name }];
  });
  const isSame = kept.length === table.columns.length && kept.every(({ name }, i) => name === table.columns[i]!.name);
  if (isSame) return null;
  const ordinals = new Map(kept.map(({ ordinal }, i) => [ordinal, i]));
  const primaryKey = table.primaryKey.map((ordinal) => ordinals.get(ordinal));
  return {
    table: {
      ...table,
      columns: kept.map((column, ordinal) => ({ ...column, ordinal })),
      primaryKey: primaryKey.every((ordinal) => ordinal !== undefined) ? primaryKey : [],
    },
    cells: kept.map(({ ordinal }) => ({ kind: 'keep', from: ordinal })),
  };
}

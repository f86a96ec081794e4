import type { TableDefinition } from 'rowtide';
import { quoted, type TargetName } from './merge-memory.js';

type Added = ReadonlyMap<string, string>;

const has = (added: Added, column: string | null): boolean =>
  column !== null && [...added.keys()].some((name) => name.toLowerCase() === column.toLowerCase());

/** The table as its sources have it. */
export function withoutAdded(table: TableDefinition, added: Added): TableDefinition {
  return {
    ...table,
    columns: table.columns.filter(({ name }) => !has(added, name)),
    keys: table.keys.map((key) => ({ ...key, parts: key.parts.filter(({ column }) => !has(added, column)) })),
  };
}

/**
 * What gives a table that a source has made the columns that tell sources apart, at the end of each unique key, so that
 * two sources may have the same; null where they are there. They stand behind, because the server wants a column with
 * AUTO_INCREMENT in front of a key.
 */
export function extendedByAdded({ schema, name }: TargetName, table: TableDefinition, added: Added): string | null {
  const missing = [...added.keys()].filter(
    (column) => !table.columns.some((each) => has(new Map([[column, '']]), each.name)),
  );
  const actions = missing.map(
    (column) => `ADD COLUMN ${quoted(column)} VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL`,
  );
  for (const { name: key, unique, parts } of table.keys) {
    if (!unique || added.size === 0 || parts.some(({ column }) => column === null || has(added, column))) continue;
    const own = parts.map(({ column, prefix }) => `${quoted(column!)}${prefix === null ? '' : `(${prefix})`}`);
    const columns = [...own, ...[...added.keys()].map(quoted)].join(', ');
    const [drop, add] =
      key === 'PRIMARY' ? ['PRIMARY KEY', 'PRIMARY KEY'] : [`KEY ${quoted(key)}`, `UNIQUE KEY ${quoted(key)}`];
    actions.push(`DROP ${drop}`, `ADD ${add} (${columns})`);
  }
  return actions.length === 0 ? null : `ALTER TABLE ${quoted(schema)}.${quoted(name)} ${actions.join(', ')}`;
}

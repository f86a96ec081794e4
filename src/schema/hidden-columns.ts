import type { Collations } from './collations.js';
import {
  type ColumnDefinition,
  type KeyDefinition,
  PLAIN_COLUMN,
  sameName,
  type TableDefinition,
} from './definition.js';
import type { ServerDefaults } from './history/session.js';

export const ROW_END = 'row_end';

const HIDDEN = { ...PLAIN_COLUMN, visible: false };

/** InnoDB's keys are not longer. */
const KEY_BYTES_MAX = 3072;

/**
 * The columns as they are logged. MariaDB adds some at the end: the period of a system-versioned table that does not name
 * one, and a hash for each unique key that is too long for an index.
 */
export function loggedColumns(table: TableDefinition, { flavour, collations }: ServerDefaults): ColumnDefinition[] {
  const columns = [...table.columns];
  if (flavour === 'mysql') return columns;
  if (table.hasHiddenPeriod) {
    const period = { ...HIDDEN, type: 'timestamp', fractionDigits: 6 };
    columns.push({ ...period, name: 'row_start' }, { ...period, name: ROW_END });
  }
  const hashes = table.keys.filter((key) => isTooLong(key, table, collations)).length;
  for (let i = 1; i <= hashes; i++) {
    columns.push({ ...HIDDEN, name: `DB_ROW_HASH_${i}`, type: 'bigint', unsigned: true, nullable: true });
  }
  return columns;
}

function isTooLong({ unique, parts }: KeyDefinition, { columns }: TableDefinition, collations: Collations): boolean {
  if (!unique) return false;
  const bytes = parts.map(({ column, prefix }) => {
    const definition = columns.find(({ name }) => column !== null && sameName(name, column));
    if (definition === undefined) return 0;
    const characters = prefix ?? definition.length;
    if (/(text|blob)$/.test(definition.type) && prefix === null) return Number.POSITIVE_INFINITY;
    return (characters ?? 8) * (collations.bytesMaxOf(definition.collation ?? '') ?? 1);
  });
  return bytes.reduce((sum, each) => sum + each, 0) > KEY_BYTES_MAX;
}

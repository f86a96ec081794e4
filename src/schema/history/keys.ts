import type { ColumnClause, KeyClause } from '../../sql/ddl/statement.js';
import { type ColumnDefinition, type KeyDefinition, PRIMARY, sameName } from '../definition.js';

/** The keys that a column declares for itself. */
export function ownKeys({ name, primary, unique }: ColumnClause): KeyClause[] {
  const parts = [{ column: name, prefix: null }];
  const keys: KeyClause[] = [];
  if (primary) keys.push({ name: PRIMARY, kind: 'primary', parts });
  if (unique) keys.push({ name: null, kind: 'unique', parts });
  return keys;
}

/** The keys with one more, which gets a name as the server gives it: its first column's, with _2 and so on if need be. */
export function withKey(keys: readonly KeyDefinition[], { name, kind, parts }: KeyClause): KeyDefinition[] {
  return [
    ...keys,
    { name: name ?? freeName(keys, parts[0]?.column ?? 'functional_index'), unique: kind !== 'other', parts },
  ];
}

function freeName(keys: readonly KeyDefinition[], first: string): string {
  const isTaken = (name: string): boolean => sameName(name, PRIMARY) || keys.some((key) => sameName(key.name, name));
  let name = first;
  for (let i = 2; isTaken(name); i++) name = `${first}_${i}`;
  return name;
}

export function withoutKey(keys: readonly KeyDefinition[], name: string): KeyDefinition[] {
  return keys.filter((key) => !sameName(key.name, name));
}

/** Columns that are gone leave their keys, and a key without columns is gone, too. */
export function withoutColumn(keys: readonly KeyDefinition[], name: string): KeyDefinition[] {
  const stays = ({ column }: { column: string | null }): boolean => column === null || !sameName(column, name);
  return keys.map((key) => ({ ...key, parts: key.parts.filter(stays) })).filter(({ parts }) => parts.length > 0);
}

export function withColumnsRenamed(
  keys: readonly KeyDefinition[],
  renames: ReadonlyMap<string, string>,
): KeyDefinition[] {
  const renamed = (column: string | null): string | null =>
    column === null ? null : (renames.get(column.toLowerCase()) ?? column);
  return keys.map((key) => ({
    ...key,
    parts: key.parts.map(({ column, prefix }) => ({ column: renamed(column), prefix })),
  }));
}

/** A primary key makes its columns NOT NULL, for good. */
export function withKeyNotNull(
  columns: readonly ColumnDefinition[],
  keys: readonly KeyDefinition[],
): ColumnDefinition[] {
  const primary = keys.find(({ name }) => name === PRIMARY)?.parts ?? [];
  return columns.map((column) =>
    primary.some((part) => part.column !== null && sameName(part.column, column.name))
      ? { ...column, nullable: false }
      : column,
  );
}

import { RowtideError } from '../../core/errors.js';
import type { Table } from '../../core/table.js';
import { dotsOf, nameMatcher } from '../patterns.js';

/** Compiled from `schema.table.column`. */
export interface ColumnPattern {
  readonly text: string;
  readonly table: (schema: string, table: string) => boolean;
  /** Names of columns are compared as the server does, without case. */
  readonly column: (name: string) => boolean;
  /** True where nothing in it is a wildcard, so that a table without the column is an error. */
  readonly isOne: boolean;
}

const WILDCARD = /[*?[\]{}()|+@!\\]/;

/** Compiles `schema.table.column`, each part with the wildcards that tables have. Throws USAGE. */
export function columnPattern(text: string): ColumnPattern {
  const dots = dotsOf(text);
  const [first, last] = [dots[0] ?? -1, dots.at(-1) ?? -1];
  const [schema, table, column] = [text.slice(0, first), text.slice(first + 1, last), text.slice(last + 1)];
  if (first === last || schema === '' || table === '' || column === '' || text.startsWith('!')) {
    throw new RowtideError('USAGE', `not a column pattern: ${JSON.stringify(text)}`, {
      hint: 'A pattern is schema.table.column, like shop.users.password, shop.*.email or shop.orders.{id,total}.',
    });
  }
  const [inSchema, inTable, inColumn] = [schema, table, column.toLowerCase()].map(nameMatcher);
  return {
    text,
    table: (schemaName, tableName) => inSchema!(schemaName) && inTable!(tableName),
    column: (name) => inColumn!(name.toLowerCase()),
    isOne: !WILDCARD.test(text),
  };
}

/**
 * The patterns that are about a table. Throws FILTER_MISMATCH where one names a single column that the table does not
 * have: it may have been renamed, and would pass as it is.
 */
export function patternsFor<T extends { readonly pattern: ColumnPattern }>(actions: readonly T[], table: Table): T[] {
  const wanted = actions.filter(({ pattern }) => pattern.table(table.schema, table.name));
  for (const { pattern } of wanted) {
    if (!pattern.isOne || table.columns.some(({ name }) => pattern.column(name))) continue;
    const known = table.columns.map(({ name }) => name).join(', ');
    throw new RowtideError(
      'FILTER_MISMATCH',
      `${pattern.text} is no column: ${table.schema}.${table.name} has ${known}`,
      {
        hint: 'Name a column that the table has. Nothing was passed on, since a renamed column would go out as it is.',
      },
    );
  }
  return wanted;
}

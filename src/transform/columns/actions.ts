import { RowtideError } from '../../core/errors.js';
import type { Table } from '../../core/table.js';
import { rewritten, type Transform, withEachEntry } from '../filter.js';
import { type ColumnPattern, columnPattern } from './patterns.js';
import { planOf } from './plan.js';
import { ProjectedCursor, type Projection } from './projection.js';

/** What happens to columns; patterns are `schema.table.column`. Of several actions on a column the strongest is taken. */
export interface ColumnOptions {
  /** Of tables that one of these is about, only the columns that they match; other tables keep all. */
  readonly include?: readonly string[];
  /** Left out. */
  readonly exclude?: readonly string[];
  /** By pattern, what stands there instead of every value but NULL; null makes all values NULL. */
  readonly mask?: Readonly<Record<string, string | null>>;
  /** HMAC-SHA256 of the value's text in UTF-8 under `hashKey`, as 64 hexadecimal digits; NULL stays NULL. */
  readonly hash?: readonly string[];
  readonly hashKey?: string;
  /** By pattern, how many characters (of bytes, how many bytes) are kept. */
  readonly truncate?: Readonly<Record<string, number>>;
}

export type ColumnAction = { readonly pattern: ColumnPattern } & (
  | { readonly kind: 'include' | 'exclude' }
  | { readonly kind: 'mask'; readonly text: string | null }
  | { readonly kind: 'hash'; readonly key: string }
  | { readonly kind: 'truncate'; readonly lengthMax: number }
);

/**
 * Drops, masks, hashes and truncates columns, for every reader: what a transaction offers is a table of other columns,
 * and images of rewritten cells. Throws FILTER_MISMATCH, when a table is first seen, for what does not fit it.
 */
export function columnActions(options: ColumnOptions): Transform {
  const actions = actionsOf(options);
  if (actions.length === 0) return (transaction) => transaction;
  const projections = new WeakMap<Table, { readonly projection: Projection | null }>();
  const projectionOf = (table: Table): Projection | null => {
    let known = projections.get(table);
    if (known === undefined) {
      known = { projection: planOf(actions, table) };
      projections.set(table, known);
    }
    return known.projection;
  };
  return (transaction) =>
    withEachEntry(transaction, (entry) => {
      const projection = entry.kind === 'rows' ? projectionOf(entry.table) : null;
      if (projection === null || entry.kind !== 'rows') return entry;
      return rewritten(entry, projection.table, () => new ProjectedCursor(entry.cursor(), projection));
    });
}

function actionsOf({
  include = [],
  exclude = [],
  mask = {},
  hash = [],
  hashKey,
  truncate = {},
}: ColumnOptions): ColumnAction[] {
  if (hash.length > 0 && !hashKey) {
    throw new RowtideError('USAGE', 'columns are to be hashed, and there is no key', {
      hint: 'Give one as hashKey, or on the command line as ROWTIDE_HASH_KEY: without a key short values are guessed from their hashes.',
    });
  }
  return [
    ...include.map((text) => ({ kind: 'include' as const, pattern: columnPattern(text) })),
    ...exclude.map((text) => ({ kind: 'exclude' as const, pattern: columnPattern(text) })),
    ...Object.entries(mask).map(([pattern, text]) => ({
      kind: 'mask' as const,
      pattern: columnPattern(pattern),
      text,
    })),
    ...hash.map((text) => ({ kind: 'hash' as const, pattern: columnPattern(text), key: hashKey ?? '' })),
    ...Object.entries(truncate).map(([pattern, lengthMax]) => ({
      kind: 'truncate' as const,
      pattern: columnPattern(pattern),
      lengthMax,
    })),
  ];
}

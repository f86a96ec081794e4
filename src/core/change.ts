import type { InvalidText } from './invalid-text.js';
import type { Table } from './table.js';

/**
 * A column's value in JavaScript; the README's table of types says which column gives which. Bytes may be a view of the
 * event that they came in: not to be written to, and their `buffer` holds more than them.
 */
export type Value = null | number | bigint | string | Uint8Array | InvalidText;

/** Column name → value. An absent key means that the column is not in the row image; null means SQL NULL. */
export type Row = { [column: string]: Value };

/** One step of what an update did to a JSON document: `path` as MySQL writes it, `value` JSON text, null for remove. */
export interface DocumentDiff {
  readonly op: 'replace' | 'insert' | 'remove';
  readonly path: string;
  readonly value: string | null;
}

export type DocumentDiffs<R = Row> = { readonly [column in keyof R]?: readonly DocumentDiff[] };

/**
 * `diffs` is there where the server logged changes of JSON documents in place of the documents (PARTIAL_JSON), by column.
 * `after` has the documents whole all the same; only where `before` lacks the column (BINLOG_ROW_IMAGE=MINIMAL), `after`
 * lacks it too, although it changed.
 */
export type Change<R = Row> =
  | { kind: 'insert'; table: Table; after: Partial<R> }
  | { kind: 'update'; table: Table; before: Partial<R>; after: Partial<R>; diffs?: DocumentDiffs<R> }
  | { kind: 'delete'; table: Table; before: Partial<R> }
  | { kind: 'statement'; schema: string; sql: string; invalid?: InvalidText };

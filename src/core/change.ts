import type { InvalidText } from './invalid-text.js';
import type { Table } from './table.js';

/** A column's value in JavaScript; the README's table of types says which column gives which. */
export type Value = null | number | bigint | string | Uint8Array | InvalidText;

/** Column name → value. An absent key means that the column is not in the row image; null means SQL NULL. */
export type Row = { [column: string]: Value };

export type Change<R = Row> =
  | { kind: 'insert'; table: Table; after: Partial<R> }
  | { kind: 'update'; table: Table; before: Partial<R>; after: Partial<R> }
  | { kind: 'delete'; table: Table; before: Partial<R> }
  | { kind: 'statement'; schema: string; sql: string; invalid?: InvalidText };

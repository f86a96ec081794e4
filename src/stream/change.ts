import type { DocumentDiffs, Row } from '../core/change.js';
import type { AnyGtid } from '../core/gtid.js';
import type { InvalidText } from '../core/invalid-text.js';
import type { Table } from '../core/table.js';
import type { LogSpan } from '../core/transaction.js';

/** The rows of tables by `schema.table`, see `tableKey`: what `rowtide types` writes. */
export type Database = { readonly [table: string]: Row };

/**
 * `full`: every row image has all columns, as binlog_row_image=FULL logs them. `partial`: images have the columns that
 * the server logged, and the others are absent keys.
 */
export type RowImage = 'full' | 'partial';

/** What the changes of one commit have in common. */
export interface TransactionFacts {
  readonly gtid: AnyGtid | null;
  readonly span: LogSpan;
  /** Microseconds since the epoch at which the source committed. */
  readonly committedAtUs: number;
}

/** One change: `table` and `kind` tell which, and so what `before` and `after` hold. */
export type StreamChange<DB extends Database = Database, Image extends RowImage = 'full'> =
  | { [T in keyof DB & string]: RowChange<T, Image extends 'full' ? DB[T] : Partial<DB[T]>> }[keyof DB & string]
  | StatementChange;

export type RowChange<T extends string = string, R = Row> = RowFacts<T> &
  (
    | { readonly kind: 'insert'; readonly after: R }
    | { readonly kind: 'update'; readonly before: R; readonly after: R; readonly diffs?: DocumentDiffs<R> }
    | { readonly kind: 'delete'; readonly before: R }
  );

interface RowFacts<T extends string> {
  readonly table: T;
  /** The columns and the primary key as they were for this row. */
  readonly definition: Table;
  readonly transaction: TransactionFacts;
}

/** A statement that is not a row change: DDL, account management, and so on. */
export interface StatementChange {
  readonly kind: 'statement';
  readonly table: null;
  /** The default schema it ran in; may be empty. */
  readonly schema: string;
  readonly sql: string;
  /** The statement's bytes, where they are no text of its session's character set. */
  readonly invalid?: InvalidText;
  readonly transaction: TransactionFacts;
}

/** `schema.table`; a name that holds a dot or a backtick is quoted as in SQL, so that no two tables share a key. */
export function tableKey({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${part(schema)}.${part(name)}`;
}

function part(name: string): string {
  return /[.`]/.test(name) ? `\`${name.replaceAll('`', '``')}\`` : name;
}

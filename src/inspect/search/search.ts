import type { AnyGtid } from '../../core/gtid.js';
import type { Table } from '../../core/table.js';
import type { RowCursor } from '../../core/transaction.js';

/** Whether the row that a cursor stands on is one of those that are searched for. */
export type RowTest = (cursor: RowCursor) => boolean;

/** What is searched for in a log. */
export interface Search {
  /** Null: any transaction. */
  readonly transaction: TransactionTest | null;
  /** Of those transactions all is shown, even if nothing is in them. */
  readonly everything: boolean;
  /** Which rows of a table. */
  rowsOf(table: Table): RowTest | 'all' | 'none';
  /** Whether statements that are logged as texts are looked for, by the default schema of their session. */
  statement(schema: string): boolean;
}

export interface TransactionTest {
  has(gtid: AnyGtid): boolean;
  /** There is but one, so that behind it nothing more has to be read. */
  readonly isOne: boolean;
}

import type { RowCursor, Rows, Statement, Transaction } from '../core/transaction.js';

/** How changes become records. Facts of a table are compiled once for each version of it, facts of an event once each. */
export interface Format {
  rows(transaction: Transaction, rows: Rows): RowsWriter;
  /** `index` counts the changes of the transaction, from 0. */
  statement(transaction: Transaction, statement: Statement, index: number): Buffer;
}

/** Writes the rows of one row event. Methods return the offset behind what they wrote and do not check capacity. */
export interface RowsWriter {
  /** Upper bound of key plus value of the row under the cursor; give `out` 8 bytes more, words are written past the end. */
  bytesMax(cursor: RowCursor): number;
  /** The primary key; returns `at` unchanged for a table without one. */
  key(out: Buffer, at: number, cursor: RowCursor): number;
  value(out: Buffer, at: number, cursor: RowCursor, index: number): number;
}

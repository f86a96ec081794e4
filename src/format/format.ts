import type { Position } from '../core/position.js';
import type { Table } from '../core/table.js';
import type { RowCursor, Rows, Statement, Transaction } from '../core/transaction.js';

/**
 * How changes become records. Facts of a table are compiled once for each version of it, facts of an event once each.
 * A sink makes a format of its own, hands it transactions in order, and writes each row once.
 */
export interface Format {
  /** Whether a record without a value follows each delete, unless the sink is told otherwise. */
  readonly tombstones?: boolean;
  /**
   * There if an update that changes the key is to become a delete of the old key and an insert of the new one, unless
   * the sink is told otherwise: `rows` is then asked for both, with `op` and cursor to match.
   */
  readonly keyChange?: KeyChangeHeaders;
  /**
   * Before the first rows of a table version go to a topic, and awaited: registers schemas. The key of the records are
   * the primary key of `rows.table`, here and in `rows`; a sink that chooses other columns hands over a table that says so.
   */
  prepare?(rows: Rows, to: Destination): Promise<void>;
  /** The same before each record of `statement`, of `begin` and `end`, or of `heartbeat`. */
  prepareOther?(kind: OtherRecords, to: OtherDestination): Promise<void>;
  rows(transaction: Transaction, rows: Rows): RowsWriter;
  /** `index` counts the records of the transaction, from 0. Empty: this format has no word for the statement. */
  statement(transaction: Transaction, statement: Statement, index: number): readonly FormattedRecord[];
  /** Told in front of the first rows of a transaction; null if it is not to be told. */
  begin?(transaction: Transaction): FormattedRecord | null;
  /** Told behind the last rows; `counts`: how many records of each table were written, tombstones aside. */
  end?(transaction: Transaction, counts: ReadonlyMap<Table, number>): FormattedRecord | null;
  /** Says that everything before `position` was written; null if it is not to be told. */
  heartbeat?(position: Position, timeMs: number): FormattedRecord | null;
}

/** Where the first rows of a table version go, and where they come from. */
export interface Destination {
  readonly topic: string;
  readonly transaction: Transaction;
  /** What changed the table last, in words for an error, as far as the sink has seen it. */
  readonly statement?: string | undefined;
  readonly signal: AbortSignal;
}

/** Records that are not of rows. */
export type OtherRecords = 'statement' | 'transaction' | 'heartbeat';

export interface OtherDestination {
  readonly topic: string;
  /** Null for a heartbeat. */
  readonly transaction: Transaction | null;
  readonly signal: AbortSignal;
}

/** Names of the headers in which the two records of a changed key carry the key of the other one. */
export interface KeyChangeHeaders {
  /** On the insert. */
  readonly oldKey: string;
  /** On the delete. */
  readonly newKey: string;
}

export interface FormattedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer;
}

/** Writes the rows of one row event. Methods return the offset behind what they wrote and do not check capacity. */
export interface RowsWriter {
  /** Upper bound of key plus value of the row under the cursor; give `out` 8 bytes more, words are written past the end. */
  bytesMax(cursor: RowCursor): number;
  /** The primary key; returns `at` unchanged for a table without one. */
  key(out: Buffer, at: number, cursor: RowCursor): number;
  /** `index` counts the records of the transaction. Returns `at` unchanged for a record without a value, a tombstone. */
  value(out: Buffer, at: number, cursor: RowCursor, index: number): number;
}

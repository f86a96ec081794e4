import type { Table } from '../core/table.js';
import type { Transaction } from '../core/transaction.js';
import type { Format, FormattedRecord } from './format.js';

/** The records before and behind the rows of one transaction, of formats that have a word for its begin and end. */
export class TransactionBounds {
  readonly #format: Format;
  readonly #transaction: Transaction;
  readonly #counts = new Map<Table, number>();

  constructor(format: Format, transaction: Transaction) {
    this.#format = format;
    this.#transaction = transaction;
  }

  /** Once, in front of the first rows; later calls give null. */
  begin(): FormattedRecord | null {
    if (this.#counts.size > 0) return null;
    return this.#format.begin?.(this.#transaction) ?? null;
  }

  wrote(table: Table, records: number): void {
    this.#counts.set(table, (this.#counts.get(table) ?? 0) + records);
  }

  /** Null for a transaction without rows. */
  end(): FormattedRecord | null {
    if (this.#counts.size === 0) return null;
    return this.#format.end?.(this.#transaction, this.#counts) ?? null;
  }
}

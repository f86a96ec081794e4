import type { Source } from '../core/source.js';
import type { Rows, Transaction } from '../core/transaction.js';
import { type Transform, withEntries } from './filter.js';

/** The source with every transaction rewritten. */
export function transformed(source: Source, transform: Transform): Source {
  return {
    start: (signal) => source.start(signal),
    async *read(from, signal) {
      for await (const transaction of source.read(from, signal)) yield transform(transaction);
    },
  };
}

export interface LimitOptions {
  /** How many changes pass. */
  readonly changes: number;
  /** Ends only after the transaction that reaches the limit: positions exist nowhere else. */
  readonly wholeTransactions: boolean;
}

/** Ends the source when enough changes have passed, over all its reads. */
export function limited(source: Source, { changes, wholeTransactions }: LimitOptions): Source {
  let left = changes;
  return {
    start: (signal) => source.start(signal),
    async *read(from, signal) {
      if (left <= 0) return;
      for await (const transaction of source.read(from, signal)) {
        const count = countChanges(transaction, left);
        yield count > left && !wholeTransactions ? firstChanges(transaction, left) : transaction;
        left -= count;
        if (left <= 0) return;
      }
    },
  };
}

/** Counts no further than one more than `enough`. */
function countChanges(transaction: Transaction, enough: number): number {
  let count = 0;
  for (const entry of transaction.entries) {
    if (entry.kind === 'statement') count++;
    else for (const cursor = entry.cursor(); count <= enough && cursor.next(); ) count++;
    if (count > enough) break;
  }
  return count;
}

function firstChanges(transaction: Transaction, count: number): Transaction {
  return withEntries(transaction, {
    *[Symbol.iterator]() {
      let left = count;
      const take = (isThere: () => boolean): boolean => {
        const taken = left > 0 && isThere();
        if (taken) left--;
        return taken;
      };
      for (const entry of transaction.entries) {
        if (entry.kind === 'rows') yield firstRows(entry, take);
        else if (take(() => true)) yield entry;
        if (left <= 0) return;
      }
    },
  });
}

function firstRows(rows: Rows, take: (isThere: () => boolean) => boolean): Rows {
  return {
    kind: 'rows',
    op: rows.op,
    table: rows.table,
    event: rows.event,
    query: rows.query,
    foreignKeyChecks: rows.foreignKeyChecks,
    cursor() {
      const cursor = rows.cursor();
      return {
        get before() {
          return cursor.before;
        },
        get after() {
          return cursor.after;
        },
        get diffs() {
          return cursor.diffs;
        },
        next: () => take(() => cursor.next()),
      };
    },
  };
}

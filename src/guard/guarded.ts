import type { Source } from '../core/source.js';
import type { Transaction } from '../core/transaction.js';

export interface Gate {
  /**
   * Whether the replica has to stand still before it. Asked of each transaction, when it is next. Rejects when `signal`
   * aborts meanwhile.
   */
  holds(transaction: Transaction, signal: AbortSignal): Promise<boolean>;
  passed(transaction: Transaction): void;
}

/** Ends the source before the first transaction that the gate holds. */
export function guarded(source: Source, gate: Gate): Source {
  return {
    start: (signal) => source.start(signal),
    async *read(from, signal) {
      for await (const transaction of source.read(from, signal)) {
        let isHeld = true;
        try {
          isHeld = await gate.holds(transaction, signal);
        } finally {
          if (isHeld) transaction.release();
        }
        if (isHeld) return;
        yield transaction;
        gate.passed(transaction);
      }
    },
  };
}

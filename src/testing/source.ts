import { setTimeout as delay } from 'node:timers/promises';
import type { Source } from '../core/source.js';
import { insertsOf, isBehind, positionAfter } from './transactions.js';

export interface SyntheticSourceOptions {
  readonly transactions: number;
  readonly rowsPerTransaction: number;
  /** Wait before each transaction, in milliseconds. Default: none. */
  readonly paceMs?: () => number;
}

/** A log without a server: transaction n inserts the ids behind those of transaction n - 1, from 1 on. */
export function syntheticSource({ transactions, rowsPerTransaction, paceMs }: SyntheticSourceOptions): Source {
  return {
    start: async () => positionAfter(0),
    async *read(from, signal) {
      for (let sequence = 1; sequence <= transactions && !signal.aborted; sequence++) {
        const first = (sequence - 1) * rowsPerTransaction + 1;
        const transaction = insertsOf(
          sequence,
          Array.from({ length: rowsPerTransaction }, (_, i) => first + i),
        );
        if (!isBehind(from, transaction)) continue;
        const waitMs = paceMs?.() ?? 0;
        if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => undefined);
        if (!signal.aborted) yield transaction;
      }
    },
  };
}

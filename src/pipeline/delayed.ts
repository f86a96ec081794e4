import type { Source } from '../core/source.js';
import type { Transaction } from '../core/transaction.js';
import type { ReleaseClock } from './release-clock.js';

/** As long as the servers allow: 2^31 - 1 seconds. */
export const DELAY_MS_MAX = (2 ** 31 - 1) * 1000;
/** How long nobody looks at the wall clock: it may be set while somebody waits. */
const LOOK_MS = 1000;

/** How late a replica is kept on purpose, and what is next. May be changed at any time: what waits gets the new delay. */
export class Delay {
  readonly clock: ReleaseClock;
  /** The transaction that waits for its time; null while none is there. */
  waiting: Transaction | null = null;
  #ms: number;
  #wake: () => void = () => undefined;

  constructor(ms: number, clock: ReleaseClock) {
    this.#ms = ms;
    this.clock = clock;
  }

  get ms(): number {
    return this.#ms;
  }

  set ms(ms: number) {
    this.#ms = ms;
    this.#wake();
  }

  /** When it is to be released, milliseconds since the epoch. */
  dueMs(transaction: Pick<Transaction, 'committedAtUs'>): number {
    return Math.ceil(transaction.committedAtUs / 1_000_000) * 1000 + this.#ms;
  }

  /** Resolves when the time of the transaction has come, or `signal` aborts. */
  async passed(transaction: Transaction, signal: AbortSignal): Promise<void> {
    // Where the log has no time of the commit, the server adds how far its own clock and the source's are apart.
    const ofSource = transaction.origin === undefined;
    for (;;) {
      const leftMs = this.dueMs(transaction) - this.clock.nowMs({ ofSource });
      if (leftMs <= 0 || signal.aborted) return;
      await this.#sleep(Math.min(leftMs, LOOK_MS), signal);
    }
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const waking = new AbortController();
    const wake = (): void => waking.abort();
    this.#wake = wake;
    signal.addEventListener('abort', wake, { once: true });
    try {
      await this.clock.sleep(ms, waking.signal);
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}

/**
 * The source late on purpose, as MySQL's SOURCE_DELAY has it: a transaction goes on when its immediate commit (of the
 * server that it is read from, in microseconds, rounded up to a second) is as long ago as the delay. Where the log has no
 * such time (MySQL 5.7, MariaDB), it is the time in the header of the event that ends it: one release for the whole
 * transaction, where those servers release it event by event.
 *
 * Only the transaction that is next is open. All others wait in the log.
 */
export function delayed(source: Source, delay: Delay): Source {
  return {
    start: (signal) => source.start(signal),
    async *read(from, signal) {
      try {
        for await (const transaction of source.read(from, signal)) {
          delay.waiting = transaction;
          await delay.passed(transaction, signal);
          delay.waiting = null;
          if (signal.aborted) {
            transaction.release();
            return;
          }
          yield transaction;
        }
      } finally {
        delay.waiting = null;
      }
    },
  };
}

import type { Log } from 'rowtide';
import type { Clock } from './clock.js';

const FIRST_AFTER_MS = 5_000;
const AGAIN_AFTER_MS = 15_000;

/** Says what is waited for, so that a pipeline that stands still does not look as one that has nothing to do. */
export class WaitLog {
  readonly #log: Log | null;
  readonly #clock: Clock;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  /** `log` null: says nothing. */
  constructor(log: Log | null, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** To be called at every attempt; says something when it is worth it. `cause`: what the last attempt failed with. */
  tell(sinceMs: number, cause: unknown): void {
    const now = this.#clock.now();
    if (now - sinceMs < FIRST_AFTER_MS || now - this.#toldAtMs < AGAIN_AFTER_MS) return;
    this.#toldAtMs = now;
    const facts = {
      waitedMs: Math.round(now - sinceMs),
      cause: cause instanceof Error ? cause.message : String(cause),
    };
    this.#log?.warn(facts, 'waiting for Kafka');
  }
}

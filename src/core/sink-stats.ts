import type { AnyGtid } from './gtid.js';
import type { LogSpan } from './transaction.js';

/** Numbers by the names that a person reads, such as `rows` or `conflicts`. */
export class Counters {
  readonly #values = new Map<string, number>();

  count(name: string, by = 1): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + by);
  }

  addTo(others: Counters): void {
    for (const [name, value] of this.#values) others.count(name, value);
  }

  /** In the order in which they were first counted. */
  get counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#values);
  }
}

/** One of those that work at the same time in a sink: a connection. */
export class WorkerStats extends Counters {
  /** What it does now, in a word: `idle`, `applying`, `waiting`, `committing`. */
  doing = 'idle';
  /** What it does that with. */
  transaction: { readonly gtid: AnyGtid | null; readonly span: LogSpan } | null = null;
}

/**
 * What a sink says of itself beside its errors. It counts as it works; `rowtide status --json` and `rowtide replica
 * status` show it. One object for all attempts of a pipeline, so that numbers go on where a sink is made anew.
 */
export class SinkStats extends Counters {
  readonly #workers: WorkerStats[] = [];

  /** The one of that number, from 0. */
  worker(index: number): WorkerStats {
    while (this.#workers.length <= index) this.#workers.push(new WorkerStats());
    return this.#workers[index]!;
  }

  get workers(): readonly WorkerStats[] {
    return this.#workers;
  }
}

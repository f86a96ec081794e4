import type { Source } from '../core/source.js';
import type { Transaction } from '../core/transaction.js';
import { type Bound, type BoundFrom, Progress } from './bound.js';

export interface UntilOptions {
  readonly bound: BoundFrom;
  /**
   * For a log that goes on: resolves, at the moment behind which nothing wanted can be written any more, to the end that
   * the log has then. Without it a stream would wait for a transaction that lies behind its bound, maybe for ever.
   */
  readonly end?: (signal: AbortSignal) => Promise<BoundFrom>;
}

/** Ends the source at a bound. */
export function until(source: Source, options: UntilOptions): Source {
  return {
    start: (signal) => source.start(signal),
    async *read(from, signal) {
      const stream = new BoundedStream(new Progress(from.log), options.bound);
      if (stream.isEnded) return;
      if (options.end !== undefined) stream.watch(options.end, signal);
      try {
        for await (const transaction of source.read(from, AbortSignal.any([signal, stream.stop]))) {
          if (!stream.admits(transaction)) {
            transaction.release();
            return;
          }
          yield transaction;
          if (stream.isEnded) return;
        }
        stream.throwIfFailed();
      } catch (error) {
        // Stopped by us, it may have been in the middle of a question.
        if (error !== stream.stop.reason) throw error;
        stream.throwIfFailed();
      } finally {
        stream.close();
      }
    },
  };
}

class BoundedStream {
  readonly #progress: Progress;
  readonly #bounds: Bound[];
  readonly #stopping = new AbortController();
  #failure: { readonly error: unknown } | null = null;

  constructor(progress: Progress, bound: BoundFrom) {
    this.#progress = progress;
    this.#bounds = [bound(progress)];
  }

  /** Aborts when the end becomes known after it was passed: the source may be waiting for something behind it. */
  get stop(): AbortSignal {
    return this.#stopping.signal;
  }

  get isEnded(): boolean {
    return this.#bounds.some((bound) => bound.isReached());
  }

  watch(end: (signal: AbortSignal) => Promise<BoundFrom>, signal: AbortSignal): void {
    end(AbortSignal.any([signal, this.stop])).then(
      (bound) => {
        this.#bounds.push(bound(this.#progress));
        if (this.isEnded) this.close();
      },
      (error: unknown) => {
        if (signal.aborted || this.stop.aborted) return;
        this.#failure = { error };
        this.close();
      },
    );
  }

  admits(transaction: Transaction): boolean {
    if (!this.#bounds.every((bound) => bound.admits(transaction))) return false;
    this.#progress.passed(transaction);
    for (const bound of this.#bounds) bound.passed(transaction);
    return true;
  }

  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  close(): void {
    this.#stopping.abort();
  }
}

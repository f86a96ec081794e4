import { type ErrorCode, RowtideError } from '../core/errors.js';
import { type AnyGtid, formatGtid } from '../core/gtid.js';
import type { Position } from '../core/position.js';
import { SinkStats } from '../core/sink-stats.js';
import type { Transaction } from '../core/transaction.js';
import { covers } from './covers.js';

/**
 * ```
 * starting → streaming → stopped            asked to stop, or the log ended
 *     ↑  ↖      ↓  ↘
 *     |   paused ←  retrying, failed        failed: an error that trying again does not help
 *     └─────────────┘
 * ```
 */
export type PipelineState = 'starting' | 'streaming' | 'paused' | 'retrying' | 'stopped' | 'failed';

/** Plain numbers of one pipeline over all its attempts. */
export interface PipelineStats {
  state: PipelineState;
  /** Transactions that became durable in the sink; those that were filtered to nothing are not counted. */
  transactions: number;
  /** Their bytes, as they were held. */
  bytes: number;
  /** Batches written, with those that only moved the position. */
  batches: number;
  retries: number;
  /** Behind the last batch written. */
  position: Position | undefined;
  /** Commit time of the last transaction written, microseconds since the epoch. */
  committedAtUs: number | undefined;
  /** Commit time of the first transaction of the batch that is being written; undefined while none is. */
  writingUs: number | undefined;
  /** Commit time of the last transaction that was read, also if it was filtered to nothing. */
  readUs: number | undefined;
  /** When it was read, milliseconds since the epoch. */
  readAtMs: number | undefined;
  /** Which it was. */
  read: Pick<Transaction, 'gtid' | 'span'> | undefined;
  /** Message of the last error; stays until the next batch is written. */
  error: string | undefined;
  /** Its code, and what to do about it; undefined where there is none, and for defects of ours. */
  errorCode: ErrorCode | undefined;
  errorHint: string | undefined;
}

/** The handle of a pipeline that outlives its attempts: what others see of it, and ask of it. */
export class PipelineControl {
  readonly stats: PipelineStats = {
    state: 'starting',
    transactions: 0,
    bytes: 0,
    batches: 0,
    retries: 0,
    position: undefined,
    committedAtUs: undefined,
    writingUs: undefined,
    readUs: undefined,
    readAtMs: undefined,
    read: undefined,
    error: undefined,
    errorCode: undefined,
    errorHint: undefined,
  };
  /** What the sinks of all attempts say of themselves. */
  readonly sinkStats = new SinkStats();
  readonly #watchers = new Set<() => void>();
  readonly #skipped = new Set<string>();
  #pause = new AbortController();
  #resume: () => void = () => undefined;

  /** Ends the running attempt as a stop does, so that no connection has to outlive the pause. */
  pause(): void {
    this.#pause.abort();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.#pause = new AbortController();
    this.#resume();
  }

  /** All up to there is durable in the sink. */
  moved(position: Position): void {
    this.stats.position = position;
    for (const look of this.#watchers) look();
  }

  /** Calls `look` whenever the position has moved, until what it returns is called. `look` throws nothing. */
  watch(look: () => void): () => void {
    this.#watchers.add(look);
    return () => void this.#watchers.delete(look);
  }

  /** Resolves once that transaction is durable in the sink, with all before it; rejects when `signal` aborts. */
  async reached(transaction: Pick<Transaction, 'gtid' | 'span'>, signal: AbortSignal): Promise<void> {
    const isThere = (): boolean => this.stats.position !== undefined && covers(this.stats.position, transaction);
    signal.throwIfAborted();
    if (isThere()) return;
    const done = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        done.signal.addEventListener(
          'abort',
          this.watch(() => isThere() && resolve()),
        );
        signal.addEventListener('abort', () => reject(signal.reason), { signal: done.signal });
      });
    } finally {
      done.abort();
    }
  }

  /** Notes what went wrong; null: nothing any more. */
  note(failure: { readonly error: unknown } | null): void {
    const { stats } = this;
    const error = failure?.error;
    stats.error = failure === null ? undefined : error instanceof Error ? error.message : String(failure.error);
    stats.errorCode = error instanceof RowtideError ? error.code : undefined;
    stats.errorHint = error instanceof RowtideError ? error.hint : undefined;
  }

  /** From its next reading on, a transaction is passed on without its changes; the position moves over it. */
  skip(gtid: AnyGtid): void {
    this.#skipped.add(formatGtid(gtid));
  }

  skips(gtid: AnyGtid | null): boolean {
    return this.#skipped.size > 0 && gtid !== null && this.#skipped.has(formatGtid(gtid));
  }

  get isPaused(): boolean {
    return this.#pause.signal.aborted;
  }

  /** Aborts when a pause is asked for. Another one after each resume. */
  get pausing(): AbortSignal {
    return this.#pause.signal;
  }

  /** Resolves at once, unless paused; then when resumed, or when `signal` aborts. */
  async resumed(signal: AbortSignal): Promise<void> {
    while (this.isPaused && !signal.aborted) {
      this.stats.state = 'paused';
      const waiting = new AbortController();
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
        signal.addEventListener('abort', () => resolve(), { signal: waiting.signal });
      });
      waiting.abort();
    }
  }
}

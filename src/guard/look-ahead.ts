import { unreachable } from '../core/errors.js';
import type { AnyGtid } from '../core/gtid.js';
import { isMariaGtid } from '../core/gtid.js';
import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import type { Source } from '../core/source.js';
import type { Transaction } from '../core/transaction.js';
import { type Clock, systemClock } from '../pipeline/clock.js';
import { PositionFold } from '../pipeline/fold.js';
import { type Contents, contentsOf, tableText } from './contents.js';
import type { Judge, Match } from './rules.js';

/** A transaction that waits and is worth a line: it has statements, deletes many rows, or breaks a rule. */
export interface Notable {
  readonly transaction: Waiting;
  /** A line for each statement and each table of which many rows are deleted. */
  readonly what: readonly string[];
  readonly contents: Contents;
  readonly match: Match | null;
}

/** What is kept of a transaction that is read ahead: its changes stay in the log. */
export type Waiting = Pick<Transaction, 'gtid' | 'span' | 'committedAtUs' | 'sizeBytes'>;

export interface LookAheadOptions {
  readonly pipeline: string;
  /** Reads the same log as the replica, at its own pace. */
  readonly source: Source;
  readonly judge: Judge;
  /** Deletes of so many rows are listed. */
  readonly notableRows: number;
  readonly log: Log;
  readonly onMatch: (notable: Notable & { readonly match: Match }) => void;
  readonly clock?: Clock;
}

const NOTABLES_MAX = 1000;
const RETRY_MS = 5000;
/** After this time without a transaction, the reader has come to the end of its log. */
const QUIET_MS = 1000;

/**
 * Reads what waits before its time has come, and keeps of it no more than numbers and a bounded list. It only looks: what
 * holds the replica is asked again when the transaction is next (`guarded`), so that it is never too late.
 */
export class LookAhead {
  readonly #options: LookAheadOptions;
  readonly #clock: Clock;
  #reading = new AbortController();
  #from: Position | null = null;
  #fold: PositionFold | null = null;
  #seen = { transactions: 0, bytes: 0 };
  #passed = { transactions: 0, bytes: 0 };
  #first: Waiting | null = null;
  #notables: (Notable & { readonly ordinal: number })[] = [];
  #unlisted = 0;
  #lacksTexts = false;
  /** When the last one was, or reading began; Infinity while one is looked at. */
  #readAt: number;
  #error: Error | null = null;
  /** What was warned of last. */
  #complaint = '';

  constructor(options: LookAheadOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#readAt = this.#clock.now();
  }

  /** The replica goes on, or stands, at `from`: what waits is what lies behind it. */
  begin(from: Position): void {
    if (this.#from !== null && this.#passed.transactions === 0 && isSamePlace(this.#from, from)) return;
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#from = from;
    this.#fold = new PositionFold(from);
    this.#seen = { transactions: 0, bytes: 0 };
    this.#passed = { transactions: 0, bytes: 0 };
    this.#first = null;
    this.#notables = [];
    this.#unlisted = 0;
    this.#error = null;
    void this.#read(from, this.#reading.signal);
  }

  /** The replica was handed this one: it does not wait any more. */
  passed({ sizeBytes }: Pick<Transaction, 'sizeBytes'>): void {
    this.#passed.transactions++;
    this.#passed.bytes += sizeBytes;
    this.#first = null;
    while ((this.#notables[0]?.ordinal ?? Number.POSITIVE_INFINITY) <= this.#passed.transactions)
      this.#notables.shift();
  }

  /** Until it begins again. */
  close(): void {
    this.#reading.abort();
    this.#from = null;
  }

  get waiting(): { readonly transactions: number; readonly bytes: number } {
    return {
      transactions: Math.max(0, this.#seen.transactions - this.#passed.transactions),
      bytes: Math.max(0, this.#seen.bytes - this.#passed.bytes),
    };
  }

  /** The one behind the place where the replica stands, until it is handed over. */
  get first(): Waiting | null {
    return this.#first;
  }

  get notables(): readonly Notable[] {
    return this.#notables;
  }

  /** How many more are worth a line than are kept. */
  get unlisted(): number {
    return this.#unlisted;
  }

  /** Rows were changed by statements that the log does not have: nobody knows whether those had a WHERE. */
  get lacksTexts(): boolean {
    return this.#lacksTexts;
  }

  /** All that is in the log has been looked at. */
  get isAtEnd(): boolean {
    return this.#error === null && this.#from !== null && this.#clock.now() - this.#readAt > QUIET_MS;
  }

  /** Nothing that was read lies behind the position. */
  isAllIn({ log }: Position): boolean {
    const seen = this.#fold?.take().log;
    switch (seen?.kind) {
      case 'gtid':
        return log.kind === 'gtid' && log.executed.includes(seen.executed);
      case 'mariadb-gtid':
        return log.kind === 'mariadb-gtid' && log.executed.includes(seen.executed);
      case 'file':
        return log.kind === 'file' && log.file === seen.file && log.offset === seen.offset;
      case undefined:
        return false;
      default:
        return unreachable(seen);
    }
  }

  get error(): Error | null {
    return this.#error;
  }

  /** Whether it was read, or lies before where reading began. */
  hasSeen(gtid: AnyGtid): boolean {
    const log = this.#fold?.take().log;
    if (log?.kind === 'gtid') return !isMariaGtid(gtid) && log.executed.has(gtid);
    return log?.kind === 'mariadb-gtid' && isMariaGtid(gtid) && log.executed.has(gtid);
  }

  async #read(from: Position, signal: AbortSignal): Promise<void> {
    const { source, log, pipeline } = this.#options;
    this.#readAt = this.#clock.now();
    try {
      for await (const transaction of source.read(from, signal)) {
        try {
          if (signal.aborted) return;
          await this.#look(transaction, signal);
        } finally {
          transaction.release();
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error instanceof Error ? error : new Error(String(error));
      if (this.#error.message !== this.#complaint) {
        log.warn({ pipeline, err: error }, 'cannot look at what waits: trying again');
      }
      this.#complaint = this.#error.message;
      await this.#clock.sleep(RETRY_MS, signal);
      if (signal.aborted) return;
      // There may be nothing more to read, by which to tell that it can be read again.
      this.#error = null;
      // From where it stopped, so that nothing is counted twice.
      void this.#read(this.#fold?.take() ?? from, signal);
    }
  }

  async #look(transaction: Transaction, signal: AbortSignal): Promise<void> {
    this.#readAt = Number.POSITIVE_INFINITY;
    const contents = contentsOf(transaction);
    const what = linesOf(contents, this.#options.notableRows);
    const match = await this.#options.judge(contents);
    if (signal.aborted) return;
    const { gtid, span, committedAtUs, sizeBytes } = transaction;
    const waiting: Waiting = { gtid, span, committedAtUs, sizeBytes };
    this.#complaint = '';
    this.#readAt = this.#clock.now();
    this.#fold?.add(transaction);
    this.#seen.transactions++;
    this.#seen.bytes += sizeBytes;
    if (this.#seen.transactions === 1 && this.#passed.transactions === 0) this.#first = waiting;
    this.#lacksTexts ||= contents.lacksTexts;
    if (what.length === 0 && match === null) return;
    const ordinal = this.#seen.transactions;
    const notable = { transaction: waiting, what: what.length === 0 ? [match!.what] : what, contents, match, ordinal };
    if (ordinal > this.#passed.transactions) {
      if (this.#notables.length < NOTABLES_MAX) this.#notables.push(notable);
      else this.#unlisted++;
    }
    if (match !== null) this.#options.onMatch({ ...notable, match });
  }
}

function linesOf({ statements, deletes, unconditional }: Contents, notableRows: number): string[] {
  return [
    ...statements.map(({ text }) => text),
    ...unconditional.map(({ text }) => text),
    ...deletes
      .filter(({ rows }) => rows >= notableRows)
      .map(({ table, rows }) => `DELETE of ${rows} rows of ${tableText(table)}`),
  ];
}

function isSamePlace({ log: a }: Position, { log: b }: Position): boolean {
  if (a.kind === 'file' || b.kind === 'file') {
    return a.kind === b.kind && a.kind === 'file' && b.kind === 'file' && a.file === b.file && a.offset === b.offset;
  }
  return a.kind === b.kind && a.executed.toString() === b.executed.toString();
}

import { RowtideError, type Session, type SinkStats, type Transaction } from 'rowtide';
import { Dependencies } from '../parallel/dependencies.js';
import { readTarget } from '../parallel/read-target.js';
import { shownIn } from '../parallel/shown.js';
import { unitsOf } from '../parallel/units.js';
import { type Failure, Workers } from '../parallel/workers.js';
import { WriteSet } from '../parallel/write-set.js';
import type { Locate } from './sender.js';
import type { Target } from './target.js';
import { type ReplayUnit, ReplayWorker } from './worker.js';

export interface ParallelReplayOptions {
  /** Of each worker; the keys of the target are read through the first one. */
  readonly sessions: readonly Session[];
  readonly target: Target;
  /** Whether commits keep the order of the source. */
  readonly ordered: boolean;
  readonly locate: Locate<Transaction>;
  readonly stats: SinkStats;
}

/**
 * In order, a commit waits for the one before it, which has to reach the disk first: several connections cannot share
 * that. So small transactions go through one connection, many to a packet, which costs no round trip, and only larger ones
 * are spread, to be done when it is their turn.
 */
const SMALL_BYTES_MAX = 64 * 1024;
const ORDERED = { bytesMax: SMALL_BYTES_MAX, transactionsMax: 200 };
/** In any order the target writes to the disk for several connections at once, so each takes one; units of more would often wait for each other. */
const UNORDERED = { bytesMax: SMALL_BYTES_MAX, transactionsMax: 1 };

/** Replays transactions on several connections. */
export class ParallelReplay {
  readonly #options: ParallelReplayOptions;
  readonly #workers: Workers<ReplayUnit>;
  readonly #dependencies = new Dependencies({ writeSet: null, trustsSource: true, target: ({ table }) => table });
  #keysAreKnown = false;

  constructor(options: ParallelReplayOptions) {
    const { sessions, target, locate, ordered, stats } = options;
    const workers = sessions.map((session) => new ReplayWorker({ session, target, locate }));
    this.#options = options;
    this.#workers = new Workers(workers, { ordered, failureOf, watch: shownIn(stats) });
  }

  /** Resolves when all are committed. */
  async write(transactions: readonly Transaction[]): Promise<void> {
    await this.#workers.run((drained) => this.#units(transactions, drained), this.#dependencies.number);
  }

  async *#units(transactions: readonly Transaction[], drained: () => Promise<void>): AsyncGenerator<ReplayUnit> {
    if (!this.#keysAreKnown) await this.#readKeys();
    const { ordered } = this.#options;
    for (const unit of unitsOf(transactions, this.#dependencies, ordered ? ORDERED : UNORDERED)) {
      const isOne = unit.transactions.length === 1;
      const commitsItself = unit.isAlone || !ordered || !isOne || sizeOf(unit) <= SMALL_BYTES_MAX;
      yield { ...unit, commitsItself, after: ordered && commitsItself ? unit.first - 1 : unit.after };
      if (!unit.transactions.some(hasStatement)) continue;
      await drained();
      await this.#readKeys();
    }
  }

  async #readKeys(): Promise<void> {
    const [session] = this.#options.sessions;
    this.#dependencies.reset(new WriteSet(await readTarget(session!)));
    this.#keysAreKnown = true;
  }
}

function sizeOf({ transactions }: ReplayUnit | Pick<ReplayUnit, 'transactions'>): number {
  return transactions.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
}

function hasStatement({ entries }: Transaction): boolean {
  for (const entry of entries) return entry.kind === 'statement';
  return false;
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof RowtideError) || error.code === 'SINK_UNREACHABLE') return 'lost';
  return error.code === 'SINK_BUSY' ? 'locked' : 'refused';
}

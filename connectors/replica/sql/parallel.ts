import {
  type Batch,
  type Position,
  PositionFold,
  type Rows,
  RowtideError,
  type Session,
  type Transaction,
} from 'rowtide';
import { Dependencies } from '../parallel/dependencies.js';
import { readTarget } from '../parallel/read-target.js';
import { shownIn } from '../parallel/shown.js';
import { type UnitBounds, unitsOf } from '../parallel/units.js';
import { type Failure, Workers } from '../parallel/workers.js';
import { WriteSet } from '../parallel/write-set.js';
import type { Splitting } from './split/splitting.js';
import { ConflictFound, type SqlUnit, SqlWorker, type SqlWorkerOptions } from './worker.js';

export interface ParallelSqlOptions extends Omit<SqlWorkerOptions, 'session'> {
  /** Of each worker; statements are executed on the first one. */
  readonly sessions: readonly Session[];
  readonly routeOf: (table: Rows['table']) => { readonly schema: string; readonly name: string };
  readonly splitting: Splitting;
}

/** Bytes of the transactions that become one of the target. Each is a write to the disk; each is waited for as a whole. */
const UNIT_BYTES_MIN = 32 * 1024;
const UNIT_BYTES_MAX = 4 * 1024 * 1024;
/** So many units of a batch for each worker: the last ones leave workers without work. */
const UNITS_PER_WORKER = 2;

/** Writes batches on several connections. A unit that is done commits when all before it are, and its position with it. */
export class ParallelSql {
  readonly #options: ParallelSqlOptions;
  readonly #workers: Workers<SqlUnit>;
  readonly #dependencies: Dependencies;
  #position: Position | undefined;
  #keysAreKnown = false;

  constructor(options: ParallelSqlOptions, position: Position | undefined) {
    const { sessions, routeOf, splitting: _, ...shared } = options;
    const careful = new Set<number>();
    const workers = sessions.map((session) => new SqlWorker({ session, ...shared }, careful));
    this.#options = options;
    this.#position = position;
    this.#workers = new Workers(workers, { ordered: true, failureOf, watch: shownIn(options.stats) });
    // Rows may go to other tables with other keys, which the source knows nothing of.
    const target = ({ table }: Rows) => routeOf(table);
    const isAlone = (transaction: Transaction) => options.splitting.cuts(transaction);
    this.#dependencies = new Dependencies({ writeSet: null, trustsSource: false, target, isAlone });
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    if (batch.transactions.length === 0) await this.#move(batch.position);
    else await this.#workers.run((drained) => this.#units(batch, drained, signal), this.#dependencies.number);
    this.#position = batch.position;
  }

  /** To a position behind nothing but what is not for the target. */
  async #move(position: Position): Promise<void> {
    const { sessions, checkpoints } = this.#options;
    const [, saved] = await sessions[0]!.run(['START TRANSACTION', checkpoints.save(position)]);
    if (saved?.affectedRows !== 1) throw checkpoints.fenced();
    await sessions[0]!.run(['COMMIT']);
  }

  async *#units(
    { transactions, position }: Batch,
    drained: () => Promise<void>,
    signal: AbortSignal,
  ): AsyncGenerator<SqlUnit> {
    if (!this.#keysAreKnown) await this.#readKeys();
    const fold = new PositionFold(this.#position ?? position);
    const last = transactions.at(-1);
    for (const unit of unitsOf(transactions, this.#dependencies, this.#bounds(transactions))) {
      const ahead = unit.isAlone ? await this.#writeAhead(unit.transactions[0]!, { fold, drained, signal }) : null;
      for (const transaction of unit.transactions) fold.add(transaction);
      const behind = unit.transactions.at(-1) === last ? position : fold.take();
      yield { ...unit, transactions: ahead === null ? unit.transactions : [ahead], position: behind };
    }
  }

  /** What of a transaction that runs alone is no work for a worker: its statement, and all fragments but the last. */
  async #writeAhead(
    transaction: Transaction,
    { fold, drained, signal }: { fold: PositionFold; drained: () => Promise<void>; signal: AbortSignal },
  ): Promise<Transaction> {
    const { statements, tables, splitting } = this.#options;
    const ddl = statements.leading(transaction);
    const isCut = splitting.cuts(transaction);
    if (ddl !== null || isCut) await drained();
    // The first fragment came behind it.
    if (ddl !== null && !splitting.hasBegun(transaction)) {
      await statements.execute(ddl, transaction, signal);
      tables.reset();
      await this.#readKeys();
    }
    return isCut ? splitting.write(transaction, fold.take(), signal) : transaction;
  }

  #bounds(transactions: readonly Transaction[]): UnitBounds {
    const bytes = transactions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const share = Math.ceil(bytes / (this.#options.sessions.length * UNITS_PER_WORKER));
    const bytesMax = Math.min(Math.max(share, UNIT_BYTES_MIN), UNIT_BYTES_MAX);
    return { bytesMax, transactionsMax: Number.POSITIVE_INFINITY };
  }

  async #readKeys(): Promise<void> {
    this.#dependencies.reset(new WriteSet(await readTarget(this.#options.sessions[0]!)));
    this.#keysAreKnown = true;
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof ConflictFound) return 'locked';
  if (!(error instanceof RowtideError) || error.code === 'SINK_UNREACHABLE') return 'lost';
  return error.code === 'SINK_BUSY' ? 'locked' : 'refused';
}

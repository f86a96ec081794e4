import { setTimeout as sleep } from 'node:timers/promises';
import { type Log, RowtideError, type Session, type SinkStats, type Transaction } from 'rowtide';
import type { CheckpointTable } from '../checkpoint-table.js';
import { CarefulRows } from './careful-rows.js';
import type { ConflictTable } from './conflict-table.js';
import type { Statements } from './ddl/statements.js';
import { QuickRows, type RowsWriter } from './quick-rows.js';
import type { Tables } from './tables.js';
import { writeRows } from './worker.js';

export interface CommitterOptions {
  readonly session: Session;
  readonly tables: Tables;
  readonly checkpoints: CheckpointTable;
  readonly conflicts: ConflictTable;
  readonly statements: Statements;
  readonly log: Log;
  readonly stats: SinkStats;
}

/** Deadlocks and lock waits of others are tried again so often before they end the attempt. */
const TRIES_MAX = 10;
const DELAY_MS = 50;

/**
 * Writes transactions as one of the target: rows, then the row of the checkpoint, and COMMIT only when each of the
 * statements did what it had to.
 */
export class Committer {
  readonly #options: CommitterOptions;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** `save`: of the checkpoint table. */
  async commit(transactions: readonly Transaction[], save: string, signal: AbortSignal): Promise<void> {
    const worker = this.#options.stats.worker(0);
    worker.doing = 'applying';
    worker.transaction = transactions[0] ?? null;
    try {
      await this.#commitAgain(transactions, save, signal);
    } finally {
      worker.doing = 'idle';
      worker.transaction = null;
    }
  }

  async #commitAgain(transactions: readonly Transaction[], save: string, signal: AbortSignal): Promise<void> {
    const { session, tables, conflicts, log, stats } = this.#options;
    let writer: RowsWriter = new QuickRows(session, tables);
    for (let tries = 1; ; tries++) {
      try {
        await this.#transaction(transactions, save, writer);
        writer.counts.addTo(stats);
        return;
      } catch (error) {
        if (!(error instanceof RowtideError)) throw error;
        const isNew = error.code === 'SINK_CONFLICT' && writer instanceof QuickRows;
        const isBusy = error.code === 'SINK_BUSY' && tries < TRIES_MAX;
        if (!isNew && !isBusy) throw error;
        const isCareful = isNew || writer instanceof CarefulRows;
        if (isNew) log.debug({ cause: error.message }, 'a conflict: the batch is written again row by row');
        else {
          stats.count('retries');
          log.warn(
            { tries, cause: error.message },
            'somebody else holds a lock on the target: the batch is written again',
          );
          await sleep(DELAY_MS * tries * (0.5 + Math.random()), undefined, { signal });
        }
        writer = isCareful ? new CarefulRows(session, tables, conflicts) : new QuickRows(session, tables);
      }
    }
  }

  async #transaction(transactions: readonly Transaction[], save: string, writer: RowsWriter): Promise<void> {
    const { session, checkpoints, statements } = this.#options;
    await session.run(['START TRANSACTION']);
    try {
      await writeRows(writer, transactions, statements);
      const [saved] = await session.run([save]);
      if (saved?.affectedRows !== 1) throw checkpoints.fenced();
    } catch (error) {
      await writer.idle();
      // What the server took back by itself is taken back; a connection that is gone takes its transaction with it.
      await session.run(['ROLLBACK', ...session.pins]).catch(() => undefined);
      throw error;
    }
    await session.run(['COMMIT']);
  }
}

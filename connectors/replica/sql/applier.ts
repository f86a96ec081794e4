import { type Batch, type Position, PositionFold, type SinkStats, type Transaction } from 'rowtide';
import type { CheckpointTable } from '../checkpoint-table.js';
import type { Committer } from './committer.js';
import type { Statements } from './ddl/statements.js';
import type { Splitting } from './split/splitting.js';
import type { Tables } from './tables.js';

export interface SqlApplierOptions {
  readonly committer: Committer;
  readonly splitting: Splitting;
  readonly tables: Tables;
  readonly checkpoints: CheckpointTable;
  readonly statements: Statements;
  readonly stats: SinkStats;
}

/**
 * Writes a batch as one transaction of the target. So a reader sees states that the source had, and no others. A
 * statement that commits by itself, as those about tables do, divides the batch, and so does a transaction that is cut.
 */
export class SqlApplier {
  readonly #options: SqlApplierOptions;
  /** Behind the last batch. */
  #position: Position | undefined;

  constructor(options: SqlApplierOptions, position: Position | undefined) {
    this.#options = options;
    this.#position = position;
  }

  async write({ transactions, position }: Batch, signal: AbortSignal): Promise<void> {
    const { statements, tables, splitting } = this.#options;
    const fold = this.#position === undefined ? null : new PositionFold(this.#position);
    let waiting: Transaction[] = [];
    for (const transaction of transactions) {
      const ddl = statements.leading(transaction);
      const isCut = splitting.cuts(transaction);
      if (ddl !== null || isCut) {
        if (waiting.length > 0) await this.#commit(waiting, behind(fold), signal);
        waiting = [];
      }
      // The first fragment came behind it.
      if (ddl !== null && !splitting.hasBegun(transaction)) {
        await statements.execute(ddl, transaction, signal);
        tables.reset();
      }
      const rest = isCut ? await splitting.write(transaction, behind(fold), signal) : transaction;
      fold?.add(transaction);
      waiting.push(rest);
    }
    await this.#commit(waiting, position, signal);
    this.#position = position;
  }

  async #commit(transactions: readonly Transaction[], position: Position, signal: AbortSignal): Promise<void> {
    const { committer, checkpoints, stats } = this.#options;
    await committer.commit(transactions, checkpoints.save(position), signal);
    stats.worker(0).count('transactions', transactions.length);
  }
}

/** Pipelines give a sink its first position before anything else. */
function behind(fold: PositionFold | null): Position {
  if (fold === null) throw new Error('a batch with statements was written before the sink knew a position');
  return fold.take();
}

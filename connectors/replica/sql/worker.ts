import type { Position, Session, SinkStats, Transaction } from 'rowtide';
import { RowtideError } from 'rowtide';
import type { CheckpointTable } from '../checkpoint-table.js';
import type { Unit } from '../parallel/units.js';
import type { Worker } from '../parallel/workers.js';
import { CarefulRows } from './careful-rows.js';
import type { ConflictTable } from './conflict-table.js';
import type { Statements } from './ddl/statements.js';
import { QuickRows, type RowsWriter } from './quick-rows.js';
import type { Tables } from './tables.js';

/** Transactions that become one of the target. */
export interface SqlUnit extends Unit {
  /** Behind them. */
  readonly position: Position;
}

export interface SqlWorkerOptions {
  readonly session: Session;
  readonly tables: Tables;
  readonly checkpoints: CheckpointTable;
  readonly conflicts: ConflictTable;
  readonly statements: Statements;
  readonly stats: SinkStats;
}

/** A conflict of many rows at a time: which one it was is found when the unit is the next, row by row. */
export class ConflictFound extends Error {}

/** Writes units on one connection of several. */
export class SqlWorker implements Worker<SqlUnit> {
  readonly #options: SqlWorkerOptions;
  /** First numbers of units with conflicts, of all workers. */
  readonly #careful: Set<number>;
  #writer: RowsWriter | null = null;

  constructor(options: SqlWorkerOptions, careful: Set<number>) {
    this.#options = options;
    this.#careful = careful;
  }

  async apply({ first, transactions }: SqlUnit): Promise<'applied'> {
    const { session, tables, conflicts, statements } = this.#options;
    const isCareful = this.#careful.has(first);
    await session.run(['START TRANSACTION']);
    const writer = isCareful ? new CarefulRows(session, tables, conflicts) : new QuickRows(session, tables);
    this.#writer = writer;
    try {
      await writeRows(writer, transactions, statements);
    } catch (error) {
      if (isCareful || !(error instanceof RowtideError) || error.code !== 'SINK_CONFLICT') throw error;
      this.#careful.add(first);
      throw new ConflictFound(error.message, { cause: error });
    }
    return 'applied';
  }

  async commit({ first, position }: SqlUnit): Promise<void> {
    const { session, checkpoints, stats } = this.#options;
    const [saved] = await session.run([checkpoints.save(position)]);
    if (saved?.affectedRows !== 1) throw checkpoints.fenced();
    await session.run(['COMMIT']);
    this.#writer?.counts.addTo(stats);
    this.#careful.delete(first);
  }

  async rollBack(): Promise<void> {
    await this.#writer?.idle();
    const { session } = this.#options;
    await session.run(['ROLLBACK', ...session.pins]);
  }
}

/** All rows of transactions, into the transaction that the session of `writer` is in. */
export async function writeRows(
  writer: RowsWriter,
  transactions: readonly Transaction[],
  statements: Statements,
): Promise<void> {
  for (const transaction of transactions) {
    let isFirst = true;
    for (const entry of transaction.entries) {
      if (entry.kind === 'rows') await writer.write(transaction, entry);
      else if (!isFirst) statements.refuseInside(entry, transaction);
      isFirst = false;
    }
  }
  await writer.settle();
}

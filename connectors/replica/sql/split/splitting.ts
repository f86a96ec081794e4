import {
  type Batch,
  type Log,
  type Position,
  RowtideError,
  type SinkStats,
  type Transaction,
  withEntries,
} from 'rowtide';
import type { CheckpointTable } from '../../checkpoint-table.js';
import type { Committer } from '../committer.js';
import { keyOf } from '../transaction-key.js';
import { type Begun, isBehind, stateOf } from './begun.js';
import { fragmentsOf, hasMoreRows } from './fragments.js';

export interface SplittingOptions {
  /** Undefined: transactions are not cut, but one that was begun is brought to its end. */
  readonly rowsMax: number | undefined;
  readonly committer: Committer;
  readonly checkpoints: CheckpointTable;
  readonly stats: SinkStats;
  readonly log: Log;
}

/**
 * Cuts large transactions into several of the target. All but the last fragment are written ahead: each commit has the
 * position in front of the transaction, and how many of its rows are in, so that a crash finds out what is left. The last
 * fragment is then a transaction like others, whose commit moves the position behind it.
 */
export class Splitting {
  readonly #options: SplittingOptions;
  /** What is there of the transaction that comes next. */
  #begun: Begun | null;

  constructor(options: SplittingOptions, begun: Begun | null) {
    this.#options = options;
    this.#begun = begun;
  }

  /** False for a batch that is not to be written: it moves the position over nothing, and would forget what was begun. */
  admits({ transactions, position }: Batch): boolean {
    const begun = this.#begun;
    const [first] = transactions;
    if (begun === null || (first !== undefined && this.hasBegun(first))) return true;
    const isLater = transactions.some((each) => this.hasBegun(each));
    if (!isLater && isBehind(position, begun)) {
      const { log } = this.#options;
      log.warn(begun, 'a transaction is left out of which the first rows were written before: they stay');
      this.#begun = null;
      return true;
    }
    if (first === undefined) return false;
    throw changed(begun, `and ${keyOf(first)} comes before the others`);
  }

  /** Whether it is written in several commits. */
  cuts(transaction: Transaction): boolean {
    const { rowsMax } = this.#options;
    if (this.hasBegun(transaction)) return true;
    // No row has less than a byte.
    return rowsMax !== undefined && transaction.sizeBytes > rowsMax && hasMoreRows(transaction.entries, rowsMax);
  }

  hasBegun(transaction: Transaction): boolean {
    return this.#begun !== null && this.#begun.transaction === keyOf(transaction);
  }

  /** Writes all fragments but the last one, which it returns. `position`: in front of the transaction. */
  async write(transaction: Transaction, position: Position, signal: AbortSignal): Promise<Transaction> {
    const { rowsMax = Number.POSITIVE_INFINITY, committer, checkpoints, stats } = this.#options;
    for (const fragment of fragmentsOf(transaction.entries, { skip: this.#begun?.rows ?? 0, rowsMax })) {
      const { rows, crc32, isLast } = fragment;
      const part = withEntries(transaction, fragment.entries);
      const before = this.#begun;
      if (before !== null && rows <= before.rows) {
        if (isLast || crc32 !== before.crc32) throw changed(before, 'and now it has others in their place');
      } else if (isLast) {
        this.#begun = null;
        return part;
      } else {
        const begun = { transaction: keyOf(transaction), rows, crc32 };
        await committer.commit([part], checkpoints.save(position, stateOf(begun)), signal);
        stats.count('fragments');
        this.#begun = begun;
      }
    }
    throw new Error('the last fragment comes in any case');
  }
}

function changed({ transaction, rows }: Begun, what: string): RowtideError {
  return new RowtideError('SINK_DIVERGED', `the first ${rows} rows of ${transaction} were written, ${what}`, {
    hint: 'Go on with the source, the filters and the transforms with which it was begun; or have it skipped, and write by hand what is missing of it.',
  });
}

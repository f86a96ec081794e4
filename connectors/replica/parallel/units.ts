import type { Transaction } from 'rowtide';
import type { Dependencies, Place } from './dependencies.js';
import type { Task } from './scheduler.js';

/** Consecutive transactions that a worker does together. */
export interface Unit extends Task {
  readonly transactions: readonly Transaction[];
  /** Runs with nothing beside it. */
  readonly isAlone: boolean;
}

export interface UnitBounds {
  /** Of all transactions of one unit; one that is larger is a unit of its own. */
  readonly bytesMax: number;
  readonly transactionsMax: number;
}

/** Transactions in units, each as large as it may be. One that has to run alone is a unit of its own. */
export function* unitsOf(
  transactions: Iterable<Transaction>,
  dependencies: Dependencies,
  bounds: UnitBounds,
): Generator<Unit, void> {
  const filling = new FillingUnit();
  for (const transaction of transactions) {
    const place = dependencies.next(transaction);
    if (place.isAlone || !filling.hasRoom(transaction, bounds)) yield* filling.take();
    filling.add(transaction, place);
    if (place.isAlone) yield* filling.take();
  }
  yield* filling.take();
}

class FillingUnit {
  #transactions: Transaction[] = [];
  #bytes = 0;
  #first = 0;
  #last = 0;
  #after = 0;
  #isAlone = false;

  hasRoom({ sizeBytes }: Transaction, { bytesMax, transactionsMax }: UnitBounds): boolean {
    return this.#transactions.length < transactionsMax && this.#bytes + sizeBytes <= bytesMax;
  }

  add(transaction: Transaction, { number, after, isAlone }: Place): void {
    if (this.#transactions.length === 0) this.#first = number;
    this.#transactions.push(transaction);
    this.#bytes += transaction.sizeBytes;
    this.#last = number;
    // Those of the same unit come before it anyway.
    if (after < this.#first) this.#after = Math.max(this.#after, after);
    this.#isAlone = isAlone;
  }

  *take(): Generator<Unit, void> {
    if (this.#transactions.length === 0) return;
    yield {
      first: this.#first,
      last: this.#last,
      after: this.#after,
      transactions: this.#transactions,
      isAlone: this.#isAlone,
    };
    this.#transactions = [];
    this.#bytes = 0;
    this.#after = 0;
  }
}

import type { Batch } from '../core/batch.js';
import type { Position } from '../core/position.js';
import type { Transaction } from '../core/transaction.js';
import { isAbort } from './abort.js';
import { type Clock, systemClock } from './clock.js';
import { PositionFold } from './fold.js';

export interface BatchesOptions {
  /** Called once; `signal` aborts when no more transactions are wanted. */
  read(signal: AbortSignal): AsyncIterable<Transaction>;
  /** Where `read` begins. */
  readonly from: Position;
  /** Stops reading; what was read is still handed over. */
  readonly signal: AbortSignal;
  /** Bound of one batch; while one is written, another one fills. A larger transaction goes alone. Default 3 MiB. */
  readonly bytesMax?: number;
  /** How long a position may wait that has moved over empty transactions only. Default 1000. */
  readonly emptyDelayMs?: number;
  readonly clock?: Clock;
}

/** Larger ones gain nothing that could be measured, and two of them are held. */
const BYTES_MAX = 3 * 1024 * 1024;
/** What a transaction costs beside its bytes: its objects. Without it, a batch of tiny ones would be many times its bound. */
const OBJECT_BYTES = 512;

/**
 * Hands over whatever arrived while the last batch was written, so that batches are small when the sink is quick and
 * large when it is slow, and nothing ever waits for company. Does not read on while the filling batch is full.
 *
 * Transactions without entries are released at once and show only in the position, which is handed over in an empty
 * batch if nothing else moves it. Who iterates releases the transactions that it was handed; those that nobody took are
 * released here.
 */
export async function* batches(options: BatchesOptions): AsyncGenerator<Batch, void> {
  const clock = options.clock ?? systemClock;
  const stop = new AbortController();
  const filling = new FillingBatch(options.from, options.bytesMax ?? BYTES_MAX);
  const reading = fill(filling, options.read(AbortSignal.any([options.signal, stop.signal])));
  // Its failure is thrown below, behind the last batch: what came before it is good.
  reading.catch(() => undefined);
  let handedAt = clock.now();
  try {
    while (await filling.ready({ clock, dueAt: handedAt + (options.emptyDelayMs ?? 1000) })) {
      handedAt = clock.now();
      yield filling.take();
    }
    await reading;
  } catch (error) {
    if (!isAbort(error, options.signal)) throw error;
  } finally {
    stop.abort();
    filling.discard();
    await reading.catch(() => undefined);
  }
}

async function fill(filling: FillingBatch, transactions: AsyncIterable<Transaction>): Promise<void> {
  try {
    for await (const transaction of transactions) {
      try {
        if (!(await filling.add(transaction))) return;
      } catch (error) {
        transaction.release();
        throw error;
      }
    }
  } finally {
    filling.end();
  }
}

function isEmpty(transaction: Transaction): boolean {
  for (const _ of transaction.entries) return false;
  return true;
}

/** Between the reader, who adds and waits for room, and the writer, who takes and waits for something to take. */
class FillingBatch {
  readonly #fold: PositionFold;
  readonly #bytesMax: number;
  readonly #added = new Wakeup();
  readonly #taken = new Wakeup();
  #transactions: Transaction[] = [];
  #bytes = 0;
  #state: 'filling' | 'ended' | 'discarded' = 'filling';

  constructor(from: Position, bytesMax: number) {
    this.#fold = new PositionFold(from);
    this.#bytesMax = bytesMax;
  }

  /** Resolves when there is room for more; to false when nobody wants any more. */
  async add(transaction: Transaction): Promise<boolean> {
    if (isEmpty(transaction)) {
      this.#fold.add(transaction);
      transaction.release();
    } else {
      const bytes = transaction.sizeBytes + OBJECT_BYTES;
      while (this.#bytes > 0 && this.#bytes + bytes > this.#bytesMax && this.#state === 'filling')
        await this.#taken.next();
      if (this.#isDiscarded()) {
        transaction.release();
        return false;
      }
      this.#fold.add(transaction);
      this.#transactions.push(transaction);
      this.#bytes += bytes;
    }
    this.#added.wake();
    while (this.#bytes >= this.#bytesMax && this.#state === 'filling') await this.#taken.next();
    return !this.#isDiscarded();
  }

  end(): void {
    if (this.#state === 'filling') this.#state = 'ended';
    this.#added.wake();
  }

  /** Resolves to true when there is a batch to take, to false when there will be none any more. */
  async ready({ clock, dueAt }: { clock: Clock; dueAt: number }): Promise<boolean> {
    while (this.#state === 'filling' && this.#transactions.length === 0) {
      const waitMs = dueAt - clock.now();
      if (this.#fold.moved && waitMs <= 0) return true;
      await (this.#fold.moved ? this.#added.nextWithin(waitMs, clock) : this.#added.next());
    }
    return this.#transactions.length > 0 || this.#fold.moved;
  }

  take(): Batch {
    const transactions = this.#transactions;
    this.#transactions = [];
    this.#bytes = 0;
    this.#taken.wake();
    return { transactions, position: this.#fold.take() };
  }

  discard(): void {
    this.#state = 'discarded';
    for (const transaction of this.#transactions) transaction.release();
    this.#transactions = [];
    this.#taken.wake();
  }

  // A method, because the compiler does not know that the state changes while `add` waits.
  #isDiscarded(): boolean {
    return this.#state === 'discarded';
  }
}

/** Lets one waiter sleep until somebody else has done something. */
class Wakeup {
  #wake: () => void = () => undefined;

  wake(): void {
    this.#wake();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async nextWithin(ms: number, clock: Clock): Promise<void> {
    const woken = new AbortController();
    try {
      await Promise.race([this.next(), clock.sleep(ms, woken.signal)]);
    } finally {
      woken.abort();
    }
  }
}

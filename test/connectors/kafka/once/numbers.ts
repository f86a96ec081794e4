/** Numbered rows in numbered batches: what a batch holds follows from its number, so that a later life writes the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Batch, type Position, type ResumableSink, RowtideError } from 'rowtide';
import { positionAfter } from 'rowtide/testing';
import { testTable, transaction } from '../rows.js';

const ROWS = 40;
const KEYS = 97;
const RETRY_MS = 20;
const table = testTable('numbers');
const pad = '.'.repeat(200);
const never = new AbortController().signal;

/** Batch `n`, from 1 on: every fifth one is large enough for several requests. */
function batchOf(n: number): Batch {
  const rows = Array.from({ length: rowsOf(n) }, (_, i) => ({ key: `key-${i % KEYS}`, value: `${n}/${i} ${pad}` }));
  return { transactions: [transaction(table, rows)], position: positionAfter(n) };
}

export function rowsOf(n: number): number {
  return n % 5 === 0 ? 50 * ROWS : ROWS;
}

function numberOf(position: Position | undefined): number {
  if (position === undefined) return 0;
  const { log } = position;
  if (log.kind !== 'gtid') throw new Error('a position of GTIDs was written');
  return Number(/\d+$/.exec(log.executed.toString())?.[0]);
}

export interface Delivering {
  /** The batch to stop behind. */
  readonly last: number;
  readonly isOver?: () => boolean;
  /** Called before each batch is written. */
  readonly begin?: (n: number) => void;
}

/** Goes on from where the sink is; resolves to the last batch. What may pass by itself is tried again, as `supervise` does. */
export async function deliver(
  make: () => ResumableSink,
  { last, isOver = () => false, begin = () => undefined }: Delivering,
): Promise<number> {
  for (;;) {
    const sink = make();
    try {
      let n = numberOf(await sink.open(never));
      while (n < last && !isOver()) {
        begin(++n);
        await sink.write(batchOf(n), never);
      }
      return n;
    } catch (error) {
      if (!(error instanceof RowtideError) || !error.retryable) throw error;
      await sleep(RETRY_MS);
    } finally {
      await sink.close();
    }
  }
}

/** Delivers as long as `trouble` lasts, which begins when a batch was written; resolves to the last batch. */
export async function deliverDuring(make: () => ResumableSink, trouble: () => Promise<void>): Promise<number> {
  await deliver(make, { last: 1 });
  let isOver = false;
  const troubling = trouble().finally(() => {
    isOver = true;
  });
  const [last] = await Promise.all([
    deliver(make, { last: Number.POSITIVE_INFINITY, isOver: () => isOver }),
    troubling,
  ]);
  return last;
}

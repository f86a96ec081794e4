/** Numbered rows in numbered batches: what a batch holds follows from its number, so that a later life writes the same. */
import { type Batch, type Position, type ResumableSink, RowtideError } from 'rowtide';
import { positionAfter } from 'rowtide/testing';
import { testTable, transaction } from '../rows.js';

const ROWS = 40;
const KEYS = 97;
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

/** Goes on from where the sink is, to batch `last` or until `isOver`. What may pass by itself is tried again, as `supervise` does. */
export async function deliver(
  make: () => ResumableSink,
  { last, isOver = () => false }: { last: number; isOver?: () => boolean },
): Promise<number> {
  for (;;) {
    const sink = make();
    try {
      let n = numberOf(await sink.open(never));
      while (n < last && !isOver()) await sink.write(batchOf(++n), never);
      return n;
    } catch (error) {
      if (!(error instanceof RowtideError) || !error.retryable) throw error;
    } finally {
      await sink.close();
    }
  }
}

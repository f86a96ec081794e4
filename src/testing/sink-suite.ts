import assert from 'node:assert/strict';
import { encodePosition } from '../checkpoint/position.js';
import type { Batch } from '../core/batch.js';
import { RowtideError } from '../core/errors.js';
import type { Position } from '../core/position.js';
import type { ForgetfulSink, ResumableSink } from '../core/sink.js';
import type { Transaction } from '../core/transaction.js';
import { type Declare, testsWith } from './target.js';
import {
  insertsOf,
  isBehind,
  itemTransaction,
  largeTransaction,
  positionAfter,
  statementTransaction,
} from './transactions.js';

/** Where a sink writes to, as the suite sees it: empty when it is made. */
export interface SinkTarget {
  /** A new sink on the same target, as after a restart; with the memory that it lacks, one that outlives it. */
  sink(): ResumableSink;
  /** Ids of `testing.items` in every record of an insert, in the order in which they are stored. */
  ids(): Promise<readonly number[]>;
  /** SQL of every statement stored; absent: the sink does not store statements. */
  statements?(): Promise<readonly string[]>;
  /** For sinks without a memory: one that is about to be opened with a foreign state. */
  forgetful?(): ForgetfulSink;
  close?(): Promise<void>;
}

export interface SinkSuiteOptions {
  /** The `test` of vitest, node:test and others. */
  readonly test: Declare;
  readonly make: () => Promise<SinkTarget>;
  readonly delivery: 'exactly-once' | 'at-least-once';
  /** Rows of the large transaction. Default 50,000. */
  readonly largeRows?: number;
}

const never = new AbortController().signal;

/** What every sink must hold, so that a pipeline neither loses nor tears anything in it. */
export function sinkSuite({ test: declare, make, delivery, largeRows = 50_000 }: SinkSuiteOptions): void {
  const test = testsWith(declare, make);

  test('an empty target has no position', async (target) => {
    await using(target, async (_, position) => assert.equal(position, undefined));
  });

  test('what was written is there when write resolves', async (target) => {
    await using(target, async (sink) => {
      await write(sink, batchOf(insertsOf(1, [1, 2]), insertsOf(2, [3])));
      assert.deepEqual(await target.ids(), [1, 2, 3]);
      await write(sink, batchOf(insertsOf(3, [4])));
      assert.deepEqual(await target.ids(), [1, 2, 3, 4]);
    });
  });

  test('a new sink resumes behind the last batch', async (target) => {
    await using(target, (sink) => write(sink, batchOf(insertsOf(1, [1]), insertsOf(2, [2]))));
    await using(target, async (sink, position) => {
      assertPosition(position, positionAfter(2));
      await write(sink, batchOf(insertsOf(3, [3])));
    });
    await using(target, async (_, position) => assertPosition(position, positionAfter(3)));
    assert.deepEqual(await target.ids(), [1, 2, 3]);
  });

  test('an empty batch moves the position', async (target) => {
    await using(target, (sink) => write(sink, { transactions: [], position: positionAfter(0) }));
    await using(target, async (sink, position) => {
      assertPosition(position, positionAfter(0));
      await write(sink, { transactions: [], position: positionAfter(7) });
    });
    await using(target, async (_, position) => assertPosition(position, positionAfter(7)));
    assert.deepEqual(await target.ids(), []);
  });

  test('updates and deletes of rows are taken', async (target) => {
    const [before, after] = [
      { id: 1, name: 'before' },
      { id: 1, name: 'after “quoted”\n' },
    ];
    const transaction = itemTransaction(1, [
      { op: 'insert', after: before },
      { op: 'update', before, after },
      { op: 'delete', before: after },
    ]);
    await using(target, (sink) => write(sink, batchOf(transaction)));
    await using(target, async (_, position) => assertPosition(position, positionAfter(1)));
  });

  test('statements are taken, and stored by sinks that store them', async (target) => {
    const sql = 'ALTER TABLE items ADD COLUMN note TEXT';
    await using(target, (sink) =>
      write(sink, batchOf(insertsOf(1, [1]), statementTransaction(2, sql), insertsOf(3, [2]))),
    );
    assert.deepEqual(await target.ids(), [1, 2]);
    if (target.statements !== undefined) assert.deepEqual(await target.statements(), [sql]);
  });

  test('a large transaction is stored whole and in order', async (target) => {
    await using(target, (sink) => write(sink, batchOf(largeTransaction(1, 1, largeRows))));
    assert.deepEqual(await target.ids(), numbers(1, largeRows));
  });

  test('an abort before a write leaves the sink where it was, or behind the batch', async (target) => {
    await interrupt(target, AbortSignal.abort(), batchOf(insertsOf(2, [2, 3])));
    await replay(target, [insertsOf(1, [1]), insertsOf(2, [2, 3]), insertsOf(3, [4])]);
    assertStored(await target.ids(), 4, delivery);
  });

  test('an abort in the middle of a write loses and tears nothing', async (target) => {
    const large = () => largeTransaction(2, 2, largeRows);
    const soon = new AbortController();
    setImmediate(() => soon.abort());
    await interrupt(target, soon.signal, batchOf(large()));
    await replay(target, [insertsOf(1, [1]), large(), insertsOf(3, [largeRows + 2])]);
    assertStored(await target.ids(), largeRows + 2, delivery);
  });

  test('a batch that fails while it is written loses and tears nothing', async (target) => {
    const broken = {
      ...largeTransaction(2, 2, largeRows),
      entries: { [Symbol.iterator]: () => failing(largeTransaction(2, 2, largeRows), largeRows / 2) },
    };
    const sink = target.sink();
    await sink.open(never);
    await sink.write(batchOf(insertsOf(1, [1])), never);
    await assert.rejects(sink.write(batchOf(broken), never), /entries ended early/);
    await sink.close();
    await replay(target, [insertsOf(1, [1]), largeTransaction(2, 2, largeRows)]);
    assertStored(await target.ids(), largeRows + 1, delivery);
  });

  test('the state of another sink is refused by name', async (target) => {
    const sink = target.forgetful?.();
    if (sink === undefined) return;
    const refused = (error: unknown) => error instanceof RowtideError && error.code === 'SINK_CHANGED';
    await assert.rejects(sink.open({ sink: 'another' }, never), refused);
    await sink.close();
  });

  test('a sink that was never opened can be closed', async (target) => {
    await target.sink().close();
  });
}

async function using(
  target: SinkTarget,
  run: (sink: ResumableSink, position: Position | undefined) => Promise<void>,
): Promise<void> {
  const sink = target.sink();
  try {
    await run(sink, await sink.open(never));
  } finally {
    await sink.close();
  }
}

async function write(sink: ResumableSink, batch: Batch): Promise<void> {
  await sink.write(batch, never);
  for (const transaction of batch.transactions) transaction.release();
}

/** The position behind the last of them. */
function batchOf(...transactions: readonly Transaction[]): Batch {
  return { transactions, position: positionAfter(Number(transactions.at(-1)?.gtid?.sequence ?? 0n)) };
}

/** Writes transaction 1, and then a batch with a signal that aborts; how that ends is the sink's choice. */
async function interrupt(target: SinkTarget, signal: AbortSignal, batch: Batch): Promise<void> {
  const sink = target.sink();
  await sink.open(never);
  await sink.write(batchOf(insertsOf(1, [1])), never);
  await sink.write(batch, signal).catch(() => undefined);
  await sink.close();
}

/** What a pipeline does after a restart: whatever is behind the sink's position is written again. */
async function replay(target: SinkTarget, transactions: readonly Transaction[]): Promise<void> {
  await using(target, async (sink, position) => {
    for (const transaction of transactions) {
      if (isBehind(position, transaction)) await write(sink, batchOf(transaction));
    }
  });
}

function* failing(
  transaction: Transaction,
  after: number,
): Generator<Transaction['entries'] extends Iterable<infer E> ? E : never> {
  let left = after;
  for (const entry of transaction.entries) {
    if (left-- <= 0) throw new Error('the entries ended early');
    yield entry;
  }
}

function assertPosition(found: Position | undefined, wanted: Position): void {
  assert.deepEqual(found && encodePosition(found), encodePosition(wanted));
}

function assertStored(ids: readonly number[], count: number, delivery: SinkSuiteOptions['delivery']): void {
  if (delivery === 'exactly-once') assert.deepEqual(ids, numbers(1, count));
  else assert.deepEqual(firstOfEach(ids), numbers(1, count));
}

function firstOfEach(ids: readonly number[]): readonly number[] {
  return [...new Set(ids)];
}

function numbers(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/core/batch.js';
import type { Transaction } from '../../src/core/transaction.js';
import { type BatchesOptions, batches } from '../../src/pipeline/batches.js';
import { insertsOf, positionAfter, transactionOf } from '../../src/testing/transactions.js';
import { settled, testClock } from './clock.js';
import { Queue } from './queue.js';

const released: number[] = [];

/** Transaction n with one row, which counts as `sizeBytes` and the 512 bytes of its objects. */
function one(sequence: number, sizeBytes = 488): Transaction {
  const transaction = insertsOf(sequence, [sequence]);
  return { ...transaction, entries: transaction.entries, sizeBytes, release: () => void released.push(sequence) };
}

const empty = (sequence: number) => ({ ...transactionOf(sequence, []), release: () => void released.push(sequence) });

function start(options: Partial<BatchesOptions> = {}) {
  released.length = 0;
  const queue = new Queue();
  const clock = testClock();
  const signal = new AbortController().signal;
  const iterator = batches({ read: (until) => queue.read(until), from: positionAfter(0), signal, clock, ...options });
  const next = async () => {
    const { value, done } = await iterator.next();
    return done ? undefined : sequences(value);
  };
  return { queue, clock, iterator, next };
}

function sequences(batch: Batch | undefined): { transactions: number[]; upTo: string } | undefined {
  if (batch?.position.log.kind !== 'gtid') return undefined;
  const transactions = batch.transactions.map(({ gtid }) => Number(gtid!.sequence));
  return { transactions, upTo: batch.position.log.executed.toString().replace(/^.*:/, '') };
}

describe('a batch', () => {
  test('is handed over as soon as there is one transaction', async () => {
    const { queue, next } = start();
    const batch = next();
    await settled();
    queue.push(one(1));
    expect(await batch).toEqual({ transactions: [1], upTo: '1' });
  });

  test('holds whatever arrived while the one before was written', async () => {
    const { queue, next } = start();
    queue.push(one(1));
    await next();
    queue.push(one(2), one(3), one(4));
    await settled();
    expect(await next()).toEqual({ transactions: [2, 3, 4], upTo: '1-4' });
  });

  test('is bounded in bytes, and nothing more is read while it is full', async () => {
    const { queue, next } = start({ bytesMax: 3000 });
    queue.push(...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => one(n)));
    const first = await next();
    await settled();
    // One batch is out, the next one is full; nobody waits with a transaction in hand.
    expect(first!.transactions.length + 3).toBe(queue.pulled);
    expect((await next())!.transactions).toHaveLength(3);
  });

  test('a transaction that is larger than the bound goes alone', async () => {
    const { queue, next } = start({ bytesMax: 3000 });
    queue.push(one(1));
    await next();
    queue.push(one(2), one(3, 1_000_000), one(4));
    await settled();
    expect(await next()).toEqual({ transactions: [2], upTo: '1-2' });
    expect(await next()).toEqual({ transactions: [3], upTo: '1-3' });
    expect(await next()).toEqual({ transactions: [4], upTo: '1-4' });
  });
});

describe('transactions without entries', () => {
  test('are released at once, and move the position with the next batch', async () => {
    const { queue, next } = start();
    queue.push(empty(1), empty(2), one(3));
    const batch = await next();
    expect(batch).toEqual({ transactions: [3], upTo: '1-3' });
    expect(released).toEqual([1, 2]);
  });

  test('move the position by themselves once a second, not each by itself', async () => {
    const { queue, clock, next } = start();
    let batch: unknown;
    void next().then((value) => {
      batch = value;
    });
    queue.push(empty(1));
    await settled();
    queue.push(empty(2));
    await clock.advance(999);
    expect(batch).toBe(undefined);
    await clock.advance(1);
    expect(batch).toEqual({ transactions: [], upTo: '1-2' });
  });

  test('move it at the end, and when it is time to stop', async () => {
    const { queue, next } = start();
    queue.push(empty(1));
    queue.end();
    expect(await next()).toEqual({ transactions: [], upTo: '1' });
    expect(await next()).toBe(undefined);
  });

  test('nothing wakes up while nothing happens', async () => {
    const { clock, next } = start();
    void next();
    await clock.advance(60_000);
    expect(clock.slept).toEqual([]);
  });
});

describe('the end', () => {
  test('of the log comes after everything in it', async () => {
    const { queue, next } = start();
    queue.push(one(1), one(2));
    queue.end();
    await settled();
    const transactions: number[] = [];
    for (let batch = await next(); batch !== undefined; batch = await next()) transactions.push(...batch.transactions);
    expect(transactions).toEqual([1, 2]);
    expect(queue.closed).toBe(true);
  });

  test('by an error too: what came before it is good', async () => {
    const { queue, next } = start();
    queue.push(one(1));
    await next();
    queue.push(one(2));
    queue.fail(new Error('cut'));
    await settled();
    expect(await next()).toEqual({ transactions: [2], upTo: '1-2' });
    await expect(next()).rejects.toThrow('cut');
  });

  test('by a transaction that cannot be walked: it is released', async () => {
    const { queue, next } = start();
    const entries = {
      [Symbol.iterator]: () => {
        throw new Error('malformed');
      },
    };
    queue.push({ ...one(1), entries });
    await expect(next()).rejects.toThrow('malformed');
    expect(released).toEqual([1]);
  });

  test('on request: what was read is handed over, and nothing more is read', async () => {
    const stop = new AbortController();
    const { queue, next } = start({ signal: stop.signal });
    queue.push(one(1));
    await next();
    queue.push(one(2));
    await settled();
    stop.abort();
    queue.push(one(3));
    expect(await next()).toEqual({ transactions: [2], upTo: '1-2' });
    expect(await next()).toBe(undefined);
    expect(queue.closed).toBe(true);
  });

  test('on request, when a source says by an AbortError that it stopped', async () => {
    const stop = new AbortController();
    const { queue, next } = start({ signal: stop.signal });
    stop.abort();
    queue.fail(stop.signal.reason);
    expect(await next()).toBe(undefined);
  });

  test('by who takes them: the source is closed, and what nobody took is released', async () => {
    const { queue, iterator, next } = start({ bytesMax: 2000 });
    queue.push(...[1, 2, 3, 4, 5, 6].map((n) => one(n)));
    const { transactions } = (await next())!;
    await settled();
    await iterator.return();
    expect(queue.closed).toBe(true);
    expect(released).toHaveLength(queue.pulled - transactions.length);
  });
});

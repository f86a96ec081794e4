import { describe, expect, test } from 'vitest';
import { GtidSet } from '../../src/core/gtid.js';
import type { Source } from '../../src/core/source.js';
import { boundAt, boundBefore } from '../../src/transform/bound.js';
import { until } from '../../src/transform/until.js';
import { at, endless, finite, fromGtids, fromPlace, gtid, numbersOf, transaction, UUID } from './stream.js';

const set = (text: string) => boundAt({ kind: 'gtid', executed: GtidSet.parse(text) });
const place = (offset: number, file = 'binlog.000001') => boundAt({ kind: 'file', file, offset });
const five = [1, 2, 3, 4, 5].map((n) => transaction(n));

describe('until a GTID set', () => {
  test('the last wanted transaction comes, and the stream does not wait for the next', async () => {
    expect(await numbersOf(until(endless(five), { bound: set(`${UUID}:1-3`) }), fromGtids(''))).toEqual([1, 2, 3]);
  });

  test('nothing is read when the position holds all of it', async () => {
    expect(await numbersOf(until(endless(five), { bound: set(`${UUID}:1-3`) }), fromGtids(`${UUID}:1-5`))).toEqual([]);
  });

  test('a transaction that committed out of order is waited for', async () => {
    const late = [1, 3, 4, 2, 5].map((n) => transaction(n));
    expect(await numbersOf(until(endless(late), { bound: set(`${UUID}:1-4`) }), fromGtids(''))).toEqual([1, 3, 4, 2]);
  });

  test('a stream that began at an offset has all before its first transaction', async () => {
    const rest = [3, 4, 5].map((n) => transaction(n));
    expect(await numbersOf(until(endless(rest), { bound: set(`${UUID}:1-4`) }), fromPlace(300))).toEqual([3, 4]);
  });

  test('a prepared transaction counts, because its commit may never come', async () => {
    const xa = { xid: "X'01',X'',1", gtid: gtid(2), span: { file: 'binlog.000001', start: 200, end: 300 } };
    const log = [transaction(1), transaction(3, { held: [xa] }), transaction(4, { held: [xa] })];
    expect(await numbersOf(until(endless(log), { bound: set(`${UUID}:1-3`) }), fromGtids(''))).toEqual([1, 3]);
  });
});

describe('until a place', () => {
  test('the transaction that begins there does not come', async () => {
    expect(await numbersOf(until(endless(five), { bound: place(300) }), fromPlace(4))).toEqual([1, 2]);
    expect(await numbersOf(until(finite(five), { bound: place(299) }), fromPlace(4))).toEqual([1, 2]);
  });

  test('files follow each other by their number', async () => {
    const span = (n: number, file: string) => ({ span: { file, start: n * 100, end: n * 100 + 100 } });
    const log = [
      transaction(1, span(1, 'b.999999')),
      transaction(2, span(2, 'b.1000000')),
      transaction(3, span(3, 'b.1000000')),
    ];
    expect(await numbersOf(until(endless(log), { bound: place(300, 'b.1000000') }), fromPlace(4))).toEqual([1, 2]);
    expect(await numbersOf(until(endless(log), { bound: place(4, '/var/lib/b.1000000') }), fromPlace(4))).toEqual([1]);
  });

  test('behind the position is nothing to read', async () => {
    expect(await numbersOf(until(endless(five), { bound: place(300) }), fromPlace(300))).toEqual([]);
  });
});

describe('until a time', () => {
  test('the first transaction of that time does not come, and gives back what it holds', async () => {
    let released = false;
    const third = transaction(3, {
      release() {
        released = true;
      },
    });
    const log = [transaction(1), transaction(2), third];
    expect(await numbersOf(until(endless(log), { bound: boundBefore(3_000_000) }), fromPlace(4))).toEqual([1, 2]);
    expect(released).toBe(true);
  });

  test('a log where nothing more happens ends once its end is known', async () => {
    const log = endless(five);
    const bounded = until(log, {
      bound: boundBefore(9_000_000),
      end: async () => {
        await log.waiting;
        return set(`${UUID}:1-5`);
      },
    });
    expect(await numbersOf(bounded, fromGtids(''))).toEqual([1, 2, 3, 4, 5]);
  });

  test('an end that lies ahead is gone to', async () => {
    const bounded = until(endless(five), { bound: boundBefore(9_000_000), end: async () => place(400) });
    expect(await numbersOf(bounded, at({ kind: 'file', file: 'binlog.000001', offset: 4 }))).toEqual([1, 2, 3]);
  });

  test('a source that is stopped in the middle of a question ends there, too', async () => {
    const asked = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    const asking: Source = {
      ...endless([]),
      read: (_from, signal) => ({ [Symbol.asyncIterator]: () => ({ next: () => asked(signal) }) }),
    };
    const bounded = until(asking, { bound: boundBefore(9_000_000), end: async () => place(4) });
    expect(await numbersOf(bounded, fromPlace(4))).toEqual([]);
  });

  test('an end that cannot be had is an error', async () => {
    const bounded = until(endless(five), {
      bound: boundBefore(9_000_000),
      end: async () => {
        throw new Error('the server is gone');
      },
    });
    await expect(numbersOf(bounded, fromPlace(4))).rejects.toThrow('the server is gone');
  });
});

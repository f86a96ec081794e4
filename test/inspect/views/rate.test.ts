import { expect, it } from 'vitest';
import { Rate } from '../../../src/inspect/views/rate.js';
import { Top } from '../../../src/inspect/views/top.js';
import fc from '../../properties.js';

const ONE = { transactions: 1, rows: 2, bytes: 3 };

function rateOf(times: readonly number[]): Rate {
  const rate = new Rate();
  for (const time of times) rate.add(time, ONE);
  return rate;
}

it('has a bucket for each second, the empty ones too', () => {
  expect(rateOf([100, 102, 100]).buckets()).toEqual([
    { from: 100, transactions: 2, rows: 4, bytes: 6 },
    { from: 101, transactions: 0, rows: 0, bytes: 0 },
    { from: 102, transactions: 1, rows: 2, bytes: 3 },
  ]);
});

it('takes the widths that people count in, so that a chart stays short', () => {
  const rate = rateOf([0, 3600]);
  expect(rate.seconds).toBe(300);
  expect(rate.buckets().map(({ from }) => from)).toEqual(Array.from({ length: 13 }, (_, i) => i * 300));
});

it('loses nothing whatever the times and their order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2 ** 31), { minLength: 1 }), (times) => {
      const rate = rateOf(times);
      const buckets = rate.buckets();
      expect(buckets.length).toBeLessThanOrEqual(48);
      for (const { from, transactions } of buckets) {
        expect(transactions).toBe(times.filter((time) => time >= from && time < from + rate.seconds).length);
      }
      expect(buckets.reduce((sum, { transactions }) => sum + transactions, 0)).toBe(times.length);
    }),
    { seed: 42 },
  );
});

it('keeps the largest of many in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (sizes) => {
      const top = new Top<number>(3, (size) => size);
      for (const size of sizes) top.add(size);
      expect(top.inOrder()).toEqual([...sizes].sort((a, b) => b - a).slice(0, 3));
    }),
    { seed: 42 },
  );
});

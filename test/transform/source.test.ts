import { describe, expect, test } from 'vitest';
import { limited } from '../../src/transform/source.js';
import fc from '../properties.js';
import { countRows, event, finite, fromPlace, rows, transaction } from './stream.js';

const statement = { kind: 'statement', schema: 'shop', sql: 'CREATE TABLE t (id INT)', event } as const;

async function countsOf(sizes: readonly number[][], changes: number, wholeTransactions: boolean): Promise<number[]> {
  const log = finite(
    sizes.map((counts, n) =>
      transaction(n, { entries: counts.map((count) => (count === 0 ? statement : rows('a.b', count))) }),
    ),
  );
  const counts: number[] = [];
  const source = limited(log, { changes, wholeTransactions });
  for await (const each of source.read(fromPlace(4), new AbortController().signal)) {
    counts.push(countRows(each));
    // A second walk sees the same.
    expect(countRows(each)).toBe(counts.at(-1));
  }
  return counts;
}

describe('a limit of changes', () => {
  test('cuts the transaction that crosses it, statements counted', async () => {
    expect(await countsOf([[2], [0, 3, 2], [1]], 5, false)).toEqual([2, 3]);
    expect(await countsOf([[2], [3], [1]], 5, false)).toEqual([2, 3]);
    expect(await countsOf([[7]], 5, false)).toEqual([5]);
  });

  test('lets the transaction that reaches it through whole, where a position is kept', async () => {
    expect(await countsOf([[2], [0, 3, 2], [1]], 5, true)).toEqual([2, 6]);
  });

  test('that is never reached changes nothing', async () => {
    expect(await countsOf([[2], [1]], 50, false)).toEqual([2, 1]);
  });

  test('is met exactly, however the changes are spread', async () => {
    const sizes = fc.array(fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 30 }), async (log, changes) => {
        const all = log.flat().reduce((sum, count) => sum + Math.max(count, 1), 0);
        const passed = (await countsOf(log, changes, false)).reduce((sum, count) => sum + count, 0);
        expect(passed).toBe(Math.min(all, changes));
      }),
    );
  });
});

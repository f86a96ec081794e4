/** Sets of numbers as intervals against sets of numbers. */
import { describe, expect, it } from 'vitest';
import {
  contains,
  type Interval,
  type Intervals,
  intervalsOf,
  sameIntervals,
  subtract,
  unite,
} from '../../src/core/intervals.js';
import fc from '../properties.js';

const interval = fc
  .tuple(fc.bigInt({ min: 1n, max: 60n }), fc.bigInt({ min: 0n, max: 9n }))
  .map(([first, more]): Interval => ({ first, last: first + more }));
const anyIntervals = fc.array(interval, { maxLength: 12 });
const numbersOf = (intervals: readonly Interval[]): Set<bigint> => {
  const numbers = new Set<bigint>();
  for (const { first, last } of intervals) for (let number = first; number <= last; number++) numbers.add(number);
  return numbers;
};

/** In order, none empty, none that touch: the one form that a set has. */
function isInForm(intervals: Intervals): boolean {
  return intervals.every(({ first, last }, i) => first <= last && (i === 0 || first > intervals[i - 1]!.last + 1n));
}

const sorted = (numbers: Iterable<bigint>): bigint[] => [...numbers].sort((a, b) => Number(a - b));

describe('intervals', () => {
  it('hold the numbers of what they were made of, in one form', () => {
    fc.assert(
      fc.property(anyIntervals, (items) => {
        const made = intervalsOf(items);
        expect(isInForm(made)).toBe(true);
        expect([...numbersOf(made)]).toEqual(sorted(numbersOf(items)));
        expect(sameIntervals(made, intervalsOf(items.toReversed()))).toBe(true);
      }),
    );
  });

  it('unite, subtract and contain as sets do', () => {
    fc.assert(
      fc.property(anyIntervals, anyIntervals, fc.bigInt({ min: 0n, max: 72n }), (left, right, number) => {
        const [a, b] = [intervalsOf(left), intervalsOf(right)];
        const [numbersA, numbersB] = [numbersOf(left), numbersOf(right)];
        const [united, rest] = [unite(a, b), subtract(a, b)];
        expect([isInForm(united), isInForm(rest)]).toEqual([true, true]);
        expect([...numbersOf(united)]).toEqual(sorted(new Set([...numbersA, ...numbersB])));
        expect([...numbersOf(rest)]).toEqual(sorted(numbersA).filter((each) => !numbersB.has(each)));
        expect(contains(a, number)).toBe(numbersA.has(number));
        expect(sameIntervals(a, b)).toBe(numbersA.size === numbersB.size && rest.length === 0);
      }),
    );
  });
});

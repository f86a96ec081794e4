import { expect, test } from 'vitest';
import { writeNumber } from '../../src/column/ascii-write.js';
import fc from '../properties.js';

const out = Buffer.alloc(64);

function written(value: number): string {
  out.fill('x');
  return out.toString('latin1', 3, writeNumber(out, 3, value));
}

test('a whole number is written as JavaScript prints it, as far as it is exact', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      expect(written(value)).toBe(String(value));
    }),
  );
});

test.each([0, 9, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 999_999_999, 1e9, 1e12, 1e15, 1e15 - 1, 1_700_000_000_007])(
  '%d',
  (value) => {
    expect(written(value)).toBe(String(value));
  },
);

test('just below so many billions that a quotient has no digits left', () => {
  for (let billions = 9_007_000; billions < 9_007_199; billions++) {
    const value = billions * 1e9 - 1;
    expect(written(value)).toBe(String(value));
  }
  expect(written(Number.MAX_SAFE_INTEGER)).toBe('9007199254740991');
});

import { describe, expect, test } from 'vitest';
import { exponentNumber, generalNumber } from '../../../src/inspect/rows/general-number.js';

// What printf of glibc prints.
describe('%g', () => {
  test.each([
    [0, '0'],
    [-0, '-0'],
    [0.1, '0.1'],
    [100000, '100000'],
    [1000000, '1e+06'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [Math.fround(3.4e38), '3.4e+38'],
    [-1234.5, '-1234.5'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    // Exactly between two: to the even digit.
    [1234565, '1.23456e+06'],
    [1234575, '1.23458e+06'],
  ])('6 digits of %d', (value, text) => {
    expect(generalNumber(value, 6)).toBe(text);
  });

  test.each([
    [0.1, '0.10000000000000000555'],
    [1e22, '1e+22'],
    [123456789012345680, '123456789012345680'],
    [2.2250738585072014e-308, '2.2250738585072013831e-308'],
    [1 + 2 ** -20, '1.0000009536743164062'],
  ])('20 digits of %d', (value, text) => {
    expect(generalNumber(value, 20)).toBe(text);
  });
});

test('%e', () => {
  expect(exponentNumber(1.5, 5)).toBe('1.50000e+00');
  expect(exponentNumber(-1e-10, 5)).toBe('-1.00000e-10');
  expect(exponentNumber(0, 5)).toBe('0.00000e+00');
});

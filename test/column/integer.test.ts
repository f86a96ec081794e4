import { describe, expect, it } from 'vitest';
import { BIT, ENUM, INT24, LONG, LONGLONG, SET, SHORT, TINY, YEAR } from '../../src/column/types.js';
import fc from '../properties.js';
import { cellValue, columnOf } from './cell.js';

const TYPES = [
  { name: 'TINYINT', type: TINY, bytes: 1 },
  { name: 'SMALLINT', type: SHORT, bytes: 2 },
  { name: 'MEDIUMINT', type: INT24, bytes: 3 },
  { name: 'INT', type: LONG, bytes: 4 },
  { name: 'BIGINT', type: LONGLONG, bytes: 8 },
];

function littleEndian(value: bigint, bytes: number): Buffer {
  const cell = Buffer.alloc(8);
  cell.writeBigUInt64LE(BigInt.asUintN(64, value));
  return cell.subarray(0, bytes);
}

describe.each(TYPES)('$name', ({ type, bytes }) => {
  const half = 1n << BigInt(8 * bytes - 1);
  const shown = (value: bigint): number | bigint => (bytes === 8 ? value : Number(value));

  it.each([
    { unsigned: false, min: -half, max: half - 1n },
    { unsigned: true, min: 0n, max: 2n * half - 1n },
  ])('unsigned: $unsigned, from $min to $max', ({ unsigned, min, max }) => {
    const column = columnOf(type, { unsigned });
    const decode = (value: bigint): unknown => cellValue(column, littleEndian(value, bytes));
    for (const value of [min, min + 1n, 0n, 1n, max / 2n, max / 2n + 1n, max - 1n, max])
      expect(decode(value)).toBe(shown(value));
    fc.assert(
      fc.property(fc.bigInt({ min, max }), (value) => {
        expect(decode(value)).toBe(shown(value));
      }),
    );
  });
});

describe('YEAR', () => {
  it('counts from 1900, and 0 is the year 0000', () => {
    const decode = (byte: number): unknown => cellValue(columnOf(YEAR), Buffer.from([byte]));
    expect([0, 1, 124, 255].map(decode)).toEqual([0, 1901, 2024, 2155]);
  });
});

describe('BIT', () => {
  it('is a bigint of any width', () => {
    const numbers = fc
      .integer({ min: 1, max: 64 })
      .chain((width) =>
        fc.record({ width: fc.constant(width), value: fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n }) }),
      );
    fc.assert(
      fc.property(numbers, ({ width, value }) => {
        const cell = littleEndian(value, Math.ceil(width / 8)).toReversed();
        expect(cellValue(columnOf(BIT, { meta: (width & 7) | ((width >> 3) << 8) }), Buffer.from(cell))).toBe(value);
      }),
    );
  });
});

describe('ENUM and SET', () => {
  const labels = Array.from({ length: 64 }, (_, i) => `label ${i + 1}`);

  it('are their labels; the error value of an ENUM is empty', () => {
    const column = columnOf(ENUM, { meta: 1, labels });
    expect([0, 1, 64].map((index) => cellValue(column, Buffer.from([index])))).toEqual(['', 'label 1', 'label 64']);
    expect(cellValue(columnOf(ENUM, { meta: 2, labels }), Buffer.from([64, 0]))).toBe('label 64');
  });

  it('are numbers where labels are not known', () => {
    expect(cellValue(columnOf(ENUM, { meta: 2 }), Buffer.from([0x2c, 0x01]))).toBe('300');
    expect(cellValue(columnOf(SET, { meta: 1 }), Buffer.from([0b101]))).toBe('1,3');
  });

  it('join the labels of the bits that are set', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (bits) => {
        const expected = labels.filter((_, i) => (bits >> BigInt(i)) & 1n);
        expect(cellValue(columnOf(SET, { meta: 8, labels }), littleEndian(bits, 8))).toBe(expected.join(','));
      }),
    );
  });
});

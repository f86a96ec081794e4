import { describe, expect, it } from 'vitest';
import { NEWDECIMAL } from '../../src/column/types.js';
import { RowtideError } from '../../src/core/errors.js';
import fc from '../properties.js';
import { scaled } from '../roundtrip/random.js';
import { cellValue, columnOf } from './cell.js';

/** The number of 10^-scale units, as the server stores it: nine digits in four bytes, from the point outwards. */
function encode(units: bigint, precision: number, scale: number): Buffer {
  const magnitude = (units < 0n ? -units : units).toString().padStart(precision, '0');
  const integer = magnitude.slice(0, precision - scale);
  const fraction = magnitude.slice(precision - scale);
  const groups: { digits: string; bytes: number }[] = [];
  const short = integer.length % 9;
  if (short > 0) groups.push({ digits: integer.slice(0, short), bytes: Math.ceil(short / 2) });
  for (let i = short; i < integer.length; i += 9) groups.push({ digits: integer.slice(i, i + 9), bytes: 4 });
  for (let i = 0; i < fraction.length; i += 9) {
    const digits = fraction.slice(i, i + 9);
    groups.push({ digits, bytes: digits.length === 9 ? 4 : Math.ceil(digits.length / 2) });
  }
  const bytes = Buffer.concat(
    groups.map((group) => {
      const cell = Buffer.alloc(group.bytes);
      cell.writeUIntBE(Number(group.digits), 0, group.bytes);
      return cell;
    }),
  );
  bytes[0] = bytes[0]! ^ 0x80;
  return units < 0n ? Buffer.from(bytes.map((byte) => byte ^ 0xff)) : bytes;
}

function print(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

const decimals = fc.integer({ min: 1, max: 65 }).chain((precision) =>
  fc.integer({ min: 0, max: Math.min(30, precision) }).chain((scale) =>
    fc.record({
      precision: fc.constant(precision),
      scale: fc.constant(scale),
      units: fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }),
    }),
  ),
);

describe('DECIMAL', () => {
  it('is the text of the number with all digits of its scale', () => {
    fc.assert(
      fc.property(decimals, ({ precision, scale, units }) => {
        const column = columnOf(NEWDECIMAL, { meta: precision | (scale << 8) });
        expect(cellValue(column, encode(units, precision, scale))).toBe(print(units, scale));
      }),
      { numRuns: scaled(2000) },
    );
  });

  it.each([
    [65, 30, 10n ** 65n - 1n],
    [65, 30, -(10n ** 65n) + 1n],
    [65, 0, -(10n ** 64n)],
    [65, 30, 1n],
    [65, 30, -1n],
    [65, 38, 10n ** 65n - 1n],
    [38, 38, -1n],
    [30, 30, 10n ** 30n - 1n],
    [1, 1, -9n],
    [1, 0, 0n],
    [10, 2, 0n],
    [19, 9, 1000000000n],
    [28, 9, 10n ** 18n],
  ])('DECIMAL(%d,%d) of %d units', (precision, scale, units) => {
    const column = columnOf(NEWDECIMAL, { meta: precision | (scale << 8) });
    expect(cellValue(column, encode(units, precision, scale))).toBe(print(units, scale));
  });

  it.each([
    [0, 0],
    [66, 0],
    [50, 39],
    [5, 6],
  ])('of %d digits and a scale of %d does not exist', (precision, scale) => {
    expect(() => cellValue(columnOf(NEWDECIMAL, { meta: precision | (scale << 8) }), Buffer.alloc(32))).toThrow(
      RowtideError,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { DATE, DATETIME2, TIME2, TIMESTAMP2 } from '../../src/column/types.js';
import fc from '../properties.js';
import { scaled } from '../roundtrip/random.js';
import { cellValue, columnOf } from './cell.js';

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
/** Microseconds cut to a column's digits, as they are stored and as they are printed. */
const cut = (micros: number, digits: number): number => micros - (micros % 10 ** (6 - digits));
const printed = (micros: number, digits: number): string => (digits === 0 ? '' : `.${pad(micros, 6).slice(0, digits)}`);
/** Even numbers of digits share their bytes with the odd one below. */
const stored = (micros: number, digits: number): number =>
  cut(micros, digits) / [1e6, 1e4, 1e4, 100, 100, 1, 1][digits]!;
const bigEndian = (value: bigint, bytes: number): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
const fractionBits = (digits: number): bigint => BigInt(8 * ((digits + 1) >> 1));

const digits = fc.integer({ min: 0, max: 6 });
const micros = fc.integer({ min: 0, max: 999_999 });
const clock = fc.record({
  h: fc.integer({ min: 0, max: 23 }),
  m: fc.integer({ min: 0, max: 59 }),
  s: fc.integer({ min: 0, max: 59 }),
});
const day = fc.record({
  y: fc.integer({ min: 0, max: 9999 }),
  mo: fc.integer({ min: 0, max: 12 }),
  d: fc.integer({ min: 0, max: 31 }),
});

describe('DATE', () => {
  it('is printed as it is stored, zeros included', () => {
    fc.assert(
      fc.property(day, ({ y, mo, d }) => {
        const cell = Buffer.alloc(3);
        cell.writeUIntLE((y << 9) | (mo << 5) | d, 0, 3);
        expect(cellValue(columnOf(DATE), cell)).toBe(`${pad(y, 4)}-${pad(mo, 2)}-${pad(d, 2)}`);
      }),
    );
  });
});

describe('DATETIME', () => {
  it('has all digits of its fraction', () => {
    fc.assert(
      fc.property(day, clock, micros, digits, ({ y, mo, d }, { h, m, s }, us, fsp) => {
        const date = BigInt(y * 13 + mo) * 32n + BigInt(d);
        const whole = date * 131072n + BigInt((h << 12) | (m << 6) | s) + 0x8000000000n;
        const cell = bigEndian((whole << fractionBits(fsp)) | BigInt(stored(us, fsp)), 5 + ((fsp + 1) >> 1));
        const expected = `${pad(y, 4)}-${pad(mo, 2)}-${pad(d, 2)} ${pad(h, 2)}:${pad(m, 2)}:${pad(s, 2)}${printed(us, fsp)}`;
        expect(cellValue(columnOf(DATETIME2, { meta: fsp }), cell)).toBe(expected);
      }),
      { numRuns: scaled(1000) },
    );
  });
});

describe('TIMESTAMP', () => {
  it('is the instant in UTC', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), micros, digits, (seconds, us, fsp) => {
        const cell = bigEndian((BigInt(seconds) << fractionBits(fsp)) | BigInt(stored(us, fsp)), 4 + ((fsp + 1) >> 1));
        const expected = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
        expect(cellValue(columnOf(TIMESTAMP2, { meta: fsp }), cell)).toBe(expected + printed(us, fsp));
      }),
      { numRuns: scaled(1000) },
    );
  });

  it('of zero is the zero date, with its digits', () => {
    expect(cellValue(columnOf(TIMESTAMP2), Buffer.alloc(4))).toBe('0000-00-00 00:00:00');
    expect(cellValue(columnOf(TIMESTAMP2, { meta: 3 }), Buffer.alloc(6))).toBe('0000-00-00 00:00:00.000');
  });
});

describe('TIME', () => {
  const encode = (time: { negative: boolean; h: number; m: number; s: number; us: number }, fsp: number): Buffer => {
    const whole = BigInt((time.h << 12) | (time.m << 6) | time.s);
    const magnitude = (whole << fractionBits(fsp)) | BigInt(stored(time.us, fsp));
    const bias = 0x800000n << fractionBits(fsp);
    return bigEndian(time.negative ? bias - magnitude : bias + magnitude, 3 + ((fsp + 1) >> 1));
  };

  it('goes from -838:59:59 to 838:59:59, and has all digits of its fraction', () => {
    const hours = fc.integer({ min: 0, max: 838 });
    fc.assert(
      fc.property(fc.boolean(), hours, clock, micros, digits, (negative, h, { m, s }, us, fsp) => {
        const isZero = h + m + s + stored(us, fsp) === 0;
        const expected = `${negative && !isZero ? '-' : ''}${pad(h, 2)}:${pad(m, 2)}:${pad(s, 2)}${printed(us, fsp)}`;
        expect(cellValue(columnOf(TIME2, { meta: fsp }), encode({ negative, h, m, s, us }, fsp))).toBe(expected);
      }),
      { numRuns: scaled(2000) },
    );
  });

  it.each([
    ['-00:00:00.000001', { negative: true, h: 0, m: 0, s: 0, us: 1 }, 6],
    ['-00:00:00.999999', { negative: true, h: 0, m: 0, s: 0, us: 999_999 }, 6],
    ['-838:59:59.999999', { negative: true, h: 838, m: 59, s: 59, us: 999_999 }, 6],
    ['-00:00:01.00', { negative: true, h: 0, m: 0, s: 1, us: 0 }, 2],
    ['-00:00:00.01', { negative: true, h: 0, m: 0, s: 0, us: 10_000 }, 2],
    ['-00:00:00.1', { negative: true, h: 0, m: 0, s: 0, us: 100_000 }, 1],
    ['838:59:59', { negative: false, h: 838, m: 59, s: 59, us: 0 }, 0],
  ])('%s', (text, time, fsp) => {
    expect(cellValue(columnOf(TIME2, { meta: fsp }), encode(time, fsp))).toBe(text);
  });
});

/** Types as they were stored before MySQL 5.6 and 5.0; the recordings old-* hold them against real servers. */
import { describe, expect, it } from 'vitest';
import { codecFor } from '../../src/column/codec.js';
import { DATETIME, DECIMAL, NEWDATE, TIME, TIMESTAMP } from '../../src/column/types.js';
import fc from '../properties.js';
import { cellValue, columnOf } from './cell.js';

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
const clock = fc.record({
  h: fc.integer({ min: 0, max: 23 }),
  m: fc.integer({ min: 0, max: 59 }),
  s: fc.integer({ min: 0, max: 59 }),
});

describe('TIME', () => {
  const cell = (value: number): Buffer => {
    const bytes = Buffer.alloc(3);
    bytes.writeIntLE(value, 0, 3);
    return bytes;
  };

  it('is hhmmss in decimal, from -838:59:59 to 838:59:59', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.integer({ min: 0, max: 838 }), clock, (negative, h, { m, s }) => {
        const value = (h * 10_000 + m * 100 + s) * (negative ? -1 : 1);
        const text = `${value < 0 ? '-' : ''}${pad(h)}:${pad(m)}:${pad(s)}`;
        expect(cellValue(columnOf(TIME), cell(value))).toBe(text);
      }),
    );
  });

  it.each([8386000, 6000, 60])('stops at %d, which is no time', (value) => {
    expect(() => cellValue(columnOf(TIME), cell(value))).toThrow(`${value} is no time of day`);
  });
});

describe('DATETIME', () => {
  it('is YYYYMMDDhhmmss in decimal, zeros included', () => {
    const day = fc.record({
      y: fc.integer({ min: 0, max: 9999 }),
      mo: fc.integer({ min: 0, max: 12 }),
      d: fc.integer({ min: 0, max: 31 }),
    });
    fc.assert(
      fc.property(day, clock, ({ y, mo, d }, { h, m, s }) => {
        const cell = Buffer.alloc(8);
        cell.writeBigUInt64LE(BigInt(`${pad(y, 4)}${pad(mo)}${pad(d)}${pad(h)}${pad(m)}${pad(s)}`));
        const text = `${pad(y, 4)}-${pad(mo)}-${pad(d)} ${pad(h)}:${pad(m)}:${pad(s)}`;
        expect(cellValue(columnOf(DATETIME), cell)).toBe(text);
      }),
    );
  });

  it('stops at bytes of MariaDB’s form with a fraction, which the log does not tell apart', () => {
    const cell = Buffer.from('04fdf8a5e3c1b640', 'hex');
    expect(() => cellValue(columnOf(DATETIME), cell)).toThrow('only its INFORMATION_SCHEMA says so');
  });
});

describe('TIMESTAMP', () => {
  it('is the instant in UTC, and 0 the zero date', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), (seconds) => {
        const cell = Buffer.alloc(4);
        cell.writeUInt32LE(seconds);
        const text = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
        expect(cellValue(columnOf(TIMESTAMP), cell)).toBe(text);
      }),
    );
    expect(cellValue(columnOf(TIMESTAMP), Buffer.alloc(4))).toBe('0000-00-00 00:00:00');
  });
});

describe('DATE', () => {
  it('is known by its second code, too', () => {
    expect(cellValue(columnOf(NEWDATE), Buffer.from([(2 << 5) | 29, 0xd0 | 0, 0x0f]))).toBe('2024-02-29');
  });
});

describe('DECIMAL', () => {
  it.each([
    ['   -0.01', '-0.01'],
    ['12345.67', '12345.67'],
    ['       0', '0'],
  ])('is its text: %s', (cell, text) => {
    expect(cellValue(columnOf(DECIMAL, { meta: 8 }), Buffer.from(cell))).toBe(text);
  });

  it('stops at what is no number, and where nobody knows how long its values are', () => {
    const text = (cell: string) => () => cellValue(columnOf(DECIMAL, { meta: 8 }), Buffer.from(cell));
    expect(text('  1.2.3 ')).toThrow(expect.objectContaining({ code: 'EVENT_MALFORMED' }));
    expect(() => codecFor(columnOf(DECIMAL))).toThrow(
      expect.objectContaining({ code: 'EVENT_UNSUPPORTED', hint: expect.stringContaining('FORCE') }),
    );
  });
});

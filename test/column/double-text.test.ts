import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doubleText, shortestFloat } from '../../src/column/double-text.js';
import fc from '../properties.js';
import { scaled } from '../roundtrip/random.js';
import { needs, sharedMysql } from '../servers/suite.js';

const bits64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(bits);
  return bytes.readDoubleLE();
});
/** Near the places where the text changes its form. */
const near = fc
  .tuple(fc.integer({ min: -18, max: 20 }), fc.integer({ min: 1, max: 10 ** 9 }), fc.integer({ min: 0, max: 9 }))
  .map(([exponent, digits, cut]) => Number(`${Math.trunc(digits / 10 ** cut) || 1}e${exponent}`));
const doubles = fc
  .oneof(bits64, near, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.double({ min: 1e13, max: 1e18 }))
  .filter(Number.isFinite);

describe('text of a DOUBLE', () => {
  it('reads back as the same number', () => {
    fc.assert(
      fc.property(doubles, (value) => {
        expect(Number(doubleText(value))).toBe(value);
      }),
      { numRuns: scaled(2000) },
    );
  });

  needs('mysql').describe('as the server prints it', () => {
    let connection: mysql.Connection;

    beforeAll(async () => {
      connection = await mysql.createConnection((await sharedMysql('9.7')).url);
      await connection.query('drop database if exists doubles');
      await connection.query('create database doubles');
      await connection.query('use doubles');
      await connection.query('create table d (id int primary key, v double)');
    });
    afterAll(async () => {
      await connection.query('drop database doubles');
      await connection.end();
    });

    it('in a column and in JSON', async () => {
      const values = [
        ...fc.sample(doubles, 3000),
        0,
        -0,
        1e15,
        1e-15,
        1e-14,
        123456789012345.6,
        1104720825059055.9,
        1e16,
      ];
      const rows = values.map((value, i) => `(${i}, ${Object.is(value, -0) ? '-0e0' : value.toExponential(17)})`);
      await connection.query(`insert into d values ${rows.join(', ')}`);
      const [printed] = await connection.query<mysql.RowDataPacket[]>({
        sql: 'select v, json_array(v) from d order by id',
        rowsAsArray: true,
        typeCast: (field) => field.buffer(),
      });
      const texts = printed as unknown as Buffer[][];
      const inJson = (text: string): string => (/[.e]/.test(text) ? text : `${text}.0`);
      expect(values.map((value) => doubleText(value))).toEqual(texts.map(([column]) => column!.toString()));
      expect(values.map((value) => `[${inJson(doubleText(value))}]`)).toEqual(
        texts.map(([, json]) => json!.toString()),
      );
    });
  });
});

describe('a FLOAT', () => {
  it('becomes a number of at most nine digits that is the same FLOAT', () => {
    const floats = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(floats, (value) => {
        const short = shortestFloat(value);
        expect(Object.is(Math.fround(short), value)).toBe(true);
        expect(short.toExponential().replace(/e.*|[-.]/g, '').length).toBeLessThanOrEqual(9);
      }),
      { numRuns: scaled(2000) },
    );
  });

  it.each([0.1, 0.3, 1.5, 16777216, 3.4028235e38, 1e-45])('of %d is printed so', (value) => {
    expect(String(shortestFloat(Math.fround(value)))).toBe(String(value === 1e-45 ? 1.4013e-45 : value));
  });
});

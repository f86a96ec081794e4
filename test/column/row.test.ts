import { describe, expect, test } from 'vitest';
import { rowReader } from '../../src/column/row.js';
import { VARCHAR } from '../../src/column/types.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../../src/core/image.js';
import { InvalidText } from '../../src/core/invalid-text.js';
import type { Table } from '../../src/core/table.js';

const UTF8MB4 = 255;

function textTable(...names: readonly string[]): Table {
  const facts = { type: VARCHAR, meta: 255, unsigned: false, nullable: true, collation: UTF8MB4, labels: null };
  const columns = names.map((name, ordinal) => ({ ...facts, name, ordinal, visible: true }));
  return { schema: 'shop', name: 'texts', columns, primaryKey: [], names: 'table-map' };
}

function imageOf(cells: readonly (Buffer | null | undefined)[]): Image {
  const at = new Int32Array(cells.length);
  const end = new Int32Array(cells.length);
  let bytes = Buffer.alloc(0);
  for (const [i, cell] of cells.entries()) {
    at[i] = cell === undefined ? ABSENT_CELL : cell === null ? NULL_CELL : bytes.length;
    bytes = Buffer.concat([bytes, cell ?? Buffer.alloc(0)]);
    end[i] = bytes.length;
  }
  return { bytes, at, end };
}

const read = (table: Table, ...cells: readonly (string | Buffer | null | undefined)[]) => {
  const image = imageOf(cells.map((cell) => (typeof cell === 'string' ? Buffer.from(cell) : cell)));
  return rowReader(table, image)(image);
};

describe('a row', () => {
  const table = textTable('a', 'b', 'c');

  test('has its texts cut where they end, be they empty, short, long, or of any characters', () => {
    expect(read(table, 'x', '', 'zz')).toEqual({ a: 'x', b: '', c: 'zz' });
    expect(read(table, 'é', '日本', '😀')).toEqual({ a: 'é', b: '日本', c: '😀' });
    expect(read(table, 'x'.repeat(200), 'é', 'y')).toEqual({ a: 'x'.repeat(200), b: 'é', c: 'y' });
  });

  test('has NULL as null, and nothing for a column that was not logged', () => {
    expect(read(table, null, 'b', null)).toEqual({ a: null, b: 'b', c: null });
    expect(read(table, undefined, 'b', null)).toEqual({ b: 'b', c: null });
  });

  test('keeps a replacement character that is really in the text', () => {
    expect(read(table, '\ufffd', 'b', 'c')).toEqual({ a: '\ufffd', b: 'b', c: 'c' });
  });

  test('has a text that is no UTF-8 as its bytes, marked, and the others as they are', () => {
    const invalid = (...bytes: readonly number[]) => new InvalidText(Uint8Array.from(bytes), 'utf8mb4');
    expect(read(table, 'a', Buffer.from([0x62, 0xff]), 'c')).toEqual({ a: 'a', b: invalid(0x62, 0xff), c: 'c' });
    expect(read(table, undefined, Buffer.from([0xc3]), 'c')).toEqual({ b: invalid(0xc3), c: 'c' });
    // A replacement character of the user's own vouches for nothing.
    expect(read(table, Buffer.concat([Buffer.from('\ufffd'), Buffer.from([0xff])]), 'b', 'c')).toEqual({
      a: invalid(0xef, 0xbf, 0xbd, 0xff),
      b: 'b',
      c: 'c',
    });
  });

  test('has columns of any name as its own, whatever objects inherit', () => {
    const row = read(textTable('__proto__', 'constructor', 'a"b`c\\'), 'x', 'y', 'z');
    expect(Object.entries(row)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['a"b`c\\', 'z'],
    ]);
  });
});

/** Values that no recorded row has: of geometries, texts that are none, documents of which the log has a part. */
import { describe, expect, it } from 'vitest';
import { charsetOf } from '../../src/column/charset.js';
import { JSON_DOCUMENT } from '../../src/column/types.js';
import { ABSENT_CELL } from '../../src/core/image.js';
import { plainNumber } from '../../src/format/plain-number.js';
import { replacedText } from '../../src/format/replaced-text.js';
import { requireWholeDocuments } from '../../src/format/whole-documents.js';
import { wkt } from '../../src/format/wkt.js';

describe('a geometry as text', () => {
  const text = (hex: string): string => {
    const bytes = Buffer.from(`00000000${hex}`, 'hex');
    return wkt(bytes, 0, bytes.length);
  };

  it('may have its numbers in either order of bytes', () => {
    expect(text('0101000000000000000000f03f0000000000000040')).toBe('POINT (1 2)');
    expect(text('00000000013ff00000000000004000000000000000')).toBe('POINT (1 2)');
  });

  it('may be empty', () => {
    expect(text('010700000000000000')).toBe('GEOMETRYCOLLECTION EMPTY');
  });

  it('stops at what is no geometry', () => {
    expect(() => text('0108000000')).toThrow('a geometry of the type 8');
    expect(() => text('010200000002000000000000000000f03f')).toThrow('a geometry that ends too early');
    expect(() => text('0102000000ffffffff')).toThrow('a geometry that ends too early');
  });
});

it.each([
  [1e21, '1000000000000000000000'],
  [1.5e22, '15000000000000000000000'],
  [-1e-7, '-0.0000001'],
  [1.25e-10, '0.000000000125'],
  [-0, '-0'],
  [0.1, '0.1'],
])('%d has no exponent: %s', (value, text) => {
  expect(plainNumber(value)).toBe(text);
});

it.each([
  ['utf8mb4', 45, '61c3a4ff62e282', 'aä\ufffdb\ufffd\ufffd'],
  ['latin1', 8, '6181e9', 'a\u0081é'],
  ['sjis', 13, '93fa96', '日\ufffd'],
])('a text that is not all %s keeps what is', (_, collation, hex, text) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(replacedText(charsetOf(collation, 'it'), bytes, { from: 0, to: bytes.length })).toBe(text);
});

it('stops at a document of which the log has a part only', () => {
  const column = {
    name: 'd',
    type: JSON_DOCUMENT,
    meta: 4,
    ordinal: 0,
    unsigned: false,
    nullable: true,
    collation: 63,
  };
  const table = { schema: 's', name: 't', columns: [{ ...column, labels: null, visible: true }], primaryKey: [] };
  const image = (at: number) => ({ bytes: Buffer.alloc(0), at: Int32Array.of(at), end: Int32Array.of(0) });
  const cursor = (at: number) => ({ before: null, after: image(at), diffs: new Map([[0, []]]), next: () => false });
  const judge = (at: number) => requireWholeDocuments(cursor(at), { ...table, names: 'table-map' });
  expect(() => judge(0)).not.toThrow();
  expect(() => judge(ABSENT_CELL)).toThrow('the log has only a part of the document in column s.t.d');
});

import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { tableFromMap } from '../../src/binlog/mapped-table.js';
import type { TableMap } from '../../src/binlog/table-map.js';
import { anyCollationOf, charsetOf } from '../../src/column/charset.js';
import { BINARY_COLLATION, ENUM, STRING, UNKNOWN_COLLATION, VARCHAR } from '../../src/column/types.js';
import { InvalidText } from '../../src/core/invalid-text.js';
import { JsonVisitor, jsonBytesMax } from '../../src/format/json-visitor.js';
import fc from '../properties.js';
import { scaled } from '../roundtrip/random.js';
import { cellValue, columnOf } from './cell.js';
import { CHARSETS, decode } from './charsets/texts.js';

const UTF8MB4 = 45;
const GBK = 28;

const textValue = (collation: number, bytes: Buffer) => cellValue(columnOf(VARCHAR, { meta: 800, collation }), bytes);

function jsonOf(collation: number, bytes: Buffer): string {
  const column = columnOf(VARCHAR, { meta: 800, collation });
  const visitor = new JsonVisitor(
    { schema: 's', name: 't', columns: [column], primaryKey: [], names: 'table-map' },
    column,
  );
  const { fixed, factor } = jsonBytesMax(column);
  visitor.out = Buffer.alloc(fixed + factor * bytes.length);
  return visitor.out.toString('utf8', 0, visitor.text(bytes, 0, bytes.length, 0));
}

describe('text', () => {
  test.each([
    ['utf8mb4', '61e282'],
    ['utf16', '0041d8'],
    ['utf16', '0041d83d'],
    ['utf16le', '41003dd8'],
    ['utf32', '00000041000000'],
    ['utf32', '00110000'],
    ['gbk', '61c3'],
    ['sjis', '8140e0'],
    ['ujis', 'a4a28fb0'],
    ['eucjpms', '8e'],
    ['gb18030', '81308b'],
    ['gb18030', '8130'],
    ['gb18030', 'ffffffff'],
    ['gb18030', 'e3329a36'],
  ])('of %s that ends in a character, or holds what is none, is none: %s', (charset, hex) => {
    expect(decode(charset, [...Buffer.from(hex, 'hex')])).toBeNull();
  });

  test('is the same in rows and in JSON, in every character set, and within the bytes promised', () => {
    for (const charset of CHARSETS) {
      const collation = anyCollationOf(charset);
      fc.assert(
        fc.property(fc.array(fc.nat(255), { maxLength: 60 }), (bytes) => {
          const value = textValue(collation, Buffer.from(bytes));
          expect(jsonOf(collation, Buffer.from(bytes))).toBe(JSON.stringify(value));
        }),
        { numRuns: scaled(50) },
      );
    }
  });

  test('of UTF-8 is what Node takes for it, and bytes that are none stay as they are', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom('eda080', 'c080', 'f4908080', 'f08f8080', 'e09f80', 'efbfbd', '0022')
        .map((hex) => Buffer.from(hex, 'hex')),
    );
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const bytes = Buffer.concat(parts);
        const expected = isUtf8(bytes) ? bytes.toString() : new InvalidText(new Uint8Array(bytes), 'utf8mb4');
        expect(textValue(UTF8MB4, bytes)).toEqual(expected);
        expect(jsonOf(UTF8MB4, bytes)).toBe(JSON.stringify(expected));
      }),
      { numRuns: scaled(500) },
    );
  });

  test('of a collation that nobody knows is refused by the name of its column', () => {
    expect(() => charsetOf(9999, 'column shop.item.name')).toThrow(
      'column shop.item.name has the collation id 9999, whose character set is not known',
    );
  });
});

describe('CHAR and BINARY', () => {
  const cell = (collation: number) => cellValue(columnOf(STRING, { meta: 4, collation }), Buffer.from('61', 'hex'));

  test('BINARY gets back the zero bytes that the log leaves out, CHAR stays as it is', () => {
    expect(cell(BINARY_COLLATION)).toEqual(Uint8Array.from([0x61, 0, 0, 0]));
    expect(cell(GBK)).toBe('a');
  });

  test('what may be either is bytes, and nothing is added to them', () => {
    expect(cell(UNKNOWN_COLLATION)).toEqual(Uint8Array.from([0x61]));
  });
});

describe('labels of ENUM and SET', () => {
  const map = (label: Buffer): TableMap => ({
    tableId: 1,
    schema: 'shop',
    name: 'item',
    columns: [{ type: ENUM, meta: 1, nullable: true }],
    metadata: {
      unsigned: null,
      signBits: null,
      collations: new Map([[0, GBK]]),
      names: ['size'],
      labels: new Map([[0, [label]]]),
      primaryKey: null,
      keyPrefixes: null,
      visible: null,
      geometryTypes: null,
      dimensions: null,
    },
  });

  test('are text of the column’s own set', () => {
    expect(tableFromMap(map(Buffer.from('c3fb', 'hex'))).columns[0]!.labels).toEqual(['名']);
  });

  test('are refused by name where they are none', () => {
    expect(() => tableFromMap(map(Buffer.from('c3', 'hex')))).toThrow(
      'column shop.item.size has the label 0xc3, which is not valid gbk',
    );
  });
});

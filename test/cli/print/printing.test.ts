import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { PrettyPrinter } from '../../../src/cli/print/pretty.js';
import { compileTemplate } from '../../../src/cli/print/template.js';
import { BLOB, JSON_DOCUMENT, LONG, NEWDECIMAL, VARCHAR } from '../../../src/column/types.js';
import { parsePoint } from '../../../src/config/point.js';
import type { Change, Row } from '../../../src/core/change.js';
import type { Column, Table } from '../../../src/core/table.js';
import { timeText } from '../../../src/format/time.js';
import { visible, visibleJson } from '../../../src/format/visible.js';
import { transaction, UUID } from '../../transform/stream.js';

const column = (name: string, ordinal: number, type: number, collation = 63): Column => ({
  name,
  ordinal,
  type,
  meta: 0,
  unsigned: false,
  nullable: true,
  collation,
  labels: null,
  visible: true,
});

const products: Table = {
  schema: 'shop',
  name: 'products',
  columns: [
    column('id', 0, LONG),
    column('title', 1, VARCHAR, 255),
    column('price', 2, NEWDECIMAL),
    column('photo', 3, BLOB),
  ],
  primaryKey: [0],
  names: 'table-map',
};

const tea: Row = { id: 7, title: "Earl's tea", price: '1.00', photo: new Uint8Array([0xff, 0xd8]) };

function lineOf(change: Change): string {
  return new PrettyPrinter(picocolors.createColors(false)).change(change);
}

describe('a change for people', () => {
  test('shows a row with text in quotes, numbers without, bytes as hex', () => {
    expect(lineOf({ kind: 'insert', table: products, after: tea })).toBe(
      "  insert shop.products  id: 7  title: 'Earl''s tea'  price: 1.00  photo: 0xffd8\n",
    );
    expect(lineOf({ kind: 'delete', table: products, before: { id: 7, title: null } })).toBe(
      '  delete shop.products  id: 7  title: NULL\n',
    );
  });

  test('shows the steps of a document that is not known whole, and no steps of one that is', () => {
    const documents: Table = { ...products, columns: [products.columns[0]!, column('d', 1, JSON_DOCUMENT)] };
    const diffs = {
      d: [
        { op: 'replace', path: '$.a', value: '2' },
        { op: 'remove', path: '$."\u001b"', value: null },
      ] as const,
    };
    expect(lineOf({ kind: 'update', table: documents, before: { id: 7 }, after: {}, diffs })).toBe(
      '  update shop.products  id: 7  d: → replace $.a 2, remove $."\\u001b"\n',
    );
    expect(
      lineOf({ kind: 'update', table: documents, before: { id: 7, d: '{}' }, after: { id: 7, d: '[]' }, diffs }),
    ).toBe('  update shop.products  id: 7  d: {} → []\n');
  });

  test('shows of an update the key and what changed', () => {
    const after = { ...tea, price: '2.00', photo: new Uint8Array([0xff, 0xd8]) };
    expect(lineOf({ kind: 'update', table: products, before: tea, after })).toBe(
      '  update shop.products  id: 7  price: 1.00 → 2.00\n',
    );
  });

  test('shows a changed key, and all of a row that has none', () => {
    expect(lineOf({ kind: 'update', table: products, before: tea, after: { ...tea, id: 8 } })).toBe(
      '  update shop.products  id: 7 → 8\n',
    );
    const keyless = { ...products, primaryKey: [] };
    expect(
      lineOf({ kind: 'update', table: keyless, before: { id: 7, price: '1.00' }, after: { id: 7, price: null } }),
    ).toBe('  update shop.products  id: 7  price: 1.00 → NULL\n');
  });

  test('shows the new value alone where the old one was not logged', () => {
    expect(lineOf({ kind: 'update', table: products, before: { id: 7 }, after: { price: '2.00' } })).toBe(
      '  update shop.products  id: 7  price: → 2.00\n',
    );
  });

  test('cuts what is long, and says how long it was', () => {
    const long: Row = { title: `${'x'.repeat(119)}😀${'y'.repeat(5000)}`, photo: new Uint8Array(5000) };
    const line = lineOf({ kind: 'insert', table: products, after: long });
    expect(line).toContain(`title: '${'x'.repeat(119)}'… (5121 characters)`);
    expect(line).toContain(`photo: 0x${'00'.repeat(60)}… (5000 bytes)`);
  });

  test('puts a statement on one line, with its schema if it has one', () => {
    expect(lineOf({ kind: 'statement', schema: 'shop', sql: 'ALTER TABLE\n   products ADD x INT' })).toBe(
      '  statement shop  ALTER TABLE products ADD x INT\n',
    );
    expect(lineOf({ kind: 'statement', schema: '', sql: 'FLUSH TABLES' })).toBe('  statement FLUSH TABLES\n');
  });

  test('lets no value, column or table speak to the terminal', () => {
    const evil = '\u001b]0;owned\u0007\u202e\u009b31m\n\u2066';
    const table = { ...products, name: evil, columns: [column(evil, 0, VARCHAR, 255)] };
    const line = lineOf({ kind: 'insert', table, after: { [evil]: evil } });
    expect(line).toBe(`${visible(line.trimEnd())}\n`);
    expect(line).toContain("\\u001b]0;owned\\u0007\\u202e\\u009b31m\\n\\u2066: '\\u001b]0;owned");
  });
});

describe('a template', () => {
  const printed = (change: Change, index = 3) => ({ transaction: transaction(23), change, index });
  const line = (template: string, change: Change) => compileTemplate(template)(printed(change));

  test('is filled in, a line for each change', () => {
    const change: Change = { kind: 'update', table: products, before: tea, after: { ...tea, price: '2.00' } };
    expect(line('%{table} %{op} %{pk}', change)).toBe('products update 7\n');
    expect(line('%{schema}.%{table}\\t%{changed}\\n%{gtid}', change)).toBe(`shop.products\tprice\n${UUID}:23\n`);
    expect(line('%{file}:%{pos} %{index} %{server_id} 100%% \\\\n', change)).toBe('binlog.000001:2300 3 1 100% \\n\n');
  });

  test('gives rows as JSON with every digit', () => {
    const after: Row = { id: 9223372036854775807n, title: 'a"b', price: null, photo: new Uint8Array([1, 2]) };
    const change: Change = { kind: 'insert', table: products, after };
    expect(line('%{after}|%{before}|%{row}', change)).toBe(
      '{"id":9223372036854775807,"title":"a\\"b","price":null,"photo":"AQI="}||' +
        '{"id":9223372036854775807,"title":"a\\"b","price":null,"photo":"AQI="}\n',
    );
  });

  test('keeps a change on its line, whatever its key is', () => {
    const change: Change = {
      kind: 'delete',
      table: { ...products, primaryKey: [1, 0] },
      before: { id: 1, title: 'two\nlines' },
    };
    expect(line('%{pk}', change)).toBe('two\\nlines,1\n');
  });

  test('has nothing to say of rows for a statement', () => {
    expect(
      line('%{op} %{schema} %{table}%{pk}%{row}%{changed}%{sql}', { kind: 'statement', schema: 's', sql: 'X' }),
    ).toBe('statement s X\n');
  });

  test('with a field that is not known is refused, with those that are', () => {
    expect(() => compileTemplate('%{tabel}')).toThrow('--print knows no %{tabel}');
    expect(() => compileTemplate('%{constructor}')).toThrow('--print knows no %{constructor}');
  });
});

test('times are read back as they are printed', () => {
  for (const timeUs of [0, 1_795_236_334_237_756, 1_700_000_000_000_001, 1_718_000_000_000_000]) {
    expect(parsePoint(timeText(timeUs))).toEqual({ kind: 'time', timeUs });
  }
});

test('a line of JSON that is made visible is the same JSON', () => {
  const value = { a: '\u0085\u202e\u2028\u200b', b: 'plain é 😀', c: '\ud800' };
  const shown = visibleJson(JSON.stringify(value));
  expect(shown).toMatch(/^[^\u0080-\u009f\u202e\u2028\u200b]*$/);
  expect(JSON.parse(shown)).toEqual(value);
});

import { describe, expect, test } from 'vitest';
import type { Table } from '../../src/core/table.js';
import type { Entry, Transaction } from '../../src/core/transaction.js';
import { since, tableFilter } from '../../src/transform/filter.js';
import { tablePattern } from '../../src/transform/patterns.js';
import fc from '../properties.js';

const event = { type: 30, timestamp: 0, serverId: 1, flags: 0, bytes: Buffer.alloc(0), start: 4, end: 5 };

function rows(name: string): Entry {
  const [schema = '', table = ''] = name.split(/\.(.*)/s);
  return {
    kind: 'rows',
    op: 'insert',
    table: { schema, name: table, columns: [], primaryKey: [], names: 'table-map' } satisfies Table,
    event,
    cursor: () => {
      throw new Error('nobody asked for the rows');
    },
  };
}

const statement = (schema: string): Entry => ({ kind: 'statement', schema, sql: 'CREATE TABLE t (id INT)', event });

function transaction(entries: Iterable<Entry>): Transaction {
  return {
    gtid: null,
    span: { file: 'binlog.000001', start: 4, end: 400 },
    prepared: null,
    held: [],
    clock: null,
    committedAtUs: 1_000,
    serverId: 1,
    sizeBytes: 396,
    entries,
    release: () => {},
  };
}

const nameOf = (entry: Entry): string =>
  entry.kind === 'rows' ? `${entry.table.schema}.${entry.table.name}` : `${entry.schema}:sql`;

function kept(names: Entry[], filter: { include?: string[]; exclude?: string[] }): string[] {
  const transform = tableFilter({ include: filter.include ?? [], exclude: filter.exclude ?? [] });
  return [...transform(transaction(names)).entries].map(nameOf);
}

describe('the table filter', () => {
  const tables = ['shop.orders', 'shop.tmp_1', 'shop.Orders', 'crm.orders', 'crm.a/b', 'crm.c.d'].map(rows);

  test.each([
    [{}, ['shop.orders', 'shop.tmp_1', 'shop.Orders', 'crm.orders', 'crm.a/b', 'crm.c.d']],
    [{ include: ['shop.*'] }, ['shop.orders', 'shop.tmp_1', 'shop.Orders']],
    [{ include: ['shop.*'], exclude: ['shop.tmp_*'] }, ['shop.orders', 'shop.Orders']],
    [{ exclude: ['*.orders'] }, ['shop.tmp_1', 'shop.Orders', 'crm.a/b', 'crm.c.d']],
    [{ include: ['{shop,crm}.[oO]rders'] }, ['shop.orders', 'shop.Orders', 'crm.orders']],
    [{ include: ['crm.*'] }, ['crm.orders', 'crm.a/b', 'crm.c.d']],
    [{ include: ['/^shop\\.orders$/i'] }, ['shop.orders', 'shop.Orders']],
    [{ include: ['/tmp_\\d/', 'crm.orders'] }, ['shop.tmp_1', 'crm.orders']],
  ])('%j keeps %j', (filter, expected) => {
    expect(kept(tables, filter)).toEqual(expected);
  });

  test.each([
    [{ include: ['shop.orders'] }, ['shop:sql', ':sql']],
    [{ include: ['/x/'] }, ['shop:sql', 'crm:sql', ':sql']],
    [{ exclude: ['shop.*'] }, ['crm:sql', ':sql']],
    [{ exclude: ['shop.tmp_*'] }, ['shop:sql', 'crm:sql', ':sql']],
  ])('%j passes the statements of %j', (filter, expected) => {
    expect(kept([statement('shop'), statement('crm'), statement('')], filter)).toEqual(expected);
  });

  test('walks the entries only when somebody does, and as often as somebody does', () => {
    let walks = 0;
    const counted = {
      *[Symbol.iterator]() {
        walks++;
        yield* tables;
      },
    };
    const filtered = tableFilter({ include: ['crm.orders'], exclude: [] })(transaction(counted));
    expect(walks).toBe(0);
    expect([...filtered.entries, ...filtered.entries].map(nameOf)).toEqual(['crm.orders', 'crm.orders']);
    expect(walks).toBe(2);
  });

  test('lets a transaction through of which nothing is left, with its place and its resources', () => {
    let released = false;
    const original = {
      ...transaction(tables),
      release: () => {
        released = true;
      },
    };
    const filtered = tableFilter({ include: ['none.*'], exclude: [] })(original);
    expect([...filtered.entries]).toEqual([]);
    expect(filtered).toMatchObject({ span: original.span, sizeBytes: original.sizeBytes });
    filtered.release();
    expect(released).toBe(true);
  });

  test('takes every table by its own name, whatever letters it is made of', () => {
    const letter = fc.constantFrom('a', 'Z', '0', '_', '$', ' ', '/', '`', "'", '\n', '-', 'é', '😀', '.');
    const name = fc.string({ unit: letter, minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(name, (table) => {
        expect(tablePattern('s?op.*').table('shop', table)).toBe(true);
        expect(tablePattern('s?op.*').table('ship_', table)).toBe(false);
      }),
    );
  });
});

test('a transaction from before the wanted time is emptied', () => {
  const entries = [rows('shop.orders')];
  expect([...since(1_000)(transaction(entries)).entries]).toHaveLength(1);
  expect([...since(1_001)(transaction(entries)).entries]).toHaveLength(0);
});

test.each(['shop', '.orders', 'shop.', '!shop.*', '/(/', ''])('%j is not a table pattern', (text) => {
  expect(() => tablePattern(text)).toThrow('not a table pattern');
});

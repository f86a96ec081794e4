import { describe, expect, test } from 'vitest';
import { changes } from '../../../src/column/changes.js';
import type { Table } from '../../../src/core/table.js';
import type { Transaction } from '../../../src/core/transaction.js';
import { itemRows, itemsTable, itemTransaction, transactionOf } from '../../../src/testing/transactions.js';
import { type ColumnOptions, columnActions } from '../../../src/transform/columns/actions.js';
import { columnPattern } from '../../../src/transform/columns/patterns.js';
import { table, types } from '../table.js';

const users = table('shop', 'users', [
  ['email', types.VARCHAR],
  ['Phone', types.VARCHAR],
  ['born', types.DATE],
  ['doc', types.JSON_DOCUMENT],
]);

/** The table as readers see it; its rows are not read. */
function seen(of: Table, columns: ColumnOptions): Table {
  const entry = { ...itemRows({ op: 'insert', after: { id: 1, name: 'a' } }), table: of, cursor: () => neverRead() };
  const [changed] = columnActions(columns)(transactionOf(1, [entry])).entries;
  if (changed?.kind !== 'rows') throw new Error('the rows are gone');
  return changed.table;
}

function neverRead(): never {
  throw new Error('nobody asked for the rows');
}

const names = (of: Table): string[] => of.columns.map(({ name }) => name);

describe('which columns are left', () => {
  test.each([
    [{ exclude: ['shop.users.phone'] }, ['email', 'born', 'doc']],
    [{ exclude: ['shop.*.{born,doc}'] }, ['email', 'Phone']],
    [{ exclude: ['*.*.nothing'] }, ['email', 'Phone', 'born', 'doc']],
    [{ include: ['shop.users.{email,PHONE}'] }, ['email', 'Phone']],
    [{ include: ['shop.users.email', 'shop.users.born'], exclude: ['*.*.born'] }, ['email']],
    [{ include: ['shop.orders.id'] }, ['email', 'Phone', 'born', 'doc']],
  ])('%j leaves %j', (columns, expected) => {
    const left = seen(users, columns);
    expect(names(left)).toEqual(expected);
    expect(left.columns.map(({ ordinal }) => ordinal)).toEqual(expected.map((_, i) => i));
  });

  test('tables that no action is about are the very same', () => {
    expect(seen(users, { exclude: ['crm.*.*'] })).toBe(users);
    const untouched = itemTransaction(1, []);
    expect(columnActions({})(untouched)).toBe(untouched);
  });

  test('the primary key moves with its column, and is the same hashed', () => {
    const keyed = { ...users, primaryKey: [2, 0] };
    expect(seen(keyed, { exclude: ['*.*.phone'] }).primaryKey).toEqual([1, 0]);
    expect(seen(keyed, { hash: ['*.*.email'], hashKey: 'k' })).toMatchObject({ primaryKey: [2, 0] });
  });

  test('what is hashed or masked is text from then on, what is made NULL stays what it was', () => {
    const { columns } = seen(users, {
      hash: ['*.*.email'],
      hashKey: 'k',
      mask: { '*.*.born': '***', '*.*.doc': null },
    });
    expect(columns.map(({ type, meta }) => [type, meta])).toEqual([
      [types.VARCHAR, 64],
      [types.VARCHAR, 200],
      [types.VARCHAR, 3],
      [types.JSON_DOCUMENT, 4],
    ]);
  });
});

describe('what does not fit a table is refused when it is first seen', () => {
  test.each<[ColumnOptions, string]>([
    [{ exclude: ['shop.users.password'] }, 'shop.users.password is no column: shop.users has email, Phone, born, doc'],
    [{ exclude: ['shop.users.email'] }, 'shop.users.email is part of the primary key, and would be left out'],
    [
      { include: ['shop.users.born'] },
      'shop.users.email is part of the primary key, and would be left out by shop.users.born',
    ],
    [{ mask: { '*.*.email': 'x' } }, 'shop.users.email is part of the primary key, and would be masked'],
    [{ truncate: { '*.*.email': 3 } }, 'shop.users.email is part of the primary key, and would be truncated'],
    [{ truncate: { '*.*.born': 3 } }, 'shop.users.born is DATE, which cannot be truncated'],
  ])('%j', (columns, message) => {
    expect(() => seen(users, columns)).toThrow(
      expect.objectContaining({ code: 'FILTER_MISMATCH', message: expect.stringContaining(message) }),
    );
  });

  test('a table without columns', () => {
    expect(() => seen({ ...users, primaryKey: [] }, { exclude: ['*.*.*'] })).toThrow('no column of shop.users is left');
  });

  test('hashing without a key', () => {
    expect(() => columnActions({ hash: ['*.*.email'] })).toThrow('there is no key');
  });

  test.each(['shop.users', 'users', '.users.email', 'shop.users.', 'shop..email', '!shop.users.email', ''])(
    '%j is not a column pattern',
    (text) => {
      expect(() => columnPattern(text)).toThrow('not a column pattern');
    },
  );
});

describe('what readers see', () => {
  const rows = (transaction: Transaction): unknown[] => [...changes(transaction)];
  const renamed = itemTransaction(1, [
    { op: 'insert', after: { id: 1, name: 'Ada Lovelace' } },
    { op: 'update', before: { id: 1, name: 'Ada Lovelace' }, after: { id: 1, name: 'Çelik 😀!' } },
    { op: 'delete', before: { id: 1, name: '' } },
  ]);

  test('truncated text ends between characters, in both images', () => {
    expect(rows(columnActions({ truncate: { 'testing.items.name': 7 } })(renamed))).toMatchObject([
      { after: { id: 1, name: 'Ada Lov' } },
      { before: { id: 1, name: 'Ada Lov' }, after: { id: 1, name: 'Çelik 😀' } },
      { before: { id: 1, name: '' } },
    ]);
  });

  test('masks and hashes stand in both images, as often as they are read', () => {
    const masked = columnActions({ mask: { 'testing.items.name': '***' }, hash: ['testing.items.id'], hashKey: 'k' })(
      renamed,
    );
    // printf 1 | openssl dgst -sha256 -hmac k
    const id = '0aa2054d88556d7e5df6e54b00683dae80bbd4266a5d1cbc89abacbf856ad862';
    for (let i = 0; i < 2; i++) {
      expect(rows(masked)).toMatchObject([
        { after: { id, name: '***' } },
        { before: { id, name: '***' }, after: { id, name: '***' } },
        { before: { id, name: '***' } },
      ]);
    }
  });

  test('nobody finds in the event what was taken away', () => {
    const [entry] = columnActions({ exclude: ['*.items.name'] })(renamed).entries;
    expect(entry).toMatchObject({ op: 'insert', table: { columns: [{ name: 'id' }] } });
    expect(entry?.event.bytes.includes('Lovelace')).toBe(false);
    expect(itemsTable.columns).toHaveLength(2);
  });
});

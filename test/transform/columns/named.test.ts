import { describe, expect, test } from 'vitest';
import { changes } from '../../../src/column/changes.js';
import { itemRows, itemsTable, transactionOf } from '../../../src/testing/transactions.js';
import { type ColumnNames, columnsNamed } from '../../../src/transform/columns/named.js';

const update = itemRows({ op: 'update', before: { id: 1, name: 'tea' }, after: { id: 1, name: 'coffee' } });
const changed = (names: ColumnNames | null) => [...changes(columnsNamed(() => names)(transactionOf(1, [update])))];

describe('columns under other names', () => {
  test('have their values, and those left out are gone from the rows and from the key', () => {
    expect(itemsTable.primaryKey).toEqual([0]);
    const [renamed] = changed((name) => (name === 'name' ? 'title' : name));
    expect(renamed).toMatchObject({ before: { id: 1, title: 'tea' }, after: { id: 1, title: 'coffee' } });
    const [without] = changed((name) => (name === 'id' ? null : name));
    expect(without).toMatchObject({ before: { name: 'tea' }, after: { name: 'coffee' } });
    expect(without?.kind === 'update' && without.table.primaryKey).toEqual([]);
    const [kept] = changed((name) => (name === 'name' ? null : 'key'));
    expect(kept).toMatchObject({ after: { key: 1 }, table: { primaryKey: [0] } });
  });

  test('are not looked at where nothing changes', () => {
    for (const names of [null, (name: string) => name]) {
      const [rows] = columnsNamed(() => names)(transactionOf(1, [update])).entries;
      expect(rows).toBe(update);
    }
  });
});

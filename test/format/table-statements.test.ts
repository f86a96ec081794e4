import { expect, it } from 'vitest';
import { TableStatements } from '../../src/format/table-statements.js';
import { itemsTable, statementTransaction } from '../../src/testing/transactions.js';

function remembered(...statements: readonly string[]): string | undefined {
  const tables = new TableStatements();
  for (const [i, sql] of statements.entries()) {
    const transaction = statementTransaction(i + 1, sql);
    for (const entry of transaction.entries) if (entry.kind === 'statement') tables.saw(transaction, entry);
  }
  return tables.of(itemsTable);
}

it('the last statement about a table is remembered, with its place, whatever happens to others', () => {
  const alter = 'ALTER TABLE `ITEMS` ADD a INT';
  expect(
    remembered('CREATE TABLE items (id INT)', alter, 'CREATE TABLE others (id INT)', 'GRANT ALL ON *.* TO me'),
  ).toBe(`“${alter}” (GTID 7e57ab1e-0000-4000-8000-000000000001:2)`);
  expect(remembered('RENAME TABLE shop.old TO testing.items')).toContain('RENAME TABLE');
  expect(remembered('CREATE TABLE items LIKE shop.items')).toContain('CREATE TABLE items LIKE');
  expect(remembered('ALTER TABLE shop.items ADD a INT')).toBeUndefined();
});

it('a long one is cut', () => {
  const text = remembered(`ALTER TABLE items COMMENT '${'x'.repeat(500)}'`);
  expect(text).toMatch(/^“ALTER TABLE items COMMENT 'x+…” \(GTID /);
  expect(text!.length).toBeLessThan(300);
});

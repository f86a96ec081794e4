import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../../src/core/dialect.js';
import type { TableDefinition } from '../../../src/schema/definition.js';
import { difference } from '../../../src/schema/merge/difference.js';
import { type MergedDdl, mergedDdl } from '../../../src/schema/merge/effect.js';
import { laterName, mergeStep, type TableVersion, type Verdict } from '../../../src/schema/merge/step.js';

const dialect: Dialect = {
  flavour: 'mysql',
  version: 90_700,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
};
const read = (sql: string): MergedDdl => mergedDdl({ schema: 'shop', sql, dialect });

function tableOf(sql: string): Extract<MergedDdl, { kind: 'table' }> {
  const ddl = read(sql);
  if (ddl.kind !== 'table') throw new Error(`${sql} is ${ddl.kind}`);
  return ddl;
}

function madeBy(...statements: readonly string[]): TableDefinition | null {
  return statements.reduce<TableDefinition | null>((table, sql) => tableOf(sql).after(table), null);
}

const ORDERS = 'CREATE TABLE orders (id INT PRIMARY KEY, total DECIMAL(9,2), note VARCHAR(20))';

/** The table, as the sources that were first made it, statement by statement. */
function versionsOf(...statements: readonly string[]): TableVersion[] {
  const versions: TableVersion[] = [{ definition: madeBy(ORDERS), statement: '', renames: {} }];
  for (const statement of statements) {
    const ddl = tableOf(statement);
    versions.push({ definition: ddl.after(versions.at(-1)!.definition), statement, renames: ddl.renames });
  }
  return versions;
}

function verdict(sql: string, { at, after }: { at: number; after: readonly string[] }): Verdict {
  const versions = versionsOf(...after);
  return mergeStep({ versions, at, statement: sql, after: tableOf(sql).after(versions[at]!.definition) });
}

describe('a statement of one of several sources', () => {
  test('is made where its source is the first', () => {
    expect(verdict('ALTER TABLE orders ADD x INT', { at: 0, after: [] })).toEqual({ kind: 'apply' });
    expect(verdict('ALTER TABLE orders ADD y INT', { at: 1, after: ['ALTER TABLE orders ADD x INT'] })).toEqual({
      kind: 'apply',
    });
  });

  test('is recognised where another one was first, in other words as well', () => {
    const after = ['ALTER TABLE orders ADD x INT', 'ALTER TABLE orders ADD y INT AFTER id, ADD INDEX (y)'];
    expect(verdict('ALTER TABLE shop.orders ADD COLUMN `x` INTEGER NULL', { at: 0, after })).toEqual({
      kind: 'recognised',
      version: 1,
    });
    expect(verdict('ALTER TABLE orders ADD y INT, ADD x INT, ADD KEY other (y)', { at: 0, after })).toEqual({
      kind: 'recognised',
      version: 2,
    });
  });

  test('that shows in no column is recognised by its words', () => {
    const after = ['ALTER TABLE orders ALTER note SET DEFAULT 1'];
    expect(verdict(after[0]!, { at: 0, after })).toEqual({ kind: 'recognised', version: 1 });
    expect(verdict('ALTER TABLE orders ALTER note SET DEFAULT 2', { at: 0, after })).toMatchObject({ kind: 'differs' });
    expect(verdict(after[0]!, { at: 0, after: [] })).toEqual({ kind: 'apply' });
  });

  test('that differs is said with the difference', () => {
    const after = ['ALTER TABLE orders ADD x INT'];
    expect(verdict('ALTER TABLE orders ADD x BIGINT', { at: 0, after })).toEqual({
      kind: 'differs',
      why: 'column x is bigint in one, and int in the other; the source that was first made it with ALTER TABLE orders ADD x INT',
    });
    expect(verdict('ALTER TABLE orders ADD z INT', { at: 0, after })).toMatchObject({
      why: expect.stringMatching(/^one has a column z, and the other has not; /),
    });
  });
});

describe('what two tables have in common', () => {
  const orders = madeBy(ORDERS)!;
  test.each([
    [
      'ALTER TABLE orders MODIFY id INT UNSIGNED',
      'column id is int not null in one, and int unsigned not null in the other',
    ],
    [
      'ALTER TABLE orders MODIFY total DECIMAL(10,2)',
      'column total is decimal(9, 2) in one, and decimal(10, 2) in the other',
    ],
    [
      'ALTER TABLE orders MODIFY note VARCHAR(20) NOT NULL',
      'column note is varchar(20) in one, and varchar(20) not null in the other',
    ],
    ["ALTER TABLE orders ADD e ENUM('a','b')", 'one has a column e, and the other has not'],
    ['CREATE UNIQUE INDEX u ON orders (note(4))', 'one has a unique key over note(4), and the other has not'],
  ])('%s', (sql, why) => {
    expect(difference(orders, tableOf(sql).after(orders)!)).toBe(why);
  });

  test('is all that rows need: not the order, not collations, not keys that are not unique', () => {
    const other = madeBy(
      'CREATE TABLE orders (note VARCHAR(20) COLLATE latin1_bin, id INT, total NUMERIC(9,2), PRIMARY KEY (id), KEY k (note))',
    )!;
    expect(difference(orders, other)).toBeNull();
  });
});

describe('the columns of a source that is late', () => {
  const versions = versionsOf(
    'ALTER TABLE orders CHANGE note remark VARCHAR(20)',
    'ALTER TABLE orders DROP total, RENAME COLUMN remark TO Comment',
  );
  test('are written under their later names, or not at all', () => {
    expect(['ID', 'note', 'total'].map((name) => laterName(name, versions, 0))).toEqual(['id', 'Comment', null]);
    expect(['id', 'remark', 'total'].map((name) => laterName(name, versions, 1))).toEqual(['id', 'Comment', null]);
    expect(laterName('Comment', versions, 2)).toBe('Comment');
  });
});

describe('what one source does to all of its rows', () => {
  test.each([
    'DROP TABLE orders',
    'TRUNCATE TABLE orders',
    'RENAME TABLE orders TO old',
    'ALTER TABLE orders RENAME TO old',
    'DROP DATABASE shop',
    'CREATE OR REPLACE TABLE orders (id INT)',
    'CREATE TABLE o LIKE orders',
    'CREATE SEQUENCE shop.orders',
  ])('%s is refused', (sql) => {
    const found = read(sql);
    expect(found).toMatchObject({ kind: 'refused' });
    const tables = found.kind === 'refused' ? found.tables.map(({ schema, name }) => `${schema}.${name}`) : [];
    expect(tables[0]).toMatch(/^shop\.(o|orders|\*)$/);
  });

  test('statements about no table are of no concern', () => {
    expect(read('CREATE VIEW v AS SELECT 1')).toEqual({ kind: 'unconcerned' });
    expect(read('CREATE DATABASE shop')).toEqual({ kind: 'unconcerned' });
  });

  test('a statement that is not understood is said so', () => {
    expect(() => read('FLY TO THE MOON')).toThrow(expect.objectContaining({ code: 'DDL_UNKNOWN' }));
    expect(() => tableOf('ALTER TABLE orders DROP gone').after(madeBy(ORDERS))).toThrow('no column gone');
  });
});

import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../../src/core/dialect.js';
import { withTableNames } from '../../../src/sql/ddl/table-names.js';

const dialect: Dialect = {
  flavour: 'mysql',
  version: 90_700,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
};
const routed = (sql: string, facts: Partial<Dialect> = {}): string =>
  withTableNames(sql, { ...dialect, ...facts }, ({ schema, name }) => ({
    schema: schema ?? 'own',
    name: `${name}_all`,
  }));

describe('statements with other names of tables', () => {
  test.each([
    ['CREATE TABLE orders (id INT)', 'CREATE TABLE `own`.`orders_all` (id INT)'],
    [
      'create table if not exists `shop`.`or``ders`(id INT)',
      'create table if not exists `shop`.`or``ders_all`(id INT)',
    ],
    [
      'ALTER TABLE /* now */ shop . orders /* ! */ ADD x INT',
      'ALTER TABLE /* now */ `shop`.`orders_all` /* ! */ ADD x INT',
    ],
    [
      "CREATE TABLE o (c INT COMMENT 'TABLE x', FOREIGN KEY (c) REFERENCES customers (id))",
      "CREATE TABLE `own`.`o_all` (c INT COMMENT 'TABLE x', FOREIGN KEY (c) REFERENCES `own`.`customers_all` (id))",
    ],
    ['CREATE UNIQUE INDEX i ON shop.o (a, b)', 'CREATE UNIQUE INDEX i ON `shop`.`o_all` (a, b)'],
    ['DROP INDEX `on` ON o', 'DROP INDEX `on` ON `own`.`o_all`'],
    ['ALTER TABLE o ADD INDEX i (a)', 'ALTER TABLE `own`.`o_all` ADD INDEX i (a)'],
    ['ALTER TABLE o DROP INDEX i', 'ALTER TABLE `own`.`o_all` DROP INDEX i'],
    [
      'ALTER TABLE o ADD t TIMESTAMP ON UPDATE CURRENT_TIMESTAMP',
      'ALTER TABLE `own`.`o_all` ADD t TIMESTAMP ON UPDATE CURRENT_TIMESTAMP',
    ],
  ])('%s', (sql, expected) => {
    expect(routed(sql)).toBe(expected);
  });

  test('in double quotes where those are names', () => {
    expect(routed('ALTER TABLE "a""b" ADD x INT', { ansiQuotes: true })).toBe('ALTER TABLE `own`.`a"b_all` ADD x INT');
  });
});

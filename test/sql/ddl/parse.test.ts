/** What statements do to columns; what they mean to a real server is tried in test/schema/ddl.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../../src/core/dialect.js';
import { parseDdl } from '../../../src/sql/ddl/parse.js';

const mysql: Dialect = {
  flavour: 'mysql',
  version: 90_700,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
};

const parse = (sql: string) => parseDdl(sql, mysql);

it('a table with its columns and keys', () => {
  const sql = `CREATE TABLE IF NOT EXISTS shop.\`o\`\`1\` (id SERIAL, price DEC(9,2) UNSIGNED NOT NULL DEFAULT '0' COMMENT 'a, b)',
    k ENUM('a','b,)') CHARACTER SET latin1 COLLATE latin1_bin, CONSTRAINT c FOREIGN KEY (id) REFERENCES other (id) ON DELETE SET NULL,
    v INT AS (id + 1) STORED INVISIBLE, UNIQUE KEY u (price, k(3)), CHECK (price > 0)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
    PARTITION BY HASH (id) PARTITIONS 4`;
  expect(parse(sql)).toMatchObject({
    kind: 'create-table',
    table: { schema: 'shop', name: 'o`1' },
    creation: 'if-not-exists',
    charset: [{ what: 'charset', name: 'utf8mb4' }],
    columns: [
      { name: 'id', type: { name: 'bigint', unsigned: true }, nullable: false, unique: true },
      { name: 'price', type: { name: 'decimal', length: 9, scale: 2, unsigned: true }, nullable: false },
      { name: 'k', type: { name: 'enum', labels: ['a', 'b,)'], charset: 'latin1' }, collation: 'latin1_bin' },
      { name: 'v', type: { name: 'int' }, generated: 'stored', visible: false },
    ],
    keys: [
      {
        name: 'u',
        kind: 'unique',
        parts: [
          { column: 'price', prefix: null },
          { column: 'k', prefix: 3 },
        ],
      },
    ],
  });
});

it('several changes of one table', () => {
  const sql = `ALTER TABLE t ADD (a INT, b INT), ADD c INT FIRST, CHANGE d \`e f\` VARCHAR(9) AFTER a, MODIFY g TEXT, DROP h,
    RENAME COLUMN i TO j, DROP PRIMARY KEY, ADD PRIMARY KEY (a), ALTER k SET INVISIBLE, ALTER l SET DEFAULT 3, ENGINE=InnoDB,
    CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, RENAME TO shop.u, ALGORITHM=INPLACE, LOCK NONE`;
  const ddl = parse(sql);
  expect(ddl.kind === 'alter-table' && ddl.actions.map((action) => action.do)).toEqual([
    ...['add-column', 'add-column', 'add-column', 'change-column', 'change-column', 'drop-column', 'rename-column'],
    ...['drop-key', 'add-key', 'show-column', 'convert-charset', 'rename-table'],
  ]);
});

it.each([
  'ALTER TABLE t ADD PARTITION (PARTITION p1 VALUES LESS THAN (10), PARTITION p2 VALUES LESS THAN MAXVALUE)',
  'ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u WITHOUT VALIDATION',
  'ALTER TABLE t DROP PARTITION a, b',
  'ALTER TABLE t REMOVE PARTITIONING',
  'ALTER TABLE t ORDER BY a, b DESC',
  'ALTER TABLE t AUTO_INCREMENT 5, COMMENT "x"',
  'ALTER TABLE t DROP FOREIGN KEY f, DROP CHECK c, ADD CONSTRAINT FOREIGN KEY (a, b) REFERENCES u (a, b)',
  'ALTER TABLE t DISABLE KEYS',
])('touches no column: %s', (sql) => {
  expect(parse(sql)).toMatchObject({ kind: 'alter-table', actions: [] });
});

it('MariaDB may set variables for one statement', () => {
  const sql = "SET STATEMENT sql_mode = 'A FOR B', max_statement_time = (1) FOR ALTER TABLE t DROP a";
  expect(parse(sql)).toEqual(parse('ALTER TABLE t DROP a'));
});

it.each([
  'CREATE DEFINER=`root`@`%` TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN CREATE TABLE u (a INT); END',
  'CREATE ALGORITHM=UNDEFINED VIEW v AS SELECT 1',
  'CREATE TEMPORARY TABLE t (a INT)',
  "CREATE USER x IDENTIFIED BY 'ALTER TABLE t'",
  'CREATE OR REPLACE SPATIAL REFERENCE SYSTEM 4120',
  'TRUNCATE TABLE t',
  'GRANT ALL ON *.* TO x',
  'DROP VIEW v',
  'RENAME USER a TO b',
  '/* nothing */',
])('is not about columns: %s', (sql) => {
  expect(parse(sql)).toEqual({ kind: 'unconcerned' });
});

describe('what may change columns in a way that is not known stops by name', () => {
  it.each([
    ['CREATE TABLE t AS SELECT 1', 'its columns come from a query'],
    ['CREATE TABLE t (a INT) SELECT 1', 'its columns come from a query, at its character 24'],
    ['CREATE TABLE t (a NEWTYPE)', 'the type NEWTYPE is not known, at its character 19'],
    ['ALTER TABLE t FROB COLUMN a', 'this action is not known, at its character 15'],
    ['ALTER TABLE t ADD a INT WOBBLY', 'this action is not known'],
    ['FROB TABLE t', 'this kind of statement is not known, at its character 1'],
    ['CREATE FROB t', 'what this statement is about is not known'],
    ["IMPORT TABLE FROM 'x.sdi'", 'this kind of statement is not known'],
  ])('%s', (sql, why) => {
    expect(() => parse(sql)).toThrow(
      expect.objectContaining({ code: 'DDL_UNKNOWN', message: expect.stringContaining(why) }),
    );
  });
});

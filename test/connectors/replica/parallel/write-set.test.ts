import { expect, test } from 'vitest';
import { FOLDS_ASCII } from '../../../../connectors/replica/parallel/comparison.js';
import { Dependencies } from '../../../../connectors/replica/parallel/dependencies.js';
import { readTarget } from '../../../../connectors/replica/parallel/read-target.js';
import { TargetTables } from '../../../../connectors/replica/parallel/target-table.js';
import { WriteSet } from '../../../../connectors/replica/parallel/write-set.js';
import { Random, seed } from '../../../roundtrip/random.js';
import type { DatabaseAddress } from '../../../servers/database.js';
import { needs, sharedMariadb, sharedMysql } from '../../../servers/suite.js';
import { logged, withSession } from './source.js';

const SERVERS = [
  { name: 'MySQL 9.7', need: 'mysql', shared: () => sharedMysql('9.7') },
  { name: 'MariaDB 11.8', need: 'mariadb', shared: () => sharedMariadb('11.8') },
] as const;

for (const { name, need, shared } of SERVERS) {
  needs(need).describe(`write sets of ${name}`, () => {
    test('find each pair of values that the server takes for equal', async () => {
      const server = await shared();
      const { equal, conflicts } = await valuesOf(server, 'writeset_values');
      const missed = equal.filter((pair) => !conflicts(pair));
      expect(equal.length).toBeGreaterThan(100);
      expect(missed).toEqual([]);
    });

    test('tell integers and texts of ASCII apart', async () => {
      const server = await shared();
      const { equal, conflicts } = await valuesOf(server, 'writeset_apart');
      const named = ({ left, right, column }: Pair): string => `${column} ${left} ${right}`;
      const isEqual = new Set(equal.map(named));
      const others = ['c_int', 'c_ascii'].flatMap(pairsOf).filter((pair) => !isEqual.has(named(pair)));
      const taken = others.filter(conflicts);
      expect(taken).toEqual([]);
    });

    test('go by collations whose texts of ASCII differ in no more than case and spaces', async () => {
      const server = await shared();
      const wrong = await withSession(server, async (session) => {
        const collations = await session.query<[string, string]>(
          need === 'mysql'
            ? 'SELECT COLLATION_NAME, CHARACTER_SET_NAME FROM INFORMATION_SCHEMA.COLLATIONS'
            : 'SELECT FULL_COLLATION_NAME, CHARACTER_SET_NAME FROM INFORMATION_SCHEMA.COLLATION_CHARACTER_SET_APPLICABILITY',
        );
        const folding = collations.filter(([collation]) => FOLDS_ASCII.test(collation.replace(/^utf8_/, 'utf8mb3_')));
        expect(folding.length).toBeGreaterThan(10);
        const folded = (alias: string) => `CONVERT(LOWER(RTRIM(${alias}.c)) USING utf8mb4) COLLATE utf8mb4_bin`;
        const found: string[] = [];
        for (const [collation, charset] of folding) {
          const side = (alias: string) => `CONVERT(${alias}.c USING ${charset}) COLLATE ${collation}`;
          const rows = await session.query<[string, string]>(
            `WITH RECURSIVE n (n) AS (SELECT 32 UNION ALL SELECT n + 1 FROM n WHERE n < 126),
                  one AS (SELECT CHAR(n USING ascii) AS c FROM n),
                  s AS (SELECT c FROM one UNION ALL SELECT '' UNION ALL SELECT CONCAT(c, 'x') FROM one)
             SELECT a.c, b.c FROM s a JOIN s b ON ${side('a')} = ${side('b')}
              WHERE ${folded('a')} <> ${folded('b')} LIMIT 3`,
          );
          found.push(...rows.map(([left, right]) => `${collation}: '${left}' = '${right}'`));
        }
        return found;
      });
      expect(wrong).toEqual([]);
    });
  });
}

needs('mysql').describe('what a transaction waits for', () => {
  test('are the last ones that had its key values, and parents of its rows', async () => {
    const found = await waitsOf(
      'writeset_keys',
      [
        'CREATE TABLE parent (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE, note VARCHAR(20))',
        'CREATE TABLE child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id))',
        'CREATE TABLE keyless (a INT)',
      ],
      [
        ['INSERT INTO parent VALUES (1, "one", ""), (2, "two", "")', 0],
        ['INSERT INTO parent VALUES (3, "three", "")', 0],
        // Two children of one parent do not wait for each other.
        ['INSERT INTO child VALUES (10, 1)', 1],
        ['INSERT INTO child VALUES (11, 1)', 1],
        // It lets go of a name, which the next one takes.
        ['UPDATE parent SET name = "drei" WHERE id = 3', 2],
        ['INSERT INTO parent VALUES (4, "THREE", "")', 5],
        ['UPDATE child SET parent = 4 WHERE id = 10', 6],
        // Nobody leans on it any more once all children have gone.
        ['DELETE FROM child WHERE id = 11', 4],
        ['DELETE FROM parent WHERE id = 1', 8],
        ['INSERT INTO child VALUES (12, NULL)', 0],
        // Rows that nothing tells apart come one after the other.
        ['INSERT INTO keyless VALUES (1)', 0],
        ['INSERT INTO keyless VALUES (2)', 11],
        // A name that no hash can be made of may be any other one.
        ['INSERT INTO parent VALUES (5, "fünf", "")', 9],
        ['INSERT INTO parent VALUES (6, "six", "")', 13],
      ],
    );
    expect(found.found).toEqual(found.wanted);
  });

  test('are all changes of the children where deleting a parent changes them', async () => {
    const found = await waitsOf(
      'writeset_cascade',
      [
        'CREATE TABLE parent (id INT PRIMARY KEY)',
        'CREATE TABLE child (id INT PRIMARY KEY, name VARCHAR(20) UNIQUE, parent INT, FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE)',
      ],
      [
        ['INSERT INTO parent VALUES (1), (2)', 0],
        ['INSERT INTO child VALUES (10, "x", 1)', 1],
        ['DELETE FROM parent WHERE id = 1', 2],
        ['INSERT INTO child VALUES (11, "x", 2)', 3],
      ],
    );
    expect(found.found).toEqual(found.wanted);
  });

  test('are nothing but the row where only what was changed is logged', async () => {
    const found = await waitsOf(
      'writeset_minimal',
      ['CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20) UNIQUE, n INT)', 'SET SESSION binlog_row_image = MINIMAL'],
      [
        ['INSERT INTO t VALUES (1, "a", 1)', 0],
        ['INSERT INTO t VALUES (2, "b", 1)', 0],
        ['UPDATE t SET n = 2 WHERE id = 1', 1],
        // Which name it had is not logged.
        ['DELETE FROM t WHERE id = 1', 3],
        ['INSERT INTO t VALUES (3, "a", 1)', 4],
        ['UPDATE t SET name = "c" WHERE id = 2', 5],
      ],
    );
    expect(found.found).toEqual(found.wanted);
  });

  test('is everything before it in tables whose rows cannot be taken back', async () => {
    const found = await waitsOf(
      'writeset_engines',
      ['CREATE TABLE t (id INT PRIMARY KEY)', 'CREATE TABLE m (id INT PRIMARY KEY) ENGINE = MyISAM'],
      [
        ['INSERT INTO t VALUES (1)', 0],
        ['INSERT INTO m VALUES (1)', 1],
        ['INSERT INTO t VALUES (2)', 2],
      ],
    );
    expect(found.found).toEqual(found.wanted);
  });

  test('is everything before it for statements, and they are waited for by all behind', async () => {
    const found = await waitsOf(
      'writeset_statements',
      ['CREATE TABLE t (id INT PRIMARY KEY)'],
      [
        ['INSERT INTO t VALUES (1)', 0],
        ['ALTER TABLE t ADD n INT', 1],
        ['INSERT INTO t VALUES (2, 0)', 2],
      ],
    );
    expect(found.found).toEqual(found.wanted);
  });
});

/** Runs statements, each a transaction, and says which earlier one each waits for by the keys of its rows. */
async function waitsOf(schema: string, setup: readonly string[], steps: readonly (readonly [string, number])[]) {
  const server = await sharedMysql('9.7');
  const prepare = [`DROP DATABASE IF EXISTS ${schema}`, `CREATE DATABASE ${schema}`, `USE ${schema}`, ...setup];
  const all = await logged(server, async (connection) => {
    for (const sql of [...prepare, ...steps.map(([sql]) => sql)]) await connection.query(sql);
  });
  const own = all.slice(-steps.length);
  const tables = await withSession(server, readTarget);
  const dependencies = new Dependencies({
    writeSet: new WriteSet(tables),
    trustsSource: false,
    target: ({ table }) => table,
  });
  const found = own.map((transaction) => dependencies.next(transaction).after);
  return { found, wanted: steps.map(([, after]) => after), statements: steps.map(([sql]) => sql) };
}

const COLUMNS: Readonly<Record<string, string>> = {
  c_int: 'INT NOT NULL',
  c_unsigned: 'BIGINT UNSIGNED NOT NULL',
  c_decimal: 'DECIMAL(9,3) NOT NULL',
  c_float: 'FLOAT NOT NULL',
  c_double: 'DOUBLE NOT NULL',
  c_date: 'DATE NOT NULL',
  c_datetime: 'DATETIME(3) NOT NULL',
  c_time: 'TIME(2) NOT NULL',
  c_bit: 'BIT(10) NOT NULL',
  c_enum: "ENUM('a','b','c') NOT NULL",
  c_ascii: 'VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL',
  c_latin: 'VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL',
  c_general: 'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL',
  c_unicode: 'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL',
  c_bin: 'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL',
  c_char: 'CHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL',
  c_utf16: 'VARCHAR(20) CHARACTER SET utf16 COLLATE utf16_general_ci NOT NULL',
  c_latvian: 'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_lithuanian_ci NOT NULL',
  c_binary: 'BINARY(6) NOT NULL',
  c_varbinary: 'VARBINARY(6) NOT NULL',
  c_text: 'TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL',
};

const TEXTS = [
  'a',
  'A',
  'a ',
  ' a',
  'ab',
  'aB',
  'AB ',
  'ß',
  'ss',
  'SS',
  'ä',
  'a\u0001',
  'i',
  'y',
  'j',
  'v',
  'w',
  '',
  '-a',
  'ぁ',
  'あ',
  'é',
  'e',
];
const ASCII = TEXTS.filter((text) => /^[ -~]*$/.test(text));
const NUMBERS = ['0', '-0', '1', '-1', '1.5', '1.50', '100', '255', '256', '1e3', '1000'];

const ROWS = 40;

/** Two rows by their ids, and a column in which they are looked at. */
interface Pair {
  readonly left: number;
  readonly right: number;
  readonly column: string;
}

/** Random values of many types, and which of them the server takes for equal, column by column. */
async function valuesOf(server: DatabaseAddress, schema: string) {
  const random = new Random(seed);
  const value = (column: string): string => {
    if (column === 'c_ascii') return quoted(random.pick(ASCII));
    if (/text|char|latin|latvian|general|unicode|bin$|utf16|binary/.test(column)) return quoted(random.pick(TEXTS));
    if (/date/.test(column)) return `'2026-01-0${random.int(1, 4)} 10:00:00.${random.int(0, 1)}00'`;
    if (column === 'c_time') return `'10:00:0${random.int(0, 3)}.5'`;
    if (column === 'c_enum') return String(random.int(1, 3));
    if (column === 'c_bit' || column === 'c_unsigned') return String(random.int(0, 300));
    return random.pick(NUMBERS);
  };
  const transactions = await logged(server, async (connection) => {
    await connection.query(`DROP DATABASE IF EXISTS ${schema}; CREATE DATABASE ${schema}; USE ${schema}`);
    const definitions = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);
    await connection.query(`CREATE TABLE v (id INT PRIMARY KEY, ${definitions.join(', ')})`);
    for (let id = 0; id < ROWS; id++) {
      await connection.query(`INSERT INTO v VALUES (${[id, ...Object.keys(COLUMNS).map(value)].join(', ')})`);
    }
  });
  const rows = transactions.slice(-ROWS);
  const equal = await withSession(server, async (session) => {
    const found: Pair[] = [];
    for (const column of Object.keys(COLUMNS)) {
      const same = await session.query<[number, number]>(
        `SELECT a.id, b.id FROM ${schema}.v a JOIN ${schema}.v b ON a.id < b.id AND a.${column} = b.${column}`,
      );
      found.push(...same.map(([left, right]) => ({ left: Number(left), right: Number(right), column })));
    }
    return found;
  });
  const target = (await withSession(server, readTarget)).find(schema, 'v')!;
  /** As if each column were the table's one key. */
  const writeSets = new Map(
    Object.keys(COLUMNS).map((column) => {
      const keys = [{ name: column, parts: [{ column, prefix: null }] }];
      return [column, new WriteSet(new TargetTables([{ ...target, keys }]))];
    }),
  );
  let unit = 0;
  /** Whether the second row waits for the first one. */
  const conflicts = ({ left, right, column }: Pair): boolean => {
    const writeSet = writeSets.get(column)!;
    for (const row of [left, right]) {
      writeSet.begin(++unit);
      for (const entry of rows[row]!.entries) if (entry.kind === 'rows') writeSet.add(entry, entry.table);
    }
    return writeSet.end() === unit - 1;
  };
  return { equal, conflicts };
}

function quoted(text: string): string {
  return `'${text}'`;
}

function pairsOf(column: string): Pair[] {
  return Array.from({ length: ROWS }, (_, left) =>
    Array.from({ length: ROWS - left - 1 }, (_, i) => ({ left, right: left + 1 + i, column })),
  ).flat();
}

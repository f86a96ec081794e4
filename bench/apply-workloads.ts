import { Random } from '../test/roundtrip/random.js';

/** What a source is filled with. Statements say the same wherever they run: a target gets its first rows by them, too. */
export interface ApplyWorkload {
  readonly name: string;
  readonly what: string;
  /** Whether its transactions are of one or two rows. */
  readonly isSmall: boolean;
  /** The table and the rows that are there before. */
  readonly prepare: readonly string[];
  /** The statements of each transaction. */
  readonly transactions: readonly (readonly string[])[];
}

const SEED = 20_261_121;

/** `share` of the transactions: of all of them, 5 runs of each contestant take less than 20 minutes on a quiet machine. */
export function applyWorkloads(share: number): ApplyWorkload[] {
  return [oltp(6000 * share), wide(250 * share), inserts(200 * share), hot(6000 * share)];
}

function oltp(count: number): ApplyWorkload {
  const random = new Random(SEED);
  const rows = 50_000;
  const change = (i: number): string => {
    const kind = random.int(1, 10);
    if (kind <= 7) {
      const id = random.int(1, rows);
      return `UPDATE bench.t SET balance = balance + ${random.int(1, 9999)}.25, changed = '2026-11-21 10:00:00.${random.digits(3)}' WHERE id = ${id}`;
    }
    if (kind <= 9) return `INSERT INTO bench.t VALUES (${rows + 1 + i}, 'owner ${random.digits(12)}', 10.5, NOW(3))`;
    return `DELETE FROM bench.t WHERE id = ${random.int(1, rows)}`;
  };
  return {
    name: 'oltp',
    isSmall: true,
    what: 'one row by its primary key in each transaction: updates, some inserts, some deletes',
    prepare: [
      'CREATE TABLE bench.t (id INT PRIMARY KEY, owner VARCHAR(40) NOT NULL, balance DECIMAL(12,2) NOT NULL, changed DATETIME(3) NOT NULL, KEY (owner))',
      `INSERT INTO bench.t WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${rows})
       SELECT n, CONCAT('owner ', LEFT(SHA2(n, 224), 32)), n / 4, '2026-01-01' FROM n`,
    ],
    transactions: Array.from({ length: count }, (_, i) => [change(i)]),
  };
}

function wide(count: number): ApplyWorkload {
  const random = new Random(SEED);
  const rows = 20_000;
  const range = 200;
  const columns = Array.from({ length: 8 }, (_, i) => [
    `i${i} INT`,
    `v${i} VARCHAR(80)`,
    `d${i} DECIMAL(14,4)`,
    `t${i} DATETIME(6)`,
  ]);
  const values = Array.from({ length: 8 }, (_, i) => [
    `n + ${i}`,
    `CONCAT(LEFT(SHA2(n + ${i}, 224), 32), LEFT(SHA2(${i}, 224), 32))`,
    `n * ${i} / 8`,
    `'2026-01-01'`,
  ]);
  return {
    name: 'wide',
    isSmall: false,
    what: `updates of ${range} rows of 33 columns, some 1 KB with both images each, in each transaction`,
    prepare: [
      `CREATE TABLE bench.t (id INT PRIMARY KEY, ${columns.flat().join(', ')})`,
      `INSERT INTO bench.t WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${rows})
       SELECT n, ${values.flat().join(', ')} FROM n`,
    ],
    transactions: Array.from({ length: count }, (_, i) => {
      const first = random.int(1, rows - range);
      return [
        `UPDATE bench.t SET i1 = i1 + 1, v2 = CONCAT('changed ${i} ', id), d3 = d3 + 0.25, t4 = '2026-11-21 10:00:00' WHERE id BETWEEN ${first} AND ${first + range - 1}`,
      ];
    }),
  };
}

function inserts(count: number): ApplyWorkload {
  const rows = 1000;
  return {
    name: 'inserts',
    isSmall: false,
    what: `${rows} rows in each transaction, by one statement`,
    prepare: [
      'CREATE TABLE bench.t (id BIGINT PRIMARY KEY, customer INT NOT NULL, name VARCHAR(64) NOT NULL, note VARCHAR(255), amount DECIMAL(12,2) NOT NULL, placed DATETIME(3) NOT NULL, KEY (customer))',
    ],
    transactions: Array.from({ length: count }, (_, i) => [
      `INSERT INTO bench.t WITH RECURSIVE n (n) AS (SELECT ${i * rows + 1} UNION ALL SELECT n + 1 FROM n WHERE n < ${(i + 1) * rows})
       SELECT n, n * 7919 % 1000000, CONCAT('John Smith ', LEFT(SHA2(n, 224), 8)), CONCAT('leave at the door no. ', n), n % 100000 / 4, '2026-01-01' FROM n`,
    ]),
  };
}

function hot(count: number): ApplyWorkload {
  const random = new Random(SEED);
  const rows = 50;
  return {
    name: 'hot',
    isSmall: true,
    what: `two of the ${rows} rows of one table in each transaction`,
    prepare: [
      'CREATE TABLE bench.t (id INT PRIMARY KEY, hits BIGINT NOT NULL, last VARCHAR(40) NOT NULL)',
      `INSERT INTO bench.t WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${rows}) SELECT n, 0, '' FROM n`,
    ],
    transactions: Array.from({ length: count }, (_, i) => {
      const first = random.int(1, rows - 1);
      return [first, random.int(first + 1, rows)].map(
        (id) => `UPDATE bench.t SET hits = hits + 1, last = 'transaction ${i}' WHERE id = ${id}`,
      );
    }),
  };
}

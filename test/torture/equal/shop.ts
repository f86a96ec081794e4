/** Small transactions of several clients on tables that depend on each other, and statements about those tables. */
import mysql from 'mysql2/promise';
import { Random } from '../random.js';

export interface Client {
  readonly url: string;
  readonly schema: string;
  /** From 0; the first one also changes the tables. */
  readonly number: number;
  readonly seed: string;
  /** Asked before each transaction; false: it is enough. */
  readonly more: () => boolean;
}

const CUSTOMERS = 300;
const ORDERS_PER_CLIENT = 1_000_000_000;
const BULK_ROWS = 1000;

/** Names of columns and their collations are given, since servers differ in what they would choose. */
export function shopTables(schema: string): string[] {
  return [
    `CREATE DATABASE ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`,
    `CREATE TABLE ${schema}.customer (id INT PRIMARY KEY, email VARCHAR(60) NOT NULL UNIQUE, name VARCHAR(60),
      balance DECIMAL(12,2) NOT NULL DEFAULT 0, seen TIMESTAMP(6) NULL, referrer INT NULL,
      FOREIGN KEY (referrer) REFERENCES ${schema}.customer (id) ON DELETE SET NULL)`,
    `CREATE TABLE ${schema}.orders (id BIGINT PRIMARY KEY, customer INT NOT NULL, state ENUM('new', 'paid', 'sent'),
      total DECIMAL(12,2), FOREIGN KEY (customer) REFERENCES ${schema}.customer (id) ON DELETE CASCADE)`,
    `CREATE TABLE ${schema}.line (orders BIGINT, n SMALLINT, item VARCHAR(40), amount INT, PRIMARY KEY (orders, n),
      FOREIGN KEY (orders) REFERENCES ${schema}.orders (id) ON DELETE CASCADE ON UPDATE CASCADE)`,
    `CREATE TABLE ${schema}.journal (at DATETIME(6) NOT NULL, what VARCHAR(100), value DOUBLE)`,
    `CREATE TABLE ${schema}.bulk (id INT PRIMARY KEY, v VARCHAR(200) NOT NULL)`,
  ];
}

/** Writes until it is enough. What the server refuses, for a key or a lock, is taken back and left. */
export async function shop({ url, schema, number, seed, more }: Client): Promise<void> {
  const random = new Random(seed, schema, number);
  const connection = await mysql.createConnection({ uri: url, database: schema, multipleStatements: true });
  try {
    await connection.query('SET innodb_lock_wait_timeout = 2, lock_wait_timeout = 2');
    for (let serial = 1; more(); serial++) {
      const statements =
        number === 0 && random.chance(0.01) ? aboutTables(random, serial) : transaction(random, { number, serial });
      await attempt(connection, statements);
    }
  } finally {
    await connection.end();
  }
}

async function attempt(connection: mysql.Connection, statements: readonly string[]): Promise<void> {
  try {
    await connection.query(statements.join('; '));
  } catch (error) {
    if (!(error instanceof Error) || !('errno' in error) || ('fatal' in error && error.fatal === true)) throw error;
    const [begin = ''] = statements;
    const xid = /^XA START (.*)$/.exec(begin)?.[1];
    const undo = xid === undefined ? ['ROLLBACK'] : [`XA END ${xid}`, `XA ROLLBACK ${xid}`];
    // Which of these it takes depends on how far it got.
    for (const sql of undo) await connection.query(sql).catch(() => undefined);
  }
}

function transaction(random: Random, client: { number: number; serial: number }): string[] {
  const changes = Array.from({ length: random.between(1, 3) }, () => change(random, client)).flat();
  const kind = random.fraction();
  if (kind < 0.3) return changes.slice(0, 1);
  if (kind < 0.32) {
    const xid = `'${client.number}','${client.serial}'`;
    const end = random.chance(0.2) ? 'ROLLBACK' : 'COMMIT';
    return [`XA START ${xid}`, ...changes, `XA END ${xid}`, `XA PREPARE ${xid}`, `XA ${end} ${xid}`];
  }
  if (kind < 0.4) {
    const [kept, undone] = [changes, change(random, client)];
    return ['BEGIN', ...kept, 'SAVEPOINT s', ...undone, 'ROLLBACK TO SAVEPOINT s', ...change(random, client), 'COMMIT'];
  }
  if (kind < 0.401) return ['BEGIN', ...bulk(random), 'COMMIT'];
  return ['BEGIN', ...changes, random.chance(0.05) ? 'ROLLBACK' : 'COMMIT'];
}

function change(random: Random, { number, serial }: { number: number; serial: number }): string[] {
  const id = (): number => random.between(1, CUSTOMERS);
  const own = number * ORDERS_PER_CLIENT + serial * 10 + random.between(0, 9);
  const earlier = number * ORDERS_PER_CLIENT + random.between(Math.max(1, serial - 200), serial) * 10;
  const name = `'${random.oneOf(['anna', 'Berta', 'Cäsar', '日本', '😀', "O''Neil"])}${random.between(0, 999)}'`;
  const seen = `'2026-0${random.between(1, 9)}-1${random.between(0, 9)} 10:15:00.${random.between(100_000, 999_999)}'`;
  const lines = Array.from(
    { length: random.between(1, 4) },
    (_, n) => `(${own}, ${n}, ${name}, ${random.between(1, 9)})`,
  );
  return random.oneOf([
    [
      `INSERT INTO customer (id, email, name) VALUES (${id()}, 'mail${id()}', ${name})
        ON DUPLICATE KEY UPDATE name = ${name}, balance = customer.balance + 1`,
    ],
    [`INSERT IGNORE INTO customer (id, email, referrer) VALUES (${id()}, 'mail${id()}', ${id()})`],
    [
      `INSERT INTO orders (id, customer, state, total) VALUES (${own}, ${id()}, 'new', ${random.between(0, 99_999)} / 7)`,
      `INSERT INTO line VALUES ${lines.join(', ')}`,
    ],
    [`UPDATE orders SET state = 'paid', total = total + 1 WHERE id BETWEEN ${earlier} AND ${earlier + 15}`],
    [`UPDATE orders SET id = id + 5 WHERE id = ${earlier}`],
    [`UPDATE customer SET seen = ${seen} WHERE id BETWEEN ${id()} AND ${id()} LIMIT 5`],
    [`DELETE FROM orders WHERE id BETWEEN ${earlier} AND ${earlier + 15}`],
    [`DELETE FROM customer WHERE id = ${id()}`],
    // Not of rows that others lean on: MySQL 9.7 keeps those others, and its own replicas remove them.
    [`REPLACE INTO line VALUES (${earlier}, 0, ${name}, 0)`],
    [`INSERT INTO journal VALUES (${seen}, ${name}, ${random.between(-9999, 9999)} / 3), (${seen}, NULL, 1e-5)`],
    random.chance(0.1) ? ['DELETE FROM journal LIMIT 2'] : [`INSERT INTO journal VALUES (${seen}, ${name}, NULL)`],
  ]);
}

function bulk(random: Random): string[] {
  const first = random.between(0, 3) * BULK_ROWS;
  const others = `id BETWEEN ${first + 1} AND ${first + BULK_ROWS}`;
  return [
    `DELETE FROM bulk WHERE ${others}`,
    `INSERT INTO bulk (id, v) WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${BULK_ROWS})
      SELECT ${first} + n, REPEAT('large ', n % 33) FROM s`,
    `UPDATE bulk SET v = CONCAT('x', LEFT(v, 180)) WHERE ${others}`,
    `UPDATE bulk SET v = '${random.between(0, 9)}' WHERE id % 5 = 1`,
  ];
}

function aboutTables(random: Random, serial: number): string[] {
  return random.oneOf([
    [`ALTER TABLE customer ADD COLUMN note_${serial} VARCHAR(20) DEFAULT 'none' AFTER email`],
    [`ALTER TABLE orders ADD COLUMN weight_${serial} INT`, `ALTER TABLE orders DROP COLUMN weight_${serial}`],
    [`ALTER TABLE line MODIFY item VARCHAR(${random.between(40, 60)})`],
    [
      `CREATE TABLE made_${serial} (id INT PRIMARY KEY, v TEXT)`,
      `INSERT INTO made_${serial} VALUES (1, 'ü'), (2, NULL)`,
    ],
    ['TRUNCATE TABLE journal'],
    ['CREATE INDEX by_total ON orders (total)', 'DROP INDEX by_total ON orders'],
    [`CREATE TABLE old_${serial} (id INT)`, `RENAME TABLE old_${serial} TO new_${serial}`, `DROP TABLE new_${serial}`],
  ]);
}

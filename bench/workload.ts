import { cp, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { cached } from '../test/servers/cache.js';
import { DatabaseServer, type Installation } from '../test/servers/database.js';
import { installMariadb } from '../test/servers/mariadb.js';
import { installMysql } from '../test/servers/mysql.js';

/** What the rows of a workload look like, as SQL. */
export interface Shape {
  readonly name: string;
  readonly server: 'mysql' | 'mariadb';
  /** How many of the rows that a benchmark is told to read: rows of some shapes are large. */
  readonly rowsShare: number;
  /** Of the server, beside those of every benchmark. */
  readonly options?: readonly string[];
  readonly create: string;
  /** Inserts a row for each `n` of `numbers`, 1 to 1,000; `@base + n` is its key. */
  readonly insert: string;
  /** Changes the rows with keys between two placeholders. */
  readonly update: string;
}

/** One binlog of a real server: five transactions of inserts, then one of updates, and so on, 1,000 rows in each. */
export interface Workload {
  readonly file: string;
  readonly rows: number;
  readonly images: number;
  readonly bytes: number;
}

export const TRANSACTION_ROWS = 1000;
const INSERTS_PER_UPDATE = 5;
const ROUND_ROWS = (INSERTS_PER_UPDATE + 1) * TRANSACTION_ROWS;

const OPTIONS = [
  '--binlog-row-metadata=FULL',
  '--sync-binlog=0',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=OFF',
];
const MYSQL_OPTIONS = [...OPTIONS, '--gtid-mode=ON', '--enforce-gtid-consistency=ON'];

export interface WorkloadServer extends Workload {
  readonly server: DatabaseServer;
  /** Of the binlog. */
  readonly path: string;
}

/** A server whose log holds the workload. The first time it is loaded; then its data folder comes from the cache. */
export async function startWorkload(rowsWanted: number, shape: Shape = ORDERS): Promise<WorkloadServer> {
  const rounds = Math.max(1, Math.round((rowsWanted * shape.rowsShare) / ROUND_ROWS));
  const { installation, options } = await install(shape);
  const name = `bench-${shape.name}-${installation.version}-${rounds * ROUND_ROWS}`;
  const folder = await cached(name, async (building) => {
    await using server = await DatabaseServer.start(installation, { options });
    const workload = await load(server, shape, rounds);
    await server.stop();
    await cp(server.dataDir, join(building, 'data'), { recursive: true });
    await writeFile(join(building, 'workload.json'), JSON.stringify(workload));
  });
  const workload = JSON.parse(await readFile(join(folder, 'workload.json'), 'utf8')) as Workload;
  const loaded = { ...installation, template: join(folder, 'data') };
  const server = await DatabaseServer.start(loaded, { options });
  return { ...workload, server, path: join(server.binlogDir, workload.file) };
}

async function install({
  server,
  options = [],
}: Shape): Promise<{ installation: Installation; options: readonly string[] }> {
  return server === 'mysql'
    ? { installation: await installMysql('9.7'), options: [...MYSQL_OPTIONS, ...options] }
    : { installation: await installMariadb(), options: [...OPTIONS, ...options] };
}

async function load(server: DatabaseServer, shape: Shape, rounds: number): Promise<Workload> {
  const { host, port, user } = server;
  const connection = await mysql.createConnection({ host, port, user, multipleStatements: true });
  await connection.query(`CREATE DATABASE bench; USE bench; ${shape.create}; ${NUMBERS}`);
  const file = await nextFile(connection);
  for (let round = 0; round < rounds; round++) {
    const first = round * INSERTS_PER_UPDATE * TRANSACTION_ROWS;
    for (let i = 0; i < INSERTS_PER_UPDATE; i++) {
      await connection.query(`SET @base := ?; ${shape.insert}`, [first + i * TRANSACTION_ROWS]);
    }
    await connection.query(shape.update, [first + 1, first + TRANSACTION_ROWS]);
  }
  await nextFile(connection);
  // The log is what counts; without the table the cached folder is a tenth as large.
  await connection.query('DROP DATABASE bench');
  await connection.end();
  const { size } = await stat(join(server.binlogDir, file));
  const rows = rounds * ROUND_ROWS;
  return { file, rows, images: rows + rounds * TRANSACTION_ROWS, bytes: size };
}

async function nextFile(connection: mysql.Connection): Promise<string> {
  await connection.query('FLUSH BINARY LOGS');
  const [files] = await connection.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS');
  return String(files.at(-1)?.Log_name);
}

const NUMBERS = `
  CREATE TABLE numbers (n INT NOT NULL PRIMARY KEY);
  INSERT INTO numbers WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${TRANSACTION_ROWS})
  SELECT n FROM counted`;

/** One row in 16 has a name that is not ASCII, one in 20 no note. */
export const ORDERS: Shape = {
  name: 'mysql',
  server: 'mysql',
  rowsShare: 1,
  create: `CREATE TABLE orders (
    id BIGINT NOT NULL PRIMARY KEY, customer INT NOT NULL, name VARCHAR(64) NOT NULL, note VARCHAR(255),
    amount DECIMAL(12,2) NOT NULL, placed_at DATETIME(3) NOT NULL, detail JSON, state TINYINT NOT NULL
  ) CHARACTER SET utf8mb4`,
  insert: `INSERT INTO orders
  SELECT @base + n, (@base + n) * 7919 % 1000000,
    CONCAT(IF(n % 16 = 0, 'Zoë Müller ', 'John Smith '), LEFT(SHA2(@base + n, 224), 8)),
    IF(n % 20 = 0, NULL, CONCAT('leave at the door no. ', n, ', ring twice ', LEFT(SHA2(n, 224), 12))),
    (@base + n) * 37 % 10000000 / 100,
    '2026-01-01' + INTERVAL (@base + n) * 137000 MICROSECOND,
    JSON_OBJECT('sku', CONCAT('A-', LEFT(SHA2(n, 224), 6)), 'quantity', n % 9 + 1, 'gift', CAST(IF(n % 2, 'true', 'false') AS JSON)),
    n % 5
  FROM numbers`,
  update: `UPDATE orders SET amount = amount + 1.5, state = state + 1, placed_at = placed_at + INTERVAL 1 DAY
    WHERE id BETWEEN ? AND ?`,
};

import { readFileSync } from 'node:fs';
import mysql from 'mysql2/promise';
import type { DatabaseServer } from '../test/servers/database.js';
import { startMysql } from '../test/servers/mysql.js';
import type { ApplyWorkload } from './apply-workloads.js';

const OPTIONS = [
  '--binlog-row-metadata=FULL',
  '--innodb-buffer-pool-size=512M',
  '--innodb-redo-log-capacity=1G',
  '--innodb-doublewrite=ON',
];
/** A source that is filled quickly: only its log counts. */
const SOURCE_OPTIONS = [...OPTIONS, '--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0'];
const TARGET_OPTIONS = [...OPTIONS, '--sync-binlog=1', '--innodb-flush-log-at-trx-commit=1', '--skip-replica-start'];

/** What the sources of all contestants have in their logs. */
export interface Filled {
  readonly server: DatabaseServer;
  /** What was there before the transactions. */
  readonly before: string;
  readonly executed: string;
  readonly checksum: string;
  readonly transactions: number;
}

const CLIENTS = 8;
const SESSION = ['USE bench', 'SET cte_max_recursion_depth = 1000000'];
const CREATE = ['CREATE DATABASE bench', ...SESSION];

export async function fillSource({ prepare, transactions }: ApplyWorkload): Promise<Filled> {
  const server = await startMysql({ options: SOURCE_OPTIONS });
  const connection = await connect(server);
  await run(connection, [...CREATE, ...prepare, 'FLUSH BINARY LOGS']);
  const before = await gtidsOf(connection);
  const left = transactions.values();
  await Promise.all(Array.from({ length: CLIENTS }, () => work(server, left)));
  const filled = { server, before, executed: await gtidsOf(connection), checksum: await checksumOf(connection) };
  await connection.end();
  return { ...filled, transactions: transactions.length };
}

async function work(server: DatabaseServer, left: Iterator<readonly string[]>): Promise<void> {
  const connection = await connect(server);
  await run(connection, SESSION);
  for (let next = left.next(); next.done !== true; next = left.next()) {
    await connection.query(['BEGIN', ...next.value, 'COMMIT'].join(';'));
  }
  await connection.end();
}

export function startTarget(): Promise<DatabaseServer> {
  return startMysql({ options: TARGET_OPTIONS });
}

/** As the source was before the transactions. */
export async function resetTarget(target: DatabaseServer, workload: ApplyWorkload, { before }: Filled): Promise<void> {
  const connection = await connect(target);
  await run(connection, [
    'STOP REPLICA',
    'RESET REPLICA ALL',
    'SET sql_log_bin = 0',
    'DROP DATABASE IF EXISTS bench',
    'DROP DATABASE IF EXISTS rowtide',
    'RESET BINARY LOGS AND GTIDS',
    ...CREATE,
    ...workload.prepare,
    `SET GLOBAL gtid_purged = '${before}'`,
  ]);
  await connection.end();
}

export async function assertEqual(target: DatabaseServer, { checksum }: Filled): Promise<void> {
  const connection = await connect(target);
  const found = await checksumOf(connection);
  await connection.end();
  if (found !== checksum) throw new Error(`the target's rows are not those of the source: ${found}, not ${checksum}`);
}

/** Seconds until the server's own replica has applied all. */
export async function replicate(target: DatabaseServer, filled: Filled, workers: number): Promise<number> {
  const connection = await connect(target);
  const { host, port, user } = filled.server;
  await run(connection, [
    `SET GLOBAL replica_parallel_workers = ${workers}, GLOBAL replica_preserve_commit_order = ON`,
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${host}', SOURCE_PORT = ${port}, SOURCE_USER = '${user}', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1`,
  ]);
  const started = performance.now();
  await run(connection, ['START REPLICA', `SELECT WAIT_FOR_EXECUTED_GTID_SET('${filled.executed}')`]);
  const seconds = (performance.now() - started) / 1000;
  await run(connection, ['STOP REPLICA']);
  await connection.end();
  return seconds;
}

/** User and system time of a server so far. */
export function cpuSecondsOf(server: DatabaseServer): number {
  const stat = readFileSync(`/proc/${server.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
const TICKS_PER_SECOND = 100;

function connect({ host, port, user }: DatabaseServer): Promise<mysql.Connection> {
  return mysql.createConnection({ host, port, user, multipleStatements: true });
}

async function run(connection: mysql.Connection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await connection.query(statement);
}

async function gtidsOf(connection: mysql.Connection): Promise<string> {
  const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT @@GLOBAL.gtid_executed AS executed');
  return String(rows[0]?.executed).replaceAll('\n', '');
}

async function checksumOf(connection: mysql.Connection): Promise<string> {
  const [rows] = await connection.query<mysql.RowDataPacket[]>('CHECKSUM TABLE bench.t');
  return String(rows[0]?.Checksum);
}

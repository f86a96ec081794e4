import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { startKafka } from '../test/servers/kafka.js';
import { type MysqlServer, startMysql } from '../test/servers/mysql.js';
import { printTable, runTask } from './compare.js';
import { HUGE_TABLE, HugeTarget, SERVER_OPTIONS } from './huge-target.js';
import type { HugeOptions, HugeSink } from './ours-huge.js';

const MIB = 2 ** 20;
/** What a process may need beside the packet that it is sent. */
const RSS_BYTES_MAX = 200 * MIB;
/** A quarter of a row is random, in hex, so that it compresses about as other rows do. */
const RANDOM_BYTES = 1000;
const REPEATED_BYTES = 6016;
const ROW_BYTES = 2 * RANDOM_BYTES + REPEATED_BYTES;
/** Rows that one statement inserts. */
const SEED_ROWS = 64;

/** A replica has two bounded packets, and their answers, beside. */
const REPLICA_RSS_BYTES_MAX = 250 * MIB;

interface Case {
  readonly name: string;
  readonly compressed: boolean;
  readonly from: 'file' | 'server';
  readonly sink: HugeSink;
}

const CASES: readonly Case[] = [
  { name: 'file to null', compressed: false, from: 'file', sink: 'null' },
  { name: 'file to JSON lines', compressed: false, from: 'file', sink: 'file' },
  { name: 'live to null', compressed: false, from: 'server', sink: 'null' },
  { name: 'live to Kafka', compressed: false, from: 'server', sink: 'kafka' },
  { name: 'compressed, file to null', compressed: true, from: 'file', sink: 'null' },
  { name: 'compressed, live to Kafka', compressed: true, from: 'server', sink: 'kafka' },
  { name: 'replica, mode binlog', compressed: false, from: 'server', sink: { mode: 'binlog' } },
  { name: 'replica, mode sql', compressed: false, from: 'server', sink: { mode: 'sql' } },
  {
    name: 'replica, mode sql, splitRows 1000',
    compressed: false,
    from: 'server',
    sink: { mode: 'sql', splitRows: 1000 },
  },
];

/** `replica` stands for all of them. */
const isNamed = (name: string, names: readonly string[]): boolean =>
  names.length === 0 || names.includes(name) || names.includes(name.split(',')[0]!);

/** One transaction of so many bytes through whole pipelines: does their memory stay bounded? Sets the exit code. */
export async function benchHuge({ bytes, names }: { bytes: number; names: readonly string[] }): Promise<void> {
  const cases = CASES.filter(({ name }) => isNamed(name, names));
  const folder = await mkdtemp(join(tmpdir(), 'rowtide-huge-'));
  const server = await startMysql({ options: SERVER_OPTIONS });
  const kafka = cases.some(({ sink }) => sink === 'kafka') ? await startKafka() : null;
  try {
    const logs = {
      plain: cases.some((each) => !each.compressed) ? await write(server, bytes, false) : null,
      compressed: cases.some((each) => each.compressed) ? await write(server, bytes, true) : null,
    };
    const results: Result[] = [];
    for (const each of cases) {
      const log = each.compressed ? logs.compressed : logs.plain;
      if (log === null) throw new Error('the transaction was not written');
      const options = { ...optionsOf(each, log, server), folder, brokers: kafka?.brokers ?? [] };
      results.push(await measure(each, options, log));
    }
    print(results, bytes);
  } finally {
    await Promise.all([server.remove(), kafka?.remove(), rm(folder, { recursive: true, force: true })]);
  }
}

interface Log {
  readonly file: string;
  /** What the server had executed before. */
  readonly executed: string;
  readonly rows: number;
  /** Of the packet that a compressed transaction is sent in. */
  readonly packetBytes: number;
}

interface Result {
  readonly name: string;
  readonly rows: number;
  readonly seconds: number;
  readonly rssMiB: number;
  readonly rssMiBMax: number;
}

/** A transaction in a file of its own, made on the server. */
async function write(server: MysqlServer, bytes: number, compressed: boolean): Promise<Log> {
  const { host, port, user } = server;
  const connection = await mysql.createConnection({ host, port, user, multipleStatements: true });
  const rows = Math.ceil(bytes / ROW_BYTES);
  await connection.query(`DROP DATABASE IF EXISTS huge; CREATE DATABASE huge; USE huge;
    ${HUGE_TABLE};
    CREATE TABLE seed (body MEDIUMTEXT NOT NULL) CHARACTER SET latin1;
    INSERT INTO seed WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${SEED_ROWS})
    SELECT REPEAT(SHA2(i, 256), ${REPEATED_BYTES / 64}) FROM n;
    FLUSH BINARY LOGS;
    SET SESSION binlog_transaction_compression = ${compressed ? 'ON' : 'OFF'}`);
  const [before] = await connection.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS');
  const [executed] = await connection.query<mysql.RowDataPacket[]>('SELECT @@GLOBAL.gtid_executed AS gtids');
  await connection.query('START TRANSACTION');
  for (let left = rows; left > 0; left -= SEED_ROWS) {
    await connection.query(
      `INSERT INTO rows_ (body) SELECT CONCAT(HEX(RANDOM_BYTES(${RANDOM_BYTES})), body) FROM seed LIMIT ?`,
      [Math.min(left, SEED_ROWS)],
    );
  }
  await connection.query('COMMIT; FLUSH BINARY LOGS; DROP DATABASE huge');
  const [after] = await connection.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS');
  await connection.end();
  const file = String(before.at(-1)?.Log_name);
  const size = Number(after.find((each) => each.Log_name === file)?.File_size);
  return { file, executed: String(executed[0]?.gtids), rows, packetBytes: compressed ? size : 0 };
}

function optionsOf(
  { from, sink }: Case,
  { file, rows }: Log,
  server: MysqlServer,
): Omit<HugeOptions, 'folder' | 'brokers'> {
  const source = from === 'file' ? { path: join(server.binlogDir, file) } : { url: server.url, file };
  return { source, sink, rows };
}

async function measure({ name, sink }: Case, options: HugeOptions, { packetBytes, executed }: Log): Promise<Result> {
  const isReplica = typeof sink === 'object';
  await using target = isReplica ? await HugeTarget.start(executed) : null;
  const given = isReplica && target !== null ? { ...sink, url: target.url } : sink;
  const { rows, seconds, rssMiB } = await runTask('pipeHuge', { ...options, sink: given });
  if (rows !== options.rows) throw new Error(`${name}: ${rows} rows of ${options.rows} came`);
  await target?.assertRows(rows);
  process.stderr.write(`${name}: ${seconds.toFixed(1)} s, ${rssMiB?.toFixed(0)} MiB\n`);
  const bytesMax = isReplica ? REPLICA_RSS_BYTES_MAX : RSS_BYTES_MAX;
  return { name, rows, seconds, rssMiB: rssMiB ?? Number.NaN, rssMiBMax: (bytesMax + packetBytes) / MIB };
}

function print(results: readonly Result[], bytes: number): void {
  const lines = results.map(({ name, rows, seconds, rssMiB, rssMiBMax }) => [
    name,
    String(rows),
    seconds.toFixed(1),
    String(Math.round(rssMiB)),
    String(Math.round(rssMiBMax)),
  ]);
  printTable([[`transaction of ${Math.round(bytes / MIB)} MiB`, 'rows', 'seconds', 'RSS MiB', 'at most'], ...lines]);
  console.log(JSON.stringify({ bench: 'huge', bytes, results }));
  const above = results.filter(({ rssMiB, rssMiBMax }) => !(rssMiB <= rssMiBMax));
  if (above.length === 0) return;
  console.log(`above the bound: ${above.map(({ name }) => name).join(', ')}`);
  process.exitCode = 1;
}

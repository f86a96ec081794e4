/**
 * Records binlogs of random sessions on real servers:
 *
 *   npx tsx test/inspect/record.ts FOLDER [SEED] [COUNT]
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import mysql from 'mysql2/promise';
import type { DatabaseServer } from '../servers/database.js';
import { type MariadbVersion, startMariadb } from '../servers/mariadb.js';
import { type MysqlVersion, startMysql } from '../servers/mysql.js';
import { statements } from './statements.js';

export type Version = MysqlVersion | MariadbVersion;

export interface Recorded {
  readonly version: Version;
  /** Tells apart what is recorded of one version. */
  readonly name: string;
  readonly options: readonly string[];
  readonly gtid?: boolean;
}

const MYSQL8 = ['--binlog-row-metadata=FULL', '--local-infile=ON'];

export const RECORDED: readonly Recorded[] = [
  { version: '9.7', name: 'full', options: MYSQL8 },
  { version: '9.7', name: 'small', options: ['--binlog-row-event-max-size=256', '--binlog-format=MIXED'], gtid: false },
  { version: '8.0', name: 'full', options: MYSQL8 },
  { version: '8.0', name: 'mixed', options: ['--binlog-format=MIXED', '--binlog-checksum=NONE'], gtid: false },
  { version: '5.7', name: 'rows', options: ['--local-infile=ON'] },
  { version: '5.7', name: 'mixed', options: ['--binlog-format=MIXED', '--binlog-row-event-max-size=512'], gtid: false },
  { version: '11.8', name: 'full', options: MYSQL8 },
  {
    version: '11.8',
    name: 'mixed',
    options: ['--binlog-format=MIXED', '--log-bin-compress=ON', '--log-bin-compress-min-len=10'],
  },
  {
    version: '11.8',
    name: 'small',
    options: ['--binlog-row-event-max-size=256', '--binlog-checksum=NONE', '--mysql56-temporal-format=OFF'],
  },
  { version: '10.11', name: 'full', options: MYSQL8 },
  { version: '10.11', name: 'mixed', options: ['--binlog-format=MIXED', '--gtid-domain-id=4'] },
];

export const isMariadb = (version: Version): version is MariadbVersion => version === '11.8' || version === '10.11';

export function startServer({ version, options, gtid = true }: Recorded): Promise<DatabaseServer> {
  return isMariadb(version) ? startMariadb({ version, options }) : startMysql({ version, options, gtid });
}

const WORDS = 'first\nsecond, and more\nü\n';

export interface SessionRun {
  readonly seed: string;
  readonly count: number;
  readonly version: Version;
}

/** Resolves to what was run; what the server refuses is passed over. */
export async function runSession(server: DatabaseServer, { seed, count, version }: SessionRun): Promise<string[]> {
  const { host, port, user } = server;
  const infileStreamFactory = (): Readable => Readable.from([Buffer.from(WORDS)]);
  const connection = await mysql.createConnection({ host, port, user, charset: 'utf8mb4', infileStreamFactory });
  const done: string[] = [];
  const flavour = isMariadb(version) ? 'mariadb' : 'mysql';
  for (const sql of statements({ seed, flavour, major: Number.parseInt(version, 10), count })) {
    if (sql.startsWith('load data')) await putWords(server);
    await connection.query(sql).then(
      () => done.push(sql),
      () => undefined,
    );
  }
  await connection.end();
  return done;
}

/** Where LOAD DATA looks for it, whichever schema is in use. */
async function putWords({ dataDir }: DatabaseServer): Promise<void> {
  for (const entry of readdirSync(dataDir, { withFileTypes: true })) {
    if (entry.isDirectory()) await writeFile(join(dataDir, entry.name, 'words.txt'), WORDS);
  }
}

/** Puts the files of one session into the folder, as `NAME-NUMBER-VERSION.binlog` with the statements beside them. */
export async function record(
  recorded: Recorded,
  options: { folder: string; seed: string; count: number },
): Promise<void> {
  mkdirSync(options.folder, { recursive: true });
  await using server = await startServer(recorded);
  const done = await runSession(server, { ...options, version: recorded.version });
  await server.stop();
  const files = readdirSync(server.binlogDir).filter((name) => /^binlog\.\d+$/.test(name));
  for (const [i, file] of files.entries()) {
    const path = join(options.folder, `${recorded.name}-${i + 1}-${recorded.version}`);
    await copyFile(join(server.binlogDir, file), `${path}.binlog`);
    await writeFile(`${path}.sql`, done.map((sql) => `${sql};\n`).join(''));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = 'recorded', seed = '1', count = '400'] = process.argv.slice(2);
  for (const each of RECORDED) {
    await record(each, { folder, seed: `${seed}/${each.name}/${each.version}`, count: Number(count) });
    process.stdout.write(`${each.name}-${each.version}\n`);
  }
}

/**
 * Records what a real canal makes of Maxwell's workload, and the binlog of it: `npx tsx test/format/canal/record.ts`.
 * Maven Central has its server, and not the files by which it remembers tables; so it reads along, and a statement that
 * changes tables waits until it has read what was before.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import mysql from 'mysql2/promise';
import { javaCompiler } from '../../servers/java.js';
import { mavenLibraries } from '../../servers/maven.js';
import { type MysqlServer, startMysql } from '../../servers/mysql.js';
import { ServerProcess } from '../../servers/process.js';
import { LAST, STATEMENTS } from '../maxwell/workload.js';
import { BINLOG, golden } from './golden.js';

const CANAL = '1.1.7';
const SERVER_OPTIONS = ['--binlog-row-metadata=FULL', '--sql-mode=', '--default-time-zone=+00:00', '--server-id=77'];
const CHANGES_TABLES = /^(create|alter|drop|rename|truncate)\b/;
const PAUSE_MS = 500;

async function startCanal(server: MysqlServer, folder: string): Promise<ServerProcess> {
  const libraries = await mavenLibraries(`canal-server-${CANAL}`, [
    `com.alibaba.otter:canal.server:${CANAL}`,
    `com.alibaba.otter:canal.instance.manager:${CANAL}`,
  ]);
  const logFile = join(folder, 'log');
  const machine = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-Duser.timezone=UTC', '-Dfile.encoding=UTF-8'];
  const main = join(import.meta.dirname, 'Recorder.java');
  return ServerProcess.start({
    name: 'canal',
    command: await javaCompiler(),
    args: [
      ...machine,
      '-cp',
      join(libraries, '*'),
      main,
      String(server.port),
      BINLOG,
      '4',
      join(folder, 'lines'),
      LAST,
    ],
    cwd: folder,
    logFile,
    async ready() {
      if (!/find start position successfully/.test(await readFile(logFile, 'utf8'))) throw new Error('not reading yet');
    },
  });
}

const folder = await mkdtemp(join(tmpdir(), 'rowtide-canal-'));
await using server = await startMysql({ version: '8.0', options: SERVER_OPTIONS });
try {
  const connection = await mysql.createConnection({ host: server.host, port: server.port, user: server.user });
  // Its client wants a password.
  await connection.query("create user canal identified with mysql_native_password by 'canal'");
  await connection.query('grant all on *.* to canal');
  await connection.query('flush binary logs');
  const canal = await startCanal(server, folder);
  for (const sql of STATEMENTS) {
    if (CHANGES_TABLES.test(sql)) await sleep(PAUSE_MS);
    await connection.query(sql);
    if (CHANGES_TABLES.test(sql)) await sleep(PAUSE_MS);
  }
  await connection.query('flush binary logs');
  await connection.end();
  for (const deadline = Date.now() + 30_000; canal.running && Date.now() < deadline; ) await sleep(100);
  await canal.end('SIGTERM');
  const lines = await readFile(join(folder, 'lines'));
  await writeFile(golden('messages.jsonl.gz'), gzipSync(lines, { level: 9 }));
  await writeFile(golden('binlog.gz'), gzipSync(await readFile(join(server.binlogDir, BINLOG)), { level: 9 }));
  console.log(`${lines.toString().split('\n').length - 1} messages`);
} finally {
  await rm(folder, { recursive: true });
}

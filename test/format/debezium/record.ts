/**
 * Records what a real Debezium makes of a workload on real servers, and the binlog of the same workload beside it:
 * `npx tsx test/format/debezium/record.ts`. Versions on the command line choose some of the servers.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mysql from 'mysql2/promise';
import { isMariadb, start } from '../../fixtures/recorder.js';
import { run } from '../../servers/command.js';
import type { DatabaseServer } from '../../servers/database.js';
import { java } from '../../servers/java.js';
import { mavenLibraries } from '../../servers/maven.js';
import { binlogPath, RECORDED_VERSIONS, type RecordedVersion, RUNS, saveGolden } from './runs.js';
import { workloadOf } from './workload.js';

/** The last ones that Maven Central has. */
const DEBEZIUM = { mysql: '3.6.1.Final', mariadb: '3.5.0.Final' } as const;
/** Statements are logged beside their rows, which MariaDB does by itself. */
const OPTIONS = {
  mysql: ['--binlog-row-metadata=FULL', '--binlog-rows-query-log-events=ON'],
  mariadb: ['--binlog-row-metadata=FULL'],
} as const;
const PREFIX = 'rec';
const MARKER = ['create database done', 'create table done.marker (id int primary key)'];
/** Of a chunk of the log that is not there yet, Debezium tells by a heartbeat. */
const HEARTBEAT = '__debezium-heartbeat';

async function record(version: RecordedVersion): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rowtide-debezium-'));
  await using server = await start({ version, options: OPTIONS[isMariadb(version) ? 'mariadb' : 'mysql'] });
  try {
    const { host, port, user } = server;
    const connection = await mysql.createConnection({ host, port, user, charset: 'utf8mb4' });
    await connection.query("set time_zone = '+00:00', sql_mode = ''");
    await connection.query(version === '9.7' ? 'reset binary logs and gtids' : 'reset master');
    for (const sql of MARKER) await connection.query(sql);
    await engines(server, folder, [attach(version, server)]);
    for (const sql of workloadOf(version)) {
      await connection.query(sql).catch((error: unknown) => {
        throw new Error(`${sql}: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
    await connection.query('insert into done.marker values (1)');
    await connection.query('flush binary logs');
    await connection.end();
    await mkdir(join(binlogPath(version), '..'), { recursive: true });
    await cp(join(server.binlogDir, 'binlog.000001'), binlogPath(version));
    const runs = RUNS.map(({ name, properties }) => ({
      name,
      properties: { ...base(version, server), ...properties },
    }));
    await engines(server, folder, runs);
    for (const { name } of RUNS) {
      const bytes = await saveGolden(version, name, await readFile(join(folder, `${name}.jsonl`)));
      console.log(`${version} ${name}: ${bytes} bytes`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

const ATTACH = 'attach';

/** On the empty server, so that the runs begin where the workload does. */
function attach(version: RecordedVersion, server: DatabaseServer): Engine {
  const more = { 'snapshot.mode': 'no_data', 'heartbeat.interval.ms': '100', 'recorder.until': HEARTBEAT };
  return { name: ATTACH, properties: { ...base(version, server), ...more } };
}

interface Engine {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** One after another, each with its own copy of what the attaching one knew. */
async function engines(server: DatabaseServer, folder: string, all: readonly Engine[]): Promise<void> {
  const files: string[] = [];
  for (const { name, properties } of all) {
    const [offsets, history] = [join(folder, `${name}.offsets`), join(folder, `${name}.history`)];
    if (name !== ATTACH) {
      await cp(join(folder, `${ATTACH}.offsets`), offsets);
      await cp(join(folder, `${ATTACH}.history`), history);
    }
    const storage = { 'offset.storage.file.filename': offsets, 'schema.history.internal.file.filename': history };
    const lines = Object.entries({ ...properties, ...storage }).map(([key, value]) => `${key}=${value}\n`);
    const file = join(folder, `${name}.properties`);
    await writeFile(file, lines.join(''));
    files.push(file);
  }
  const kind = isMariadb(server.version.slice(0, 4) as RecordedVersion) ? 'mariadb' : 'mysql';
  const version = DEBEZIUM[kind];
  const artifacts = ['embedded', `connector-${kind}`].map((name) => `io.debezium:debezium-${name}:${version}`);
  const libraries = await mavenLibraries(`debezium-${kind}-${version}`, artifacts);
  const main = fileURLToPath(new URL('Recorder.java', import.meta.url));
  await run(await java(), ['-Xmx1g', '-cp', join(libraries, '*'), main, ...files], { env: { TZ: 'UTC' } });
}

function base(version: RecordedVersion, server: DatabaseServer): Record<string, string> {
  const kind = isMariadb(version) ? 'MariaDb' : 'MySql';
  return {
    name: 'recorder',
    'connector.class': `io.debezium.connector.${kind.toLowerCase()}.${kind}Connector`,
    'offset.storage': 'org.apache.kafka.connect.storage.FileOffsetBackingStore',
    'offset.flush.interval.ms': '0',
    'schema.history.internal': 'io.debezium.storage.file.history.FileSchemaHistory',
    'topic.prefix': PREFIX,
    'database.hostname': server.host,
    'database.port': String(server.port),
    'database.user': server.user,
    'database.password': '',
    'database.server.id': '777',
    'database.include.list': 'kinds,done',
    'database.ssl.mode': isMariadb(version) ? 'disable' : 'disabled',
    'driver.allowPublicKeyRetrieval': 'true',
    'snapshot.locking.mode': 'none',
    'converter.schemas.enable': 'false',
    'recorder.format': 'json',
    'recorder.until': `${PREFIX}.done.marker`,
  };
}

const wanted = process.argv.slice(2);
for (const version of RECORDED_VERSIONS) {
  if (wanted.length === 0 || wanted.includes(version)) await record(version);
}

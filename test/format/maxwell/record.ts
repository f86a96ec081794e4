/**
 * Records what a real Maxwell makes of a workload on a real server, with the binlog of it: `npx tsx
 * test/format/maxwell/record.ts`; versions on the command line choose some of the servers. Each Maxwell sees the empty server first, so that it learns all tables from the log.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Kafka, logLevel } from 'kafkajs';
import mysql from 'mysql2/promise';
import { type KafkaAddress, startKafka } from '../../servers/kafka.js';
import { type MysqlServer, startMysql } from '../../servers/mysql.js';
import { newFolder } from '../../servers/runs.js';
import { BINLOG, golden, KEY_FORMS, OPTION_SETS, RECORDED_VERSIONS, type RecordedVersion } from './golden.js';
import { type MaxwellOptions, startMaxwell } from './maxwell.js';
import { oldWords } from './old-words.js';
import { LAST, STATEMENTS } from './workload.js';

const SERVER_OPTIONS = [
  '--binlog-row-metadata=FULL',
  '--binlog-rows-query-log-events=ON',
  '--sql-mode=',
  '--default-time-zone=+00:00',
  '--server-id=77',
];

async function recordWorkload(version: RecordedVersion, server: MysqlServer): Promise<Buffer> {
  const connection = await mysql.createConnection({ host: server.host, port: server.port, user: server.user });
  await connection.query('flush binary logs');
  const [logs] = await connection.query<mysql.RowDataPacket[]>('show binary logs');
  for (const sql of STATEMENTS)
    await connection.query(sql).catch((error) => Promise.reject(new Error(`${sql}: ${error}`)));
  await connection.query('flush binary logs');
  await connection.end();
  if (logs.at(-1)?.Log_name !== BINLOG) throw new Error(`the log of ${version} is not called ${BINLOG}`);
  return readFile(join(server.binlogDir, BINLOG));
}

/** Resolves when the last change of the workload is in what `read` gives, which is all that came so far. */
async function untilLast<T>(read: () => Promise<readonly T[]>, value: (item: T) => string): Promise<readonly T[]> {
  const isLast = new RegExp(`"table":"${LAST}".*"type":"insert"`);
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(200)) {
    const items = await read();
    const end = items.findIndex((item) => isLast.test(value(item)));
    // Without what the other Maxwells did to tables of their own.
    if (end >= 0) return items.slice(0, end + 1).filter((item) => !/"database":"maxwell\d"/.test(value(item)));
  }
  throw new Error('the last change did not come');
}

async function save(version: RecordedVersion, name: string, lines: readonly string[]): Promise<void> {
  await writeFile(golden(version, `${name}.jsonl.gz`), gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
  console.log(`${version} ${name}: ${lines.length} lines`);
}

interface Run {
  readonly name: string;
  readonly options: MaxwellOptions;
  lines(): Promise<readonly string[]>;
}

function fileRuns(): Run[] {
  const folder = newFolder('recorded');
  return Object.entries(OPTION_SETS).map(([name, { maxwell }]) => {
    const file = join(folder, `${name}.jsonl`);
    const read = async (): Promise<string[]> => (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
    return {
      name,
      options: { producer: 'file', output_file: file, ...maxwell },
      lines: () => untilLast(read, (line) => line),
    };
  });
}

/** Lines of [key, value]. */
function kafkaRuns({ brokers }: KafkaAddress): Run[] {
  return KEY_FORMS.map((name) => ({
    name,
    options: {
      producer: 'kafka',
      'kafka.bootstrap.servers': brokers.join(','),
      kafka_topic: name,
      kafka_key_format: name,
    },
    async lines() {
      const consumer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).consumer({ groupId: name });
      const records: (readonly [key: string, value: string])[] = [];
      await consumer.connect();
      await consumer.subscribe({ topics: [name], fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) => void records.push([String(message.key), String(message.value)]),
      });
      const all = await untilLast(
        async () => records,
        ([, value]) => value,
      );
      await consumer.disconnect();
      return all.map((record) => JSON.stringify(record));
    },
  }));
}

async function createTopics({ brokers }: KafkaAddress): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.createTopics({ topics: KEY_FORMS.map((topic) => ({ topic, numPartitions: 1 })), waitForLeaders: true });
  await admin.disconnect();
}

async function record(version: RecordedVersion): Promise<void> {
  await using server = await startMysql({ version, options: SERVER_OPTIONS });
  await using store = await startMysql({ version: '8.0' });
  await using proxy = await oldWords(server);
  await using kafka = await startKafka();
  await createTopics(kafka);
  await mkdir(golden(version, ''), { recursive: true });
  const runs = [...fileRuns(), ...kafkaRuns(kafka)];
  const start = (run: Run, id: number) => startMaxwell({ source: proxy.address, store }, id, run.options);
  for (const [id, run] of runs.entries()) await (await start(run, id)).end('SIGTERM');
  await writeFile(golden(version, 'binlog.gz'), gzipSync(await recordWorkload(version, server), { level: 9 }));
  for (const [id, run] of runs.entries()) {
    const maxwell = await start(run, id);
    await save(version, run.name, await run.lines());
    await maxwell.end('SIGTERM');
  }
}

const wanted = process.argv.slice(2);
for (const version of RECORDED_VERSIONS) {
  if (wanted.length === 0 || wanted.includes(version)) await record(version);
}

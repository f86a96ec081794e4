import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readTopic } from '../connectors/kafka/reading.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { needs, sharedKafka } from '../servers/suite.js';
import { purgeTo } from '../source/purging.js';
import { type Ended, rowtide, start } from './rowtide.js';

/** What goes wrong at a server or a sink: the command says it by name, and its checkpoint stays where it was. */
needs('own').describe('bad input', () => {
  let server: MysqlServer;
  let sql: mysql.Connection;
  let folder: string;
  let checkpoint: string;
  let saved: string;
  /** Goes on beside the tests: a server gets ten seconds to have executed what it has sent already. */
  let unexecuted: ReturnType<typeof readUnexecuted>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowtide-bad-'));
    checkpoint = join(folder, 'state/p.checkpoint.json');
    server = await startMysql({ options: ['--binlog-row-metadata=FULL', '--log-bin=binlog'] });
    sql = await mysql.createConnection(server.url);
    await run('CREATE DATABASE shop', 'CREATE TABLE shop.orders (id INT PRIMARY KEY, note LONGTEXT)');
    unexecuted = readUnexecuted();
    unexecuted.catch(() => undefined);
  });
  afterAll(async () => {
    await sql?.end();
    await server?.remove();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    rmSync(join(folder, 'state'), { recursive: true, force: true });
    rmSync(join(folder, 'out.jsonl'), { force: true });
  });

  async function run(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await sql.query(statement);
  }

  /** Runs until a first transaction is in the file and its checkpoint saved. */
  async function begin(from = 'beginning'): Promise<void> {
    const end = await pipeline(
      `source: { url: "${server.url}", from: ${from}, serverId: 71 }`,
      '{ file: { path: out.jsonl } }',
      true,
    );
    expect(end).toMatchObject({ status: 0 });
    saved = readFileSync(checkpoint, 'utf8');
  }

  /** Writes the configuration of one pipeline; gives its path. */
  function configure(source: string, sink: string, at = folder): string {
    const config = join(at, 'rowtide.yaml');
    writeFileSync(
      config,
      `pipelines:\n  p:\n    ${source}\n    retry: { attemptsMax: 2, delayMsMax: 10 }\n    sink: ${sink}\n`,
    );
    return config;
  }

  async function pipeline(source: string, sink: string, stop = false): Promise<Ended> {
    const daemon = start(['run', '--config', configure(source, sink)], { cwd: folder });
    if (stop) {
      await daemon.said(/streaming/);
      daemon.process.kill('SIGTERM');
    }
    return daemon.ended;
  }

  const fromServer = (): string => `source: { url: "${server.url}", from: beginning }`;

  async function refused(end: Promise<Ended>, status: number, message: RegExp): Promise<void> {
    const { status: found, stderr } = await end;
    expect(stderr.split('\n').findLast((line) => line.startsWith('rowtide: '))).toMatch(message);
    expect(found).toBe(status);
    expect(stderr).toMatch(/\n {2}hint: \S/);
    expect(readFileSync(checkpoint, 'utf8')).toBe(saved);
  }

  async function readUnexecuted(): Promise<{ end: Ended; before: string; after: string }> {
    const at = mkdtempSync(join(folder, 'unexecuted-'));
    const path = join(at, 'state/p.checkpoint.json');
    const args = ['run', '--config', configure(`source: { url: "${server.url}", from: now }`, intoFile, at)];
    const first = start(args, { cwd: at });
    await first.said(/streaming/);
    first.process.kill('SIGTERM');
    expect(await first.ended).toMatchObject({ status: 0 });
    const set = /"gtid": "([^"]+)"/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
    const beyond = set.replace(/:1-\d+$/, ':1-999999999');
    expect((await rowtide(['checkpoint', 'set', path, '--gtid', beyond])).status).toBe(0);
    const before = readFileSync(path, 'utf8');
    expect(before).toContain(':1-999999999');
    const end = await start(args, { cwd: at }).ended;
    return { end, before, after: readFileSync(path, 'utf8') };
  }

  /** The first that is another one. Between the two renames of a checkpoint there is none. */
  async function checkpointBeside(before: string | undefined): Promise<string> {
    for (;;) {
      const found = await readFile(checkpoint, 'utf8').catch(() => undefined);
      if (found !== undefined && found !== before) return found;
      await sleep(50);
    }
  }

  const intoFile = '{ file: { path: out.jsonl } }';

  test('a wrong password', async () => {
    await begin();
    const url = `mysql://nobody:wrong-one@127.0.0.1:${server.port}`;
    await refused(
      pipeline(`source: { url: "${url}" }`, intoFile),
      1,
      /^rowtide: SOURCE_ACCESS_DENIED: 127\.0\.0\.1:\d+: /,
    );
  });

  test('a wrong host', async () => {
    await begin();
    await refused(
      pipeline('source: { url: "mysql://root@127.0.0.1:1" }', intoFile),
      69,
      /^rowtide: SOURCE_UNREACHABLE: 127\.0\.0\.1:1: /,
    );
  });

  test('changes of rows that are logged as a statement', async () => {
    await begin('now');
    await run(
      "SET SESSION binlog_format = 'STATEMENT'",
      "INSERT INTO shop.orders VALUES (1, 'x')",
      "SET SESSION binlog_format = 'ROW'",
    );
    await refused(pipeline(fromServer(), intoFile), 1, /^rowtide: STATEMENT_LOGGED: binlog\.\d+:\d+ /);
  });

  test('a table whose columns are not what they are assumed to be', async () => {
    await begin('now');
    await run('SET GLOBAL binlog_row_metadata = MINIMAL', "INSERT INTO shop.orders VALUES (2, 'x')");
    await run('ALTER TABLE shop.orders ADD more INT', 'SET GLOBAL binlog_row_metadata = FULL');
    const source = `source: { url: "${server.url}", schema: assume-current }`;
    await refused(pipeline(source, intoFile), 1, /^rowtide: TABLE_MISMATCH: .*shop\.orders/);
    await refused(pipeline(fromServer(), intoFile), 1, /^rowtide: TABLE_UNKNOWN: .*shop\.orders/);
    await run('ALTER TABLE shop.orders DROP more');
  });

  test('a log that was purged', async () => {
    await begin('now');
    await run("INSERT INTO shop.orders VALUES (3, 'x')", 'FLUSH BINARY LOGS', 'FLUSH BINARY LOGS');
    const [files] = await sql.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS');
    await purgeTo(server.url, files.at(-1)?.Log_name);
    await refused(pipeline(fromServer(), intoFile), 1, /^rowtide: SOURCE_PURGED: .*purged transactions/);
  });

  test('GTIDs that the server never executed', async () => {
    const { end, before, after } = await unexecuted;
    expect(end.stderr).toMatch(/^rowtide: SOURCE_DIVERGED: .*never executed.*\n {2}hint: \S/m);
    expect(end.status).toBe(1);
    expect(after).toBe(before);
  });

  test('a checkpoint of another sink', async () => {
    await begin('now');
    await refused(pipeline(fromServer(), '{ stdout: {} }'), 1, /^rowtide: SINK_CHANGED: /);
  });

  needs('kafka').test('a topic that is missing, and may not be made', async () => {
    const { brokers } = await sharedKafka();
    await begin('now');
    rmSync(checkpoint);
    await run("REPLACE INTO shop.orders VALUES (4, 'x')");
    const sink = `{ kafka: { brokers: ${JSON.stringify(brokers)}, topic: "missing.{table}", createTopics: false } }`;
    const { status, stderr } = await pipeline(`source: { url: "${server.url}", from: "2020-01-01" }`, sink);
    expect(stderr).toMatch(/\nrowtide: SINK_REFUSED: .*missing\.orders/);
    expect(status).toBe(1);
  });

  needs('kafka').test('a row that makes a larger record than its topic takes', async () => {
    const { brokers } = await sharedKafka();
    await run('DELETE FROM shop.orders');
    const createTopics = `{ partitions: 1, config: { "max.message.bytes": "20000" } }`;
    const sink = `{ kafka: { brokers: ${JSON.stringify(brokers)}, topic: "large.{table}", createTopics: ${createTopics} } }`;
    const first = start(
      ['run', '--config', configure(`source: { url: "${server.url}", from: now, serverId: 71 }`, sink)],
      { cwd: folder },
    );
    await first.said(/streaming/);
    const begun = await checkpointBeside(undefined);
    await run("INSERT INTO shop.orders VALUES (1, 'small')");
    await checkpointBeside(begun);
    first.process.kill('SIGTERM');
    expect((await first.ended).status).toBe(0);
    const kept = await readTopic(brokers, 'large.orders');
    expect(kept.map(({ value }) => JSON.parse(String(value)))).toMatchObject([{ op: 'insert', after: { id: 1 } }]);

    saved = readFileSync(checkpoint, 'utf8');
    await run("INSERT INTO shop.orders VALUES (2, REPEAT('x', 30000))");
    await refused(
      pipeline(fromServer(), sink),
      1,
      /^rowtide: RECORD_TOO_LARGE: .*table shop\.orders: the row with key .*2.* makes a record of 30\d\d\d bytes, and topic large\.orders takes 20000/,
    );
    expect(await readTopic(brokers, 'large.orders')).toHaveLength(1);
    await run('DELETE FROM shop.orders');
  });

  test('a broker that is not there', async () => {
    await begin('now');
    rmSync(checkpoint);
    const { status, stderr } = await pipeline(fromServer(), '{ kafka: { brokers: ["127.0.0.1:1"] } }');
    expect(stderr).toMatch(/\nrowtide: SINK_UNREACHABLE: .*127\.0\.0\.1:1/);
    expect(status).toBe(69);
  });

  // The last one: it changes what the server is.
  test('GTIDs that are switched off, while the checkpoint is a GTID set', async () => {
    await begin('now');
    for (const mode of ['ON_PERMISSIVE', 'OFF_PERMISSIVE', 'OFF']) await run(`SET GLOBAL gtid_mode = ${mode}`);
    await refused(pipeline(fromServer(), intoFile), 1, /^rowtide: SOURCE_SETTINGS: .*GTIDs are off/);
  });
});

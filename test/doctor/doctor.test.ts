/**
 * A server with every setting that a stream can suffer from, and what `rowtide doctor` says of it: each line names the
 * statement that mends it, and the statement, executed as it was printed, does.
 */
import mysql from 'mysql2/promise';
import { stream } from 'rowtide';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examine, type NamedFinding } from '../../src/doctor/checks.js';
import type { Reader } from '../../src/doctor/finding.js';
import { withConnection } from '../../src/mysql/connect.js';
import { gatherFacts } from '../../src/mysql/doctor.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { tableTest } from '../../src/transform/filter.js';
import type { DatabaseServer } from '../servers/database.js';
import { startMariadb } from '../servers/mariadb.js';
import { startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';

interface Bad {
  readonly name: string;
  readonly start: (options: readonly string[]) => Promise<DatabaseServer>;
  readonly options: readonly string[];
  /** Makes it the replica of a server that does not run. */
  readonly replicate: string;
  /** Lets it keep its log for a day. */
  readonly forget: readonly string[];
  /** What is wrong then, by the names of the lines. */
  readonly wrong: Readonly<Record<string, 'warning' | 'error'>>;
}

const OPTIONS = [
  '--skip-slave-start',
  '--skip-log-bin',
  '--binlog-format=STATEMENT',
  '--binlog-row-image=MINIMAL',
  '--binlog-checksum=NONE',
  '--sync-binlog=0',
  '--default-time-zone=+05:45',
  '--binlog-ignore-db=secret',
];
const WRONG = {
  log_bin: 'error',
  binlog_format: 'error',
  binlog_row_image: 'warning',
  binlog_checksum: 'warning',
  sync_binlog: 'warning',
  log_replica_updates: 'error',
  retention: 'warning',
  time_zone: 'warning',
  'primary keys': 'warning',
} as const;
const WRONG_IN_MYSQL = { ...WRONG, gtid_mode: 'warning', enforce_gtid_consistency: 'warning' } as const;

const SERVERS: readonly Bad[] = [
  {
    name: 'MySQL 9.7',
    start: (options) => startMysql({ version: '9.7', gtid: false, options }),
    options: [
      ...OPTIONS,
      '--log-replica-updates=OFF',
      '--binlog-expire-logs-seconds=3600',
      '--binlog-row-value-options=PARTIAL_JSON',
    ],
    replicate: "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = 1",
    forget: ['SET GLOBAL binlog_expire_logs_seconds = 86400'],
    wrong: { ...WRONG_IN_MYSQL, binlog_row_metadata: 'warning', binlog_row_value_options: 'warning' },
  },
  {
    name: 'MySQL 8.0.15',
    start: (options) => startMysql({ version: '8.0', gtid: false, options }),
    options: [...OPTIONS, '--log-slave-updates=OFF', '--binlog-expire-logs-seconds=3600'],
    replicate: "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1",
    // By the one of two variables that is on its way out, and refuses to stand beside the other.
    forget: ['SET GLOBAL binlog_expire_logs_seconds = 0', 'SET GLOBAL expire_logs_days = 1'],
    wrong: { ...WRONG_IN_MYSQL, binlog_row_metadata: 'warning' },
  },
  {
    name: 'MySQL 5.7.22',
    start: (options) => startMysql({ version: '5.7', gtid: false, options }),
    options: [...OPTIONS, '--expire-logs-days=0'],
    replicate: "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1",
    forget: ['SET GLOBAL expire_logs_days = 1'],
    // It counts days, so that it cannot keep the log for too short a time.
    wrong: Object.fromEntries(Object.entries(WRONG_IN_MYSQL).filter(([name]) => name !== 'retention')),
  },
  {
    name: 'MariaDB 11.8',
    start: (options) => startMariadb({ options }),
    options: [...OPTIONS, '--binlog-expire-logs-seconds=3600'],
    replicate: "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1",
    forget: ['SET GLOBAL expire_logs_days = 1'],
    wrong: { ...WRONG, binlog_row_metadata: 'warning', gtid_strict_mode: 'warning' },
  },
];

needs('own').describe.each(SERVERS)('$name', ({ start, options, replicate, forget, wrong }) => {
  let server: DatabaseServer;
  let root: mysql.Connection;

  beforeAll(async () => {
    server = await start(options);
    root = await mysql.createConnection(server.url);
    await root.query(replicate);
    await root.query('CREATE DATABASE shop');
    await root.query('CREATE TABLE shop.orders (id INT PRIMARY KEY)');
    await root.query('CREATE TABLE shop.`a ``log` (line TEXT)');
    await root.query('CREATE TABLE shop.counted (n INT NOT NULL AUTO_INCREMENT, KEY (n))');
    await root.query('CREATE VIEW shop.lines AS SELECT line FROM shop.`a ``log`');
    await root.query("CREATE USER 'cdc'@'%' IDENTIFIED BY 'secret'");
  });
  afterAll(async () => {
    await root?.end();
    await server?.remove();
  });

  const asCdc = (): string => server.url.replace('root@', 'cdc:secret@');

  test('names the GRANT for each privilege that a user lacks, and the GRANT gives it', async () => {
    const lacking = await mendEach(asCdc(), ['REPLICATION SLAVE', 'REPLICATION CLIENT', 'SELECT']);
    expect(lacking.map(({ status }) => status)).toEqual(['error', 'error', 'error']);
  });

  test('names for each bad setting the statement that mends it, and the statement does', async () => {
    const found = (await findings(server.url)).filter(({ status }) => status !== 'ok');
    expect(Object.fromEntries(found.map(({ name, status }) => [name, status]))).toEqual(wrong);
    const mended = await mendEach(
      server.url,
      // The other way round, since whole row images alone would be enough for partial documents.
      found.map(({ name }) => name).reverse(),
    );
    const left = (await findings(server.url)).filter(({ status }) => status !== 'ok');
    expect(left.map(({ name }) => name)).toEqual(['log_bin', 'log_replica_updates']);

    // What only a restart changes, and what it must not take back. (What is persisted is weaker than these bad options.)
    const changed = mended.flatMap((each) => (each.status === 'ok' || each.fix.options.length === 0 ? [] : [each]));
    const lines = changed.flatMap(({ fix }) => fix.options);
    await server.restart(lines.map((each) => `--${each.replaceAll(' ', '').replaceAll('_', '-')}`));
    await reconnect();
    for (const { name } of changed) expect(await line(name, server.url)).toMatchObject({ status: 'ok' });
    expect(await line('log filters', server.url)).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('binlog_ignore_db = secret'),
    });
  });

  test('is right: what it finds nothing wrong with can be streamed', async () => {
    // The restart brought back what persisted settings are too weak for.
    for (const { name, status } of await findings(server.url)) if (status !== 'ok') await mendEach(server.url, [name]);
    await reconnect();
    const changes = stream(asCdc(), { from: 'beginning', include: ['shop.orders'], schema: 'assume-current' });
    await root.query('INSERT INTO shop.orders VALUES (7)');
    for await (const change of changes) {
      if (change.kind !== 'insert') continue;
      expect(change.after).toEqual({ id: 7 });
      break;
    }
  });

  test('lets the log be kept for longer than a checkpoint is old', async () => {
    for (const sql of forget) await root.query(sql);
    const at = (days: number) => ({ checkpoint: { ageSeconds: days * 86_400, refusal: null } });
    const statuses = await Promise.all(
      [0.4, 0.6, 30].map(async (days) => (await line('retention', server.url, at(days))).status),
    );
    expect(statuses).toEqual(['ok', 'warning', 'error']);
    await mendEach(server.url, ['retention'], at(30));
  });

  async function reconnect(): Promise<void> {
    root.destroy();
    root = await mysql.createConnection(server.url);
  }

  /** Executes what each line prints, one line after the other; returns the lines as they were before. */
  async function mendEach(
    url: string,
    names: readonly string[],
    reader: Partial<Reader> = {},
  ): Promise<NamedFinding[]> {
    const before: NamedFinding[] = [];
    for (const name of names) {
      const finding = await line(name, url, reader);
      before.push(finding);
      if (finding.status === 'ok') continue;
      for (const sql of finding.fix.sql) await root.query(sql);
      if (finding.fix.sql.length > 0) expect(await line(name, url, reader)).toMatchObject({ status: 'ok' });
    }
    return before;
  }
});

async function line(name: string, url: string, reader: Partial<Reader> = {}): Promise<NamedFinding> {
  const found = (await findings(url, reader)).find((finding) => finding.name === name);
  if (found === undefined) throw new Error(`no line is called ${name}`);
  return found;
}

function findings(url: string, reader: Partial<Reader> = {}): Promise<NamedFinding[]> {
  const include = reader.include ?? [];
  const wants = tableTest({ include, exclude: [] });
  return withConnection(parseServerUrl(url), new AbortController().signal, async (connection) =>
    examine({
      ...(await gatherFacts(connection)),
      reader: { wants, include, serverId: null, checkpoint: null, ...reader },
    }),
  );
}

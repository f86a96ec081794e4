/** What is printed of live servers, against the real tools. */
import { afterAll, beforeAll, expect } from 'vitest';
import { Connection } from '../../../src/mysql/connect.js';
import { parseServerUrl } from '../../../src/mysql/url.js';
import { rowtide } from '../../cli/rowtide.js';
import type { DatabaseServer } from '../../servers/database.js';
import { startEncryptedMariadb, startEncryptedMysql } from '../../servers/keyring.js';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import { startProxy } from '../../servers/proxy.js';
import { needs } from '../../servers/suite.js';
import { never, sql } from '../../source/reading.js';
import { logSettled } from '../../source/settled.js';
import { compare } from '../comparison/compare.js';
import type { Tool } from '../comparison/input.js';
import { OurTool, RealTools, Scratch } from '../comparison/tools.js';

const STATEMENTS = [
  'CREATE DATABASE shop',
  'CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(40), price DECIMAL(8,2))',
  "INSERT INTO shop.items VALUES (1, 'pen', 1.20), (2, 'ink', NULL), (3, 'pot', 12)",
  'UPDATE shop.items SET price = price * 2 WHERE id < 3',
  'FLUSH LOGS',
  'DELETE FROM shop.items WHERE id = 2',
  "INSERT INTO shop.items VALUES (4, REPEAT('x', 40), 0)",
  'FLUSH LOGS',
  'DROP TABLE shop.items',
];

const COMBINATIONS = [
  '-R binlog.000001',
  '-R -t binlog.000001',
  '-R --to-last-log -vv --start-position={start} binlog.000001',
  '-R -v binlog.000001 binlog.000002',
  '-R --start-position={start} --stop-position=400 -v binlog.000001 binlog.000002',
  '-R -t --base64-output=decode-rows -v binlog.000002',
  '-R --offset=5 --verify-binlog-checksum binlog.000001',
  '-R --database=shop binlog.000002',
  '-R --stop-datetime=20010101000000 --short-form binlog.000002',
  '-R binlog.000099',
  '-R --start-position=5 binlog.000001',
  '-R --start-position=999999 binlog.000001',
];

const MYSQL_COMBINATIONS = [
  '--read-from-remote-source=BINLOG-DUMP-GTIDS -v binlog.000001',
  '--read-from-remote-source=BINLOG-DUMP-GTIDS -t --exclude-gtids={uuid}:1-3:5 binlog.000001',
  '--read-from-remote-source=binlog-dump-non-gtids --include-gtids={uuid}:4-6 -t binlog.000001',
  '-R --connection-server-id=77 --print-table-metadata --hexdump binlog.000001',
];

const MARIADB_COMBINATIONS = [
  '-R -t --start-position=0-{serverId}-3 -v binlog.000001',
  '-R --skip-annotate-row-events binlog.000001',
];

interface Live {
  readonly name: string;
  readonly tool: Tool;
  readonly combinations: readonly string[];
  readonly start: () => Promise<DatabaseServer>;
}

const SERVERS: readonly Live[] = [
  {
    name: 'MySQL 9.7 that encrypts its files and compresses transactions',
    tool: 'mysql',
    combinations: MYSQL_COMBINATIONS,
    start: () =>
      startEncryptedMysql(['--gtid-mode=ON', '--enforce-gtid-consistency=ON', '--binlog-transaction-compression=ON']),
  },
  { name: 'MySQL 8.0', tool: 'mysql', combinations: MYSQL_COMBINATIONS, start: () => startMysql({ version: '8.0' }) },
  { name: 'MariaDB 11.8', tool: 'mariadb', combinations: MARIADB_COMBINATIONS, start: () => startMariadb() },
  {
    name: 'MariaDB 10.11 that encrypts its files and compresses events',
    tool: 'mariadb',
    combinations: MARIADB_COMBINATIONS,
    start: () => startEncryptedMariadb('10.11', ['--log-bin-compress=ON', '--log-bin-compress-min-len=10']),
  },
];

let real: RealTools;
let ours: OurTool;
const scratch = new Scratch();
beforeAll(async () => {
  [real, ours] = await Promise.all([RealTools.find(), OurTool.start()]);
});
afterAll(() => {
  ours[Symbol.dispose]();
  scratch[Symbol.dispose]();
});

for (const { name, tool, combinations, start } of SERVERS) {
  needs('own').test(`the log of a live ${name} is printed as the real tool prints it`, async () => {
    await using server = await start();
    await sql(server.url, ...STATEMENTS);
    if (tool === 'mariadb') await logSettled(server.url);
    const places = await placesOf(server);
    const connection = ['--host=127.0.0.1', `--port=${server.port}`, '--user=root'];
    const differences: string[] = [];
    for (const combination of [...COMBINATIONS, ...combinations]) {
      const args = combination.replace(/\{(\w+)\}/g, (_, place: string) => places[place] ?? '').split(' ');
      const call = { args: [...(tool === 'mariadb' ? ['--skip-ssl'] : []), ...connection, ...args] };
      const { difference } = await compare({ what: combination, tool, call }, { real, ours, scratch });
      if (difference !== null) differences.push(`${combination}: ${difference}`);
    }
    expect(differences).toEqual([]);
  });
}

/** What combinations speak of: where the second event begins, and who the server is. */
async function placesOf(server: DatabaseServer): Promise<Record<string, string>> {
  const connection = await Connection.open(parseServerUrl(server.url), never);
  try {
    const events = await connection.query<[string, number | string]>("SHOW BINLOG EVENTS IN 'binlog.000001' LIMIT 3");
    const variables = await connection.query<[string, string]>(
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_id')",
    );
    const values = new Map(variables);
    return {
      start: String(events[2]?.[1]),
      uuid: values.get('server_uuid') ?? '',
      serverId: values.get('server_id') ?? '',
    };
  } finally {
    await connection.close();
  }
}

needs('own').test('a connection that breaks is made again, and nothing is printed twice', async () => {
  await using server = await startMysql();
  await sql(server.url, ...STATEMENTS);
  const args = (port: number): string[] => ['inspect', '--no-defaults', '-v', `mysql://root@127.0.0.1:${port}`];
  const whole = await rowtide(args(server.port));
  expect(whole.stderr).toBe('');
  expect(whole.stdout).toContain('DROP TABLE');

  await using proxy = await startProxy({ target: { port: server.port } });
  let connections = 0;
  // The first two ask questions; those that are read from break in the middle of the log, twice.
  proxy.plan = () => (++connections === 3 || connections === 5 ? { direction: 'answer', afterBytes: 1500 } : null);
  const broken = await rowtide(args(proxy.port));
  expect(proxy.cuts).toBe(2);
  expect(broken.stderr).toMatch(/trying again/);
  expect(broken.status).toBe(0);
  expect(broken.stdout).toBe(whole.stdout);
});

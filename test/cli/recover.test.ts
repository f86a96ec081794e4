import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contents, execute, executed, select } from '../connectors/replica/replicating.js';
import { cloneInto } from '../servers/clone.js';
import { run } from '../servers/command.js';
import { type MysqlServer, mysqlTool, startMysql } from '../servers/mysql.js';
import { needs, sharedMariadb } from '../servers/suite.js';
import { type Ended, rowtide, start } from './rowtide.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-recover-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TRANSACTIONS = 1000;
const FILES = ['binlog.000001', 'binlog.000002', 'binlog.000003'];

needs('own').describe('rowtide recover', () => {
  let lost: MysqlServer;
  let restored: MysqlServer;
  let uuid: string;
  let copy: string;
  /** What the lost server had right before the mistake. */
  let before: unknown;
  /** Of the last transaction before it, and of the mistake. */
  let last: string;
  let mistake: string;
  const archive = join(folder, 'archive');

  beforeAll(async () => {
    [lost, restored] = await Promise.all([startMysql(), startMysql()]);
    await execute(lost, 'CREATE DATABASE shop', 'CREATE TABLE shop.orders (id INT PRIMARY KEY, note TEXT)');
    await execute(lost, "INSERT INTO shop.orders VALUES (1, 'in the copy')", 'FLUSH BINARY LOGS');
    const options = ['--single-transaction', '--set-gtid-purged=ON', '--databases', 'shop'];
    copy = await run(await mysqlTool('mysqldump'), ['--no-defaults', ...login(lost), ...options]);
    await restore();
    await execute(lost, 'ALTER TABLE shop.orders ADD price DECIMAL(10,2)');
    const values = Array.from(
      { length: TRANSACTIONS },
      (_, i) => `INSERT INTO shop.orders VALUES (${i + 2}, 'later', 9)`,
    );
    await execute(lost, ...values, 'FLUSH BINARY LOGS');
    [uuid, last] = (await executed(lost)).split(':1-') as [string, string];
    before = await contents(lost);
    await execute(
      lost,
      'DO SLEEP(0.01)',
      'DROP TABLE shop.orders',
      'CREATE TABLE shop.later (id INT)',
      'FLUSH BINARY LOGS',
    );
    mistake = `${uuid}:${Number(last) + 1}`;
    mkdirSync(archive);
    for (const name of FILES) copyFileSync(join(lost.binlogDir, name), join(archive, name));
  }, 300_000);

  afterAll(async () => {
    for (const server of [lost, restored]) await server?.remove();
  });

  const login = (server: MysqlServer): string[] => ['-h', server.host, '-P', String(server.port), '-u', server.user];

  async function restore(): Promise<void> {
    await execute(restored, 'DROP DATABASE IF EXISTS shop', 'RESET BINARY LOGS AND GTIDS');
    await run(await mysqlTool('mysql'), ['--no-defaults', ...login(restored)], { input: copy });
  }

  const recover = (...args: readonly string[]): Promise<Ended> =>
    rowtide(['recover', archive, '--target', restored.url, ...args]);

  test('says what it would do, and does nothing', async () => {
    const has = await executed(restored);
    const { status, stdout, stderr } = await recover('--to', 'now', '--dry-run');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`has ${has}\n`);
    expect(stdout).toMatch(/^archive +binlog\.000002 to binlog\.000003, of binlog\.000001 to binlog\.000003$/m);
    expect(stdout).toMatch(new RegExp(`^to apply +${TRANSACTIONS + 3} transactions, \\d+ bytes$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^statement +${uuid}:4 .* ALTER TABLE shop.orders ADD price`, 'm'));
    expect(stdout).toMatch(new RegExp(`^statement +${mistake} .* DROP TABLE \`shop\`.\`orders\``, 'm'));
    expect(await executed(restored)).toBe(has);
  });

  test('does nothing where the archive does not come as far as was asked, or begins too late', async () => {
    const has = await executed(restored);
    const beyond = await recover('--to', `${uuid}:1-999999`);
    expect(beyond.status).toBe(1);
    expect(beyond.stderr).toMatch(
      new RegExp(`^rowtide: PLACE_NOT_FOUND: the archive ends behind ${uuid}:\\d+, and lacks`),
    );

    const late = await rowtide(['recover', join(archive, 'binlog.000003'), '--to', 'now', '--target', restored.url]);
    expect(late.status).toBe(1);
    expect(late.stderr).toMatch(
      new RegExp(`^rowtide: SOURCE_PURGED: .* lacks ${uuid}:4-${last}, which lies before binlog\\.000003`),
    );
    expect(await executed(restored)).toBe(has);
  });

  test('brings a copy up to a GTID, also when it is killed in between', async () => {
    const args = ['recover', archive, '--target', restored.url, '--to', `${uuid}:1-${last}`];
    const killed = start(args);
    while ((await select(restored, `SELECT GTID_SUBSET('${uuid}:5', @@gtid_executed)`))[0]?.[0] === '0');
    killed.process.kill('SIGKILL');
    expect(await killed.ended).toMatchObject({ status: 'SIGKILL' });

    const { status, stdout } = await rowtide(args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^stops +behind the last$/m);
    expect(stdout).toMatch(/^applied +\d+ transactions$/m);
    expect(await contents(restored)).toEqual(before);
    expect((await recover('--to', `${uuid}:1-${last}`)).stdout).toMatch(/^to apply +0 transactions/m);
  });

  test('brings a copy up to a time, and says what it leaves out', async () => {
    await restore();
    const plan = await recover('--to', 'now', '--dry-run');
    const time = new RegExp(`${mistake}  (\\S+)  DROP`).exec(plan.stdout)?.[1] ?? '';
    const { status, stdout } = await recover('--to', time, '--workers', '2');
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^stops +before ${mistake}  ${time}  DROP TABLE`, 'm'));
    expect(await contents(restored)).toEqual(before);
  });

  test('reads a relay up to its last whole transaction, and other files only whole', async () => {
    await restore();
    const relay = join(folder, 'relay');
    cpSync(archive, relay, { recursive: true });
    const end = statSync(join(relay, 'binlog.000003')).size;
    truncateSync(join(relay, 'binlog.000003'), end - 100);
    const plan = () => rowtide(['recover', relay, '--to', 'now', '--target', restored.url, '--dry-run']);
    expect(await plan()).toMatchObject({ status: 65, stderr: expect.stringMatching(/^rowtide: BINLOG_TRUNCATED: /) });

    writeFileSync(join(relay, 'binlog.index'), FILES.map((name) => `./${name}\n`).join(''));
    writeFileSync(
      join(relay, 'relay.json'),
      JSON.stringify({ format: 1, flavour: 'mysql', id: uuid, positions: 'gtid' }),
    );
    const { status, stdout } = await plan();
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^to apply +${TRANSACTIONS + 2} transactions`, 'm'));
    expect(stdout).toMatch(new RegExp(`^statement +${mistake} .* DROP TABLE`, 'm'));
  });

  test('goes on from a clone', async () => {
    await cloneInto(restored, lost);
    await execute(lost, 'INSERT INTO shop.later VALUES (1), (2)', 'FLUSH BINARY LOGS');
    const file = join(lost.binlogDir, 'binlog.000004');
    const { status, stdout } = await rowtide(['recover', file, '--to', 'now', '--target', restored.url]);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^applied +1 transactions$/m)]);
    expect(await contents(restored)).toEqual(await contents(lost));
    expect(await executed(restored)).toBe(await executed(lost));
  });

  test('is for targets that say which transactions they have', async () => {
    const { url } = await sharedMariadb();
    const { status, stderr } = await rowtide(['recover', archive, '--to', 'now', '--target', url]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^rowtide: SINK_REFUSED: .* is a MariaDB, which does not say which transactions it has\n {2}hint: /,
    );
  });

  test('does not take the transactions of a server that was restored in its own place for applied ones', async () => {
    await execute(lost, 'DROP DATABASE shop', 'RESET BINARY LOGS AND GTIDS');
    const { status, stderr } = await rowtide(['recover', archive, '--to', 'now', '--target', lost.url]);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^rowtide: SINK_REFUSED: .* has the server_uuid ${uuid} of the server`));
  });
});

import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import driver from 'mysql2';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NamedFinding } from '../../src/doctor/checks.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { purgeTo } from '../source/purging.js';
import { rowtide } from './rowtide.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A command of the driver for readers that make themselves known, as replicas do. */
interface Registering {
  _registerSlave(options: { serverId: number }, done: (value: unknown) => void): void;
}

needs('own').describe('rowtide doctor', () => {
  let server: MysqlServer;
  let sql: mysql.Connection;
  let cdc: string;

  beforeAll(async () => {
    server = await startMysql({ options: ['--binlog-row-metadata=FULL', '--default-time-zone=+00:00'] });
    sql = await mysql.createConnection(server.url);
    cdc = server.url.replace('root@', 'cdc:secret@');
    await run(
      'CREATE DATABASE shop',
      'CREATE TABLE shop.orders (id INT PRIMARY KEY)',
      'CREATE TABLE shop.log (line INT)',
    );
    await run("CREATE USER cdc IDENTIFIED BY 'secret'", 'CREATE ROLE reader');
    await run('GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO reader', 'GRANT reader TO cdc');
  });
  afterAll(async () => {
    await sql?.end();
    await server?.remove();
  });

  async function run(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await sql.query(statement);
  }

  /** The lines of that name, and the exit code. */
  async function lines(name: string, ...args: readonly string[]): Promise<{ status: unknown; found: NamedFinding[] }> {
    const { status, stdout } = await rowtide([
      'doctor',
      server.url,
      '--include',
      'shop.orders',
      '--format',
      'json',
      ...args,
    ]);
    const { findings } = JSON.parse(stdout) as { findings: NamedFinding[] };
    return { status, found: findings.filter((finding) => finding.name === name) };
  }

  test('prints what is wrong with what mends it, and counts the privileges of active roles', async () => {
    const before = await rowtide(['doctor', cdc, '--include', 'shop.*']);
    expect(before).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^rowtide: SOURCE_SETTINGS: 127\.0\.0\.1:\d+: REPLICATION SLAVE, REPLICATION CLIENT\n/,
      ),
    });
    expect(before.stdout).toMatch(
      /^127\.0\.0\.1:\d+ {2}9\.\d+\.\d+\S*\n\nok {7}log_bin {2,}the server writes a binary log\n/,
    );
    expect(before.stdout).toMatch(
      /\nerror {4}REPLICATION SLAVE {2,}not granted: .*\n {9}GRANT REPLICATION SLAVE ON \*\.\* TO 'cdc'@'%';\n/,
    );

    await run('ALTER USER cdc DEFAULT ROLE reader');
    const good = await rowtide(['doctor', cdc, '--include', 'shop.orders']);
    expect(good).toMatchObject({ status: 0, stderr: '' });
    expect(
      good.stdout
        .split('\n')
        .slice(2, -1)
        .every((line) => line.startsWith('ok ')),
    ).toBe(true);

    await run('GRANT SELECT ON shop.* TO cdc');
    const seen = await rowtide(['doctor', cdc, '--include', 'shop.*']);
    expect(seen).toMatchObject({ status: 0, stderr: '' });
    expect(seen.stdout).toMatch(
      /warning {2}primary keys .*shop\.log.*\n {9}ALTER TABLE `shop`\.`log` ADD COLUMN row_id BIGINT UNSIGNED NOT NULL INVISIBLE AUTO_INCREMENT PRIMARY KEY;\n/,
    );
  });

  test('looks whether a server id is free', async () => {
    const own = await lines('server_id', '--server-id', String(server.port));
    expect(own).toMatchObject({
      status: 1,
      found: [{ status: 'error', message: `${server.port} is the server's own` }],
    });
    expect(await lines('server_id', '--server-id', '4711')).toMatchObject({ status: 0, found: [{ status: 'ok' }] });

    const other = driver.createConnection(server.url);
    await new Promise((resolve) => (other as unknown as Registering)._registerSlave({ serverId: 4711 }, resolve));
    const taken = await lines('server_id', '--server-id', '4711');
    other.destroy();
    expect(taken).toMatchObject({
      status: 1,
      found: [{ status: 'error', message: '4711 is taken by another reader' }],
    });
  });

  test('holds the time that the log is kept against the age of a checkpoint, and looks for what it needs', async () => {
    const checkpoint = join(folder, 'shop.json');
    const aged = (hours: number): void => utimesSync(checkpoint, Date.now() / 1000, Date.now() / 1000 - hours * 3600);
    const made = await rowtide(['tail', cdc, '--from', 'now', '-e', '--checkpoint', checkpoint]);
    expect(made.status).toBe(0);
    expect(await lines('checkpoint', '--checkpoint', checkpoint)).toMatchObject({
      status: 0,
      found: [{ status: 'ok' }],
    });

    await run('SET GLOBAL binlog_expire_logs_seconds = 172800');
    aged(47);
    const old = await lines('retention', '--checkpoint', checkpoint);
    expect(old).toMatchObject({
      status: 0,
      found: [{ status: 'warning', message: expect.stringContaining('47 hours') }],
    });
    aged(480);
    const { status, found } = await lines('retention', '--checkpoint', checkpoint);
    expect([status, found[0]?.status]).toEqual([1, 'error']);
    if (found[0]?.status === 'error') await run(...found[0].fix.sql);
    expect(await lines('retention', '--checkpoint', checkpoint)).toMatchObject({
      status: 0,
      found: [{ status: 'ok' }],
    });

    await run('INSERT INTO shop.orders VALUES (8)', 'FLUSH BINARY LOGS');
    await purgeTo(server.url, 'binlog.000002');
    const purged = await lines('checkpoint', '--checkpoint', checkpoint);
    expect(purged).toMatchObject({
      status: 1,
      found: [{ status: 'error', message: expect.stringContaining('purged') }],
    });
  });

  test('says apart a server that is not there, and a password that is wrong', async () => {
    const nobody = await rowtide(['doctor', 'mysql://cdc@127.0.0.1:1']);
    expect(nobody).toMatchObject({ status: 69, stdout: '', stderr: expect.stringContaining('SOURCE_UNREACHABLE') });
    const wrong = await rowtide(['doctor', cdc.replace('secret', 'guess')]);
    expect(wrong).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('SOURCE_ACCESS_DENIED') });
  });
});

/** The command line on a MariaDB: its GTIDs wherever a place is named, and a pipeline that is killed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random, seedOf } from '../roundtrip/random.js';
import { type MariadbServer, startMariadb } from '../servers/mariadb.js';
import { needs } from '../servers/suite.js';
import { rowtide, start } from './rowtide.js';

needs('own').describe('rowtide with MariaDB', () => {
  let server: MariadbServer;
  let sql: mysql.Connection;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowtide-mariadb-'));
    server = await startMariadb();
    sql = await mysql.createConnection(server.url);
    await sql.query('CREATE DATABASE shop CHARACTER SET utf8mb4');
    await sql.query('CREATE TABLE shop.orders (id INT PRIMARY KEY, at DATETIME(6), ref UUID, note TEXT COMPRESSED)');
    for (let id = 1; id <= 4; id++) await insert(id);
  });
  afterAll(async () => {
    await sql?.end();
    await server?.remove();
    rmSync(folder, { recursive: true });
  });

  const insert = (id: number) =>
    sql.query("INSERT INTO shop.orders VALUES (?, now(6), uuid(), repeat('note ', ?))", [id, id % 100]);
  const gtid = (sequence: number): string => `0-${server.port}-${sequence}`;
  const ids = (lines: string): number[] =>
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).after?.id)
      .filter((id) => id !== undefined);

  async function tail(...args: string[]): Promise<{ status: number | string; ids: number[]; stderr: string }> {
    const source = [server.url, '--schema', 'assume-current', '--format', 'json'];
    const { status, stdout, stderr } = await rowtide(['tail', ...source, ...args]);
    return { status, ids: ids(stdout), stderr };
  }

  test('takes GTIDs for places, and goes on from a checkpoint of them', async () => {
    // Two statements came first.
    expect(await tail('--from', gtid(3), '--until', gtid(5))).toEqual({ status: 0, ids: [2, 3], stderr: '' });
    expect(await tail('--from', 'beginning', '--until', 'now')).toMatchObject({ status: 0, ids: [1, 2, 3, 4] });
    const checkpoint = join(folder, 'tail.json');
    const first = await tail('--from', gtid(2), '--until', gtid(4), '--checkpoint', checkpoint);
    expect(first).toMatchObject({ status: 0, ids: [1, 2] });
    const shown = await rowtide(['checkpoint', 'show', checkpoint, '--json']);
    expect(JSON.parse(shown.stdout).position).toMatchObject({
      source: { flavour: 'mariadb', id: `server-id:${server.port}` },
      log: { gtid: gtid(4) },
    });
    expect(await tail('--until', 'now', '--checkpoint', checkpoint)).toMatchObject({ status: 0, ids: [3, 4] });
    const set = await rowtide(['checkpoint', 'set', checkpoint, '--gtid', gtid(5)]);
    expect(set.stdout).toContain(`now     ${gtid(5)}`);
    expect(await tail('--until', 'now', '--checkpoint', checkpoint)).toMatchObject({ status: 0, ids: [4] });
  });

  test('refuses a place that the server never was at', async () => {
    const { status, stderr } = await tail('--from', gtid(999));
    expect(status).not.toBe(0);
    expect(stderr).toContain(`SOURCE_DIVERGED`);
  });

  test('leaves every row once in a file, in order, however often it is killed', async () => {
    const place = join(folder, 'kill');
    const source = `url: "${server.url}", from: "${gtid(2)}"`;
    writeFileSync(
      `${place}.yaml`,
      `state: ${place}.state\npipelines:\n  p:\n    source: { ${source} }\n    sink: { file: { path: ${place}.jsonl } }\n`,
    );
    const ROWS = 400;
    // A copy of the columns is only good for what comes later: so the log has to describe them.
    await sql.query('SET GLOBAL binlog_row_metadata = FULL');
    await sql.query('FLUSH BINARY LOGS');
    const writing = (async () => {
      for (let id = 5; id <= ROWS; id++) await insert(id);
    })();
    const written = (): number[] => {
      try {
        return ids(readFileSync(`${place}.jsonl`, 'utf8').replace(/[^\n]*$/, ''));
      } catch {
        return [];
      }
    };
    const random = new Random(seedOf('moments of kills'));
    for (let kills = 0; kills < 3; kills++) {
      const before = written().length;
      const running = start(['run', '--config', `${place}.yaml`]);
      while (written().length <= before && before < ROWS) await delay(5);
      await delay(random.int(0, 60));
      running.process.kill('SIGKILL');
      await running.ended;
    }
    await writing;
    const last = start(['run', '--config', `${place}.yaml`]);
    await expect.poll(() => written().length).toBe(ROWS);
    last.process.kill('SIGTERM');
    await last.ended;
    expect(written()).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1));
  });

  test('stops at an XA COMMIT that is logged a second time, and goes on behind it when told to', async () => {
    const place = join(folder, 'xa');
    const [[before]] = await sql.query<mysql.RowDataPacket[]>('SELECT @@gtid_binlog_pos AS gtid');
    writeFileSync(
      `${place}.yaml`,
      `state: ${place}.state\npipelines:\n  p:\n    source: { url: "${server.url}", from: "${before?.gtid}", schema: assume-current }\n    sink: { file: { path: ${place}.jsonl } }\n`,
    );
    const prepare = (id: number): string[] => [
      "XA START 'x'",
      `INSERT INTO shop.orders (id) VALUES (${id})`,
      "XA END 'x'",
      "XA PREPARE 'x'",
    ];
    for (const statement of [...prepare(1001), "XA COMMIT 'x'"]) await sql.query(statement);
    // A server that is killed leaves one prepared that its log has committed.
    const holder = await mysql.createConnection(server.url);
    for (const statement of ['SET sql_log_bin = 0', ...prepare(1002)]) await holder.query(statement);
    await holder.end();
    const commit = () => sql.query("XA COMMIT 'x'").then(() => true, String);
    await expect.poll(commit).toBe(true);
    const [[second]] = await sql.query<mysql.RowDataPacket[]>('SELECT @@gtid_binlog_pos AS gtid');
    await insert(1003);

    const stopped = await start(['run', '--config', `${place}.yaml`]).ended;
    expect(stopped.status).toBe(1);
    expect(stopped.stderr).toMatch(/LOG_GAP: .*XA COMMIT X'78',X'',1, but its XA PREPARE is not in the log/);
    const written = (): number[] => ids(readFileSync(`${place}.jsonl`, 'utf8'));
    expect(written()).toEqual([1001]);
    const skip = ['skip', String(second?.gtid), '--config', `${place}.yaml`, '--pipeline', 'p'];
    expect(await rowtide(skip)).toMatchObject({ status: 0 });
    const running = start(['run', '--config', `${place}.yaml`]);
    await expect.poll(written).toEqual([1001, 1003]);
    running.process.kill('SIGTERM');
    await running.ended;
  });
});

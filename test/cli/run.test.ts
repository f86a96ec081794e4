import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askControl } from '../../src/daemon/control.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { type Running, rowtide, start } from './rowtide.js';

needs('own').describe('rowtide run', () => {
  let server: MysqlServer;
  let sql: mysql.Connection;
  let uuid: string;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowtide-run-'));
    server = await startMysql({ options: ['--binlog-row-metadata=FULL', '--log-bin=binlog'] });
    sql = await mysql.createConnection(server.url);
    await run('CREATE DATABASE shop', 'CREATE TABLE shop.orders (id INT PRIMARY KEY)');
    await run("CREATE USER cdc IDENTIFIED BY 'hunter22'", 'GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO cdc');
    uuid = await scalar('SELECT @@server_uuid');
    writeFileSync(join(folder, 'password'), 'hunter22\n', { mode: 0o600 });
  });
  afterAll(async () => {
    await sql?.end();
    await server?.remove();
    rmSync(folder, { recursive: true });
  });

  async function run(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await sql.query(statement);
  }

  async function scalar(query: string): Promise<string> {
    const [rows] = await sql.query({ sql: query, rowsAsArray: true } as mysql.QueryOptions);
    return String((rows as unknown[][])[0]?.[0]);
  }

  /** A configuration in a folder of its own, with `$SERVER` and `$PASSWORD` filled in. */
  function configure(pipelines: string): { config: string; own: (name: string) => string } {
    const place = join(folder, `config-${count++}`);
    writeFileSync(`${place}.yaml`, '');
    const text = `state: ${place}.state\npipelines:\n${pipelines}`
      .replaceAll('$SERVER', `url: "mysql://cdc@127.0.0.1:${server.port}"`)
      .replaceAll('$PASSWORD', `password: "\${file:${join(folder, 'password')}}"`)
      .replaceAll('$OWN', place);
    writeFileSync(`${place}.yaml`, text);
    return { config: `${place}.yaml`, own: (name) => `${place}.${name}` };
  }

  const INTO_FILE = '    source: { $SERVER, $PASSWORD }\n    sink: { file: { path: $OWN.jsonl } }\n';
  /** Of whole lines: the last one may be on its way. */
  const idsIn = (path: string): number[] =>
    readFileSync(path, 'utf8')
      .replace(/[^\n]*$/, '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).after?.id);

  async function eventually<T>(look: () => T | Promise<T>, wanted: (found: T) => boolean): Promise<T> {
    for (;;) {
      const found = await look();
      if (wanted(found)) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const statusOf = async (config: string) =>
    JSON.parse((await rowtide(['status', '--config', config, '--json'])).stdout);

  async function end(daemon: Running): Promise<void> {
    daemon.process.kill('SIGTERM');
    expect((await daemon.ended).status).toBe(0);
  }

  test('carries changes into its sink, is asked how it does, paused, resumed and ended; a restart repeats nothing', async () => {
    const { config, own } = configure(`  shop:\n${INTO_FILE}`);
    const daemon = start(['run', '--config', config]);
    await daemon.said(/streaming/);
    await run('INSERT INTO shop.orders VALUES (1)');
    await eventually(
      () => idsIn(own('jsonl')),
      (ids) => ids.length === 1,
    );

    const [status] = await eventually(
      () => statusOf(config),
      ([each]) => each.transactions === 1,
    );
    expect(status).toMatchObject({ name: 'shop', state: 'streaming', sink: 'file', error: null });
    expect(status.position).toMatch(new RegExp(`^${uuid}:1-`));
    const table = await rowtide(['status', '--config', config]);
    expect(table.stdout).toMatch(/^PIPELINE +STATE +TRANSACTIONS .*\nshop +streaming +1 /);

    expect((await rowtide(['pause', '--config', config])).status).toBe(0);
    await eventually(
      () => statusOf(config),
      ([each]) => each.state === 'paused',
    );
    await run('INSERT INTO shop.orders VALUES (2)');
    expect((await rowtide(['resume', '--config', config, '--pipeline', 'shop'])).status).toBe(0);
    await eventually(
      () => idsIn(own('jsonl')),
      (ids) => ids.length === 2,
    );
    await end(daemon);

    await run('INSERT INTO shop.orders VALUES (3)');
    const again = start(['run', '--config', config]);
    await eventually(
      () => idsIn(own('jsonl')),
      (ids) => ids.length === 3,
    );
    await end(again);
    expect(idsIn(own('jsonl'))).toEqual([1, 2, 3]);
    await run('DELETE FROM shop.orders');
  });

  test('keeps its state to its user, refuses a second daemon, and takes over from a dead one', async () => {
    const { config, own } = configure(`  shop:\n${INTO_FILE}`);
    const daemon = start(['run', '--config', config]);
    await daemon.said(/streaming/);
    expect(statSync(own('state')).mode & 0o777).toBe(0o700);
    expect(statSync(`${own('state')}/control.sock`).mode & 0o777).toBe(0o600);

    const second = await rowtide(['run', '--config', config]);
    expect(second.status).toBe(1);
    expect(second.stderr).toMatch(/rowtide: CHECKPOINT_LOCKED: another rowtide runs with this state folder/);

    daemon.process.kill('SIGKILL');
    await daemon.ended;
    const nobody = await rowtide(['status', '--state', own('state')]);
    expect(nobody.status).toBe(1);
    expect(nobody.stderr).toContain('rowtide: IO: no rowtide run listens on');
    const third = start(['run', '--config', config]);
    await third.said(/streaming/);
    await end(third);
  });

  test('a pipeline that fails leaves the others running, and its code is the last word', async () => {
    const { config, own } = configure(
      `  broken:\n    source: { files: ["$OWN.junk"] }\n    sink: { file: { path: $OWN.broken.jsonl } }\n  shop:\n${INTO_FILE}`,
    );
    writeFileSync(own('junk'), 'no binlog at all');
    const daemon = start(['run', '--config', config]);
    await daemon.said(/the pipeline has failed/);
    await daemon.said(/streaming/);
    await run('INSERT INTO shop.orders VALUES (4)');
    await eventually(
      () => idsIn(own('jsonl')),
      (ids) => ids.includes(4),
    );
    const table = await rowtide(['status', '--config', config]);
    expect(table.stdout).toMatch(/^broken +failed /m);
    expect(table.stdout).toMatch(/^broken: .*is not a binary log/m);
    const unknown = await rowtide(['resume', '--config', config, '--pipeline', 'nope']);
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('There are broken, shop.') });

    daemon.process.kill('SIGTERM');
    const { status, stderr } = await daemon.ended;
    expect(status).toBe(65);
    expect(stderr).toContain('rowtide: NOT_A_BINLOG: ');
    await run('DELETE FROM shop.orders');
  });

  test('a transaction that cannot be read is skipped on demand, in a running daemon or in its checkpoint', async () => {
    const { config, own } = configure(
      `  shop:\n${INTO_FILE}  other:\n${INTO_FILE.replace('$OWN.jsonl', '$OWN.other.jsonl').replace('sink:', 'transform: { exclude: ["*.*"] }\n    sink:')}`,
    );
    const poison = async (id: number): Promise<string> => {
      await run('SET GLOBAL binlog_row_metadata = MINIMAL', `INSERT INTO shop.orders VALUES (${id})`);
      const executed = await scalar('SELECT @@global.gtid_executed');
      await run('SET GLOBAL binlog_row_metadata = FULL', `INSERT INTO shop.orders VALUES (${id + 1})`);
      return `${uuid}:${/\d+$/.exec(executed)?.[0] ?? ''}`;
    };
    const daemon = start(['run', '--config', config]);
    await eventually(
      () =>
        rowtide(['status', '--config', config, '--json']).then(({ stdout }) =>
          stdout === '' ? [] : JSON.parse(stdout),
        ),
      (found) => found.length === 2 && found.every(({ state }: { state: string }) => state === 'streaming'),
    );
    const first = await poison(10);
    await daemon.said(/the pipeline has failed/);
    expect(await statusOf(config)).toMatchObject([
      { name: 'shop', state: 'failed', error: expect.stringContaining('columns of shop.orders are not known') },
      { name: 'other', state: 'streaming' },
    ]);
    const vague = await rowtide(['skip', first, '--config', config]);
    expect(vague).toMatchObject({ status: 2, stderr: expect.stringContaining('shop, other') });
    expect((await rowtide(['skip', first, '--config', config, '--pipeline', 'shop'])).status).toBe(0);
    await eventually(
      () => idsIn(own('jsonl')),
      (ids) => ids.includes(11),
    );
    await daemon.said(/SKIPPING A TRANSACTION/);
    await end(daemon);

    const second = await poison(20);
    const offline = await rowtide(['skip', second, '--config', config, '--pipeline', 'shop']);
    expect(offline).toMatchObject({ status: 0, stderr: expect.stringContaining('rowtide: SKIPPED in ') });
    const again = start(['run', '--config', config]);
    await eventually(
      () => idsIn(own('jsonl')),
      (ids) => ids.includes(21),
    );
    await end(again);
    expect(idsIn(own('jsonl'))).toEqual([11, 21]);
    expect(readFileSync(own('other.jsonl'), 'utf8')).toBe('');
    await run('DELETE FROM shop.orders');
  });

  test('stands still right behind a transaction that is named, and goes on from there when told to', async () => {
    const { config, own } = configure(`  shop:\n${INTO_FILE}`);
    const control = `${own('state')}/control.sock`;
    const daemon = start(['run', '--config', config]);
    await daemon.said(/streaming/);
    const last = /\d+$/.exec(await scalar('SELECT @@global.gtid_executed'))?.[0] ?? '';
    const gtid = `${uuid}:${Number(last) + 2}`;
    const [asked] = (await askControl(control, { command: 'until', gtid, pipeline: null }))?.pipelines ?? [];
    expect(asked).toMatchObject({ until: gtid });
    for (const id of [30, 31, 32]) await run(`INSERT INTO shop.orders VALUES (${id})`);
    const [paused] = await eventually(
      () => statusOf(config),
      ([each]) => each.state === 'paused',
    );
    expect(paused).toMatchObject({ until: null, lagMs: null, position: `${uuid}:1-${Number(last) + 2}` });
    expect(idsIn(own('jsonl'))).toEqual([30, 31]);
    const passed = askControl(control, { command: 'until', gtid, pipeline: 'shop' });
    await expect(passed).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('already') });

    await rowtide(['resume', '--config', config]);
    await eventually(
      () => idsIn(own('jsonl')),
      (ids) => ids.length === 3,
    );
    await askControl(control, { command: 'until', gtid: `${uuid}:${Number(last) + 4}`, pipeline: 'shop' });
    // Told to go on, it forgets where it was to stand still.
    await rowtide(['resume', '--config', config]);
    for (const id of [33, 34]) await run(`INSERT INTO shop.orders VALUES (${id})`);
    await eventually(
      () => idsIn(own('jsonl')),
      (ids) => ids.length === 5,
    );
    expect(await statusOf(config)).toMatchObject([{ state: 'streaming', until: null, lagMs: expect.any(Number) }]);
    await end(daemon);
    await run('DELETE FROM shop.orders');
  });

  test('tells its passwords to nobody', async () => {
    const { config, own } = configure(`  shop:\n${INTO_FILE}`);
    const daemon = start(['run', '--config', config, '--verbose']);
    await daemon.said(/streaming/);
    const status = await rowtide(['status', '--config', config, '--json']);
    const seen = [status.stdout, readFileSync(`/proc/${daemon.process.pid}/cmdline`, 'utf8')];
    seen.push(readFileSync(`${own('state')}/shop.checkpoint.json`, 'utf8'));
    await end(daemon);
    const { stdout, stderr } = await daemon.ended;
    expect([...seen, stdout, stderr].join('\n')).not.toContain('hunter22');
  });

  test('a drain that does not end is ended: by its timeout, or by a second signal', async () => {
    const { config, own } = configure(
      '  shop: { source: { $SERVER, $PASSWORD }, sink: { $OWN.stuck.mjs: {} } }\n'
        .replace('sink: { $OWN', 'sink: { "$OWN')
        .replace('mjs:', 'mjs":'),
    );
    writeFileSync(
      own('stuck.mjs'),
      `export default {
  name: 'stuck', delivery: 'at-least-once', options: { safeParse: (data) => ({ success: true, data }) },
  create: () => ({
    open: async () => undefined,
    write: async ({ transactions }) => {
      if (transactions.length > 0) await new Promise(() => process.stderr.write('STUCK\\n') && setInterval(() => 0, 1000));
    },
    state: () => ({}), close: async () => undefined,
  }),
};`,
    );
    const stuck = async (...options: string[]): Promise<Running> => {
      const daemon = start(['run', '--config', config, ...options]);
      await daemon.said(/streaming/);
      await run('INSERT INTO shop.orders VALUES (20)', 'DELETE FROM shop.orders');
      await daemon.said(/STUCK/);
      return daemon;
    };
    const slow = await stuck('--shutdown-timeout', '300ms');
    slow.process.kill('SIGTERM');
    expect((await slow.ended).status).toBe(143);

    const hurried = await stuck('--shutdown-timeout', '60s');
    hurried.process.kill('SIGINT');
    await hurried.said(/stopping/);
    hurried.process.kill('SIGINT');
    expect((await hurried.ended).status).toBe(130);
  });

  test('ends with 69 when its attempts are used up, with 0 when its files are', async () => {
    const unreachable = configure(
      '  shop:\n    source: { url: "mysql://root@127.0.0.1:1" }\n    retry: { attemptsMax: 2, delayMsMax: 10 }\n    sink: { file: { path: $OWN.jsonl } }\n',
    );
    expect((await rowtide(['run', '--config', unreachable.config])).status).toBe(69);

    await run('FLUSH BINARY LOGS');
    const files = configure(
      `  shop:\n    source: { files: ["${join(server.binlogDir, 'binlog.000001')}"], schema: none }\n    sink: { file: { path: $OWN.jsonl } }\n`,
    );
    expect((await rowtide(['run', '--config', files.config])).status).toBe(0);
    const lines = readFileSync(files.own('jsonl'), 'utf8');
    appendFileSync(files.own('jsonl'), '{"torn');
    // Once more: nothing comes twice, and what a crash tore off is gone.
    expect((await rowtide(['run', '--config', files.config])).status).toBe(0);
    expect(readFileSync(files.own('jsonl'), 'utf8')).toBe(lines);
  });
});

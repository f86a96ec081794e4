import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DelayedStatus } from '../../../src/daemon/delayed/status.js';
import { COMMAND, type Running, rowtide, start } from '../../cli/rowtide.js';
import { type Command, program, run } from '../../servers/command.js';
import type { DatabaseAddress } from '../../servers/database.js';
import { type MysqlServer, mysqlTool, startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { contents, execute, select } from '../replica/replicating.js';

const PAGE = join(import.meta.dirname, '../../../docs/runbooks/dropped-table.md');
/** What the page has a person type, step by step. */
const STEPS = [...readFileSync(PAGE, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(([, commands = '']) => commands);

needs('own').describe('the rescue of a dropped table, as its page says', () => {
  let source: MysqlServer;
  let replica: MysqlServer;
  let folder: string;
  let daemon: Running | undefined;

  beforeAll(async () => {
    const options = ['--binlog-row-metadata=FULL'];
    [source, replica] = await Promise.all([startMysql({ options }), startMysql({ options })]);
    folder = mkdtempSync(join(tmpdir(), 'rowtide-drill-'));
    mkdirSync(join(folder, 'bin'));
    install('rowtide', program(process.execPath, ...COMMAND));
    for (const tool of ['mysql', 'mysqldump'] as const) install(tool, await mysqlTool(tool));
  });
  afterAll(async () => {
    daemon?.process.kill('SIGKILL');
    await Promise.all([source?.remove(), replica?.remove()]);
    rmSync(folder, { recursive: true });
  });

  /** Under its name, as a person calls it. */
  function install(name: string, { file, args, env = {} }: Command): void {
    const quoted = [file, ...args].map((each) => `'${each}'`).join(' ');
    const set = Object.entries(env).map(([key, value]) => `export ${key}='${value}'\n`);
    const path = join(folder, 'bin', name);
    writeFileSync(path, `#!/bin/sh\n${set.join('')}exec ${quoted} "$@"\n`);
    chmodSync(path, 0o755);
  }

  const login = ({ host, port, user }: DatabaseAddress): string => `-h ${host} -P ${port} -u ${user}`;

  function type(commands: string | undefined, gtid: string): Promise<string> {
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      TSX_TSCONFIG_PATH: join(import.meta.dirname, '../../../tsconfig.json'),
      SOURCE: login(source),
      REPLICA: login(replica),
      GTID: gtid,
    };
    return run(program('bash', '-euo', 'pipefail', '-c', commands ?? 'false'), [], { cwd: folder, env });
  }

  const config = (): string => join(folder, 'rowtide.yaml');

  async function status(): Promise<{ state: string; delayed: DelayedStatus }> {
    const { stdout } = await rowtide(['delayed', 'status', '--config', config(), '--json']);
    return JSON.parse(stdout)[0];
  }

  it('loses nothing', async () => {
    await execute(
      source,
      'CREATE DATABASE shop',
      'CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT, item TEXT)',
      'CREATE TABLE shop.customers (id INT PRIMARY KEY AUTO_INCREMENT, name TEXT)',
    );
    const relay = { source: { url: source.url, from: 'beginning' }, folder: join(folder, 'relay') };
    const sink = { 'delayed-replica': { url: replica.url, mode: 'binlog', delay: '1h' } };
    const pipelines = { rescue: { source: { relay: 'shop' }, sink } };
    writeFileSync(config(), JSON.stringify({ state: join(folder, 'state'), relays: { shop: relay }, pipelines }));
    daemon = start(['run', '--config', config(), '--log-format', 'json']);
    await using workload = new Workload(source);
    await daemon.said(/streaming/);
    await workload.done(100);

    await execute(source, 'DROP TABLE shop.orders');
    await daemon.said(/GUARD: the replica will stand still/);
    await workload.done(workload.acknowledged.customers + 50);
    const ordered = workload.acknowledged.orders;
    const { delayed } = await status();
    const drop = delayed.notable.find(({ rule }) => rule === 'drop');
    expect(drop?.what[0]).toMatch(/^DROP TABLE/);
    const gtid = drop!.transaction;

    expect(STEPS).toHaveLength(5);
    const [see, letThrough, untilPaused, copyBack, goOn] = STEPS;
    expect(await type(see, gtid)).toMatch(/drop +DROP TABLE/);
    await type(letThrough, gtid);
    await type(untilPaused, gtid);
    const [[kept] = []] = await select(replica, 'SELECT COUNT(*) FROM shop.orders');
    expect(kept).toBe(ordered);
    await type(copyBack, gtid);
    await workload.done(workload.acknowledged.customers + 50);
    await type(goOn, gtid);
    await expect.poll(async () => (await status()).state).toBe('streaming');
    await workload.stop();

    expect(
      await select(source, 'SELECT (SELECT COUNT(*) FROM shop.orders), (SELECT COUNT(*) FROM shop.customers)'),
    ).toEqual([[workload.acknowledged.orders, workload.acknowledged.customers]]);
    expect(workload.acknowledged.orders).toBeGreaterThan(ordered);
    // And the replica gets to the same, which nobody wants to wait an hour for.
    await rowtide(['delayed', 'catch-up', '--config', config()]);
    while (!(await status()).delayed.isIdle) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await contents(replica)).toEqual(await contents(source));
    daemon.process.kill('SIGTERM');
    expect((await daemon.ended).status).toBe(0);
  });
});

/** Orders and customers, one transaction after the other; who orders from a table that is not there gets an error. */
class Workload implements AsyncDisposable {
  readonly acknowledged = { orders: 0, customers: 0 };
  readonly #ended: Promise<void>;
  #isStopped = false;

  constructor(server: Pick<DatabaseAddress, 'url'>) {
    this.#ended = this.#run(server.url);
    this.#ended.catch(() => undefined);
  }

  /** Resolves when so many customers are there. */
  async done(customers: number): Promise<void> {
    while (this.acknowledged.customers < customers) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 10)), this.#ended]);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #run(url: string): Promise<void> {
    const connection = await mysql.createConnection(url);
    try {
      while (!this.#isStopped) {
        await connection.query("INSERT INTO shop.customers (name) VALUES ('Ada')");
        this.acknowledged.customers++;
        const isOrdered = await connection.query("INSERT INTO shop.orders (item) VALUES ('ink')").then(
          () => true,
          (error: { errno?: number }) => {
            if (error.errno === NO_SUCH_TABLE) return false;
            throw error;
          },
        );
        if (isOrdered) this.acknowledged.orders++;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      await connection.end();
    }
  }
}

const NO_SUCH_TABLE = 1146;

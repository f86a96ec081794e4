/** Sources with two shards each of the same tables, one target, and the `rowtide run` between them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { askControl } from '../../../src/daemon/control.js';
import type { PipelineStatus } from '../../../src/daemon/status.js';
import { type Running, start } from '../../cli/rowtide.js';

export interface ShardedSource {
  readonly name: string;
  readonly url: string;
  /** Where rowtide connects to, if not to the server itself. */
  readonly through?: string;
}

export interface SceneOptions {
  readonly sources: readonly ShardedSource[];
  readonly target: string;
  /** Begin of the names of schemas, so that scenes can share servers. */
  readonly prefix: string;
  /** More options of the sink. */
  readonly sink?: object;
  readonly route?: object;
}

export const SHARDS = [1, 2] as const;
export const ORDERS =
  'CREATE TABLE orders (id BIGINT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(60) CHARACTER SET utf8mb4, total DECIMAL(9,2), placed DATETIME(3))';

export class Scene {
  readonly #options: SceneOptions;
  readonly #folder: string;
  readonly #clients = new Map<string, mysql.Connection>();
  #daemon: Running | null = null;

  constructor(options: SceneOptions) {
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), 'rowtide-aggregate-'));
  }

  get target(): string {
    return `${this.#options.prefix}_all`;
  }

  get stateSchema(): string {
    return `${this.#options.prefix}_state`;
  }

  get config(): string {
    return join(this.#folder, 'rowtide.yaml');
  }

  /** Makes the schemas of all shards, and the configuration of rowtide, which begins with what follows. */
  async prepare(): Promise<void> {
    const { sources, prefix } = this.#options;
    const configured: Record<string, object> = {};
    for (const { name, url, through } of sources) {
      for (const shard of SHARDS) await this.run(name, `CREATE DATABASE ${this.schema(shard)}`);
      configured[name] = { url: through ?? url, from: await this.#head(name), heartbeatMs: 500 };
    }
    const sink = {
      url: this.#options.target,
      stateSchema: this.stateSchema,
      routes: [
        {
          match: `/^${prefix}_(\\d)\\.(.*)$/`,
          to: `${this.target}.{2}`,
          add: { source: '{source}', shard: '{1}' },
          ...this.#options.route,
        },
      ],
      ...this.#options.sink,
    };
    const pipeline = {
      sources: configured,
      transform: { include: [`${prefix}_*.*`], exclude: [`${this.target}.*`, `${this.stateSchema}.*`] },
      retry: { delayMsMax: 500 },
      sink: { 'aggregate-replica': sink },
    };
    // JSON is YAML.
    writeFileSync(this.config, JSON.stringify({ state: join(this.#folder, 's'), pipelines: { all: pipeline } }));
  }

  schema(shard: number): string {
    return `${this.#options.prefix}_${shard}`;
  }

  start(): Running {
    this.#daemon = start(['run', '--config', this.config]);
    return this.#daemon;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<string> {
    this.#daemon?.process.kill(signal);
    const ended = await this.#daemon?.ended;
    this.#daemon = null;
    return ended?.stderr ?? '';
  }

  /** A statement in a shard; without one, in no schema. */
  async run(source: string, sql: string, shard?: number): Promise<void> {
    const client = await this.#client(source);
    if (shard !== undefined) await client.query(`USE ${this.schema(shard)}`);
    await client.query(sql);
  }

  async rows(source: string, sql: string): Promise<string[][]> {
    const [rows] = await (await this.#client(source)).query({ sql, rowsAsArray: true });
    return (rows as (string | number | null)[][]).map((row) =>
      row.map((value) => (value === null ? 'NULL' : String(value))),
    );
  }

  /** Connections to a server that was killed are made anew. */
  forget(source: string): void {
    this.#clients.get(source)?.destroy();
    this.#clients.delete(source);
  }

  async status(): Promise<readonly PipelineStatus[]> {
    const reply = await askControl(join(this.#folder, 's', 'control.sock'), { command: 'status' });
    return reply?.pipelines ?? [];
  }

  /** Null while no rowtide answers. */
  async ask(command: 'pause' | 'resume', source: string): Promise<object | null> {
    return askControl(join(this.#folder, 's', 'control.sock'), { command, pipeline: `all.${source}` });
  }

  async statusOf(source: string): Promise<PipelineStatus> {
    const found = (await this.status()).find(({ name }) => name === `all.${source}`);
    if (found === undefined) throw new Error(`there is no pipeline of ${source}`);
    return found;
  }

  async until(source: string, wanted: (status: PipelineStatus) => boolean): Promise<PipelineStatus> {
    for (;;) {
      const status = (await this.status()).find(({ name }) => name === `all.${source}`);
      if (status !== undefined && wanted(status)) return status;
      if (this.#daemon?.process.exitCode !== null)
        throw new Error((await this.#daemon?.ended)?.stderr ?? 'not started');
      await sleep(50);
    }
  }

  /** Resolves once all that those sources hold now is in the target. */
  async caughtUp(sources = this.#options.sources.map(({ name }) => name)): Promise<void> {
    for (const source of sources) {
      const head = await this.#head(source);
      const status = await this.until(source, ({ position, state }) => state === 'failed' || reaches(position, head));
      if (status.state === 'failed') throw new Error(`${source}: ${status.error}`);
    }
  }

  /** How the rows of a table differ from those that all shards of the sources have together; empty: in nothing. */
  async differences(table: string, columns: string, sources = this.#options.sources): Promise<string[]> {
    const expected = new Set<string>();
    for (const { name } of sources) {
      for (const shard of SHARDS) {
        const rows = await this.rows(name, `SELECT ${columns} FROM ${this.schema(shard)}.${table}`);
        for (const row of rows) expected.add([name, shard, ...row].join('|'));
      }
    }
    const where = sources.map(({ name }) => `'${name}'`).join(', ');
    const found = await this.rows(
      'target',
      `SELECT source, shard, ${columns} FROM ${this.target}.${table} WHERE source IN (${where})`,
    );
    const there = new Set(found.map((row) => row.join('|')));
    return [
      ...(found.length === there.size ? [] : [`${found.length - there.size} rows are there twice`]),
      ...[...expected].filter((row) => !there.has(row)).map((row) => `missing ${row}`),
      ...[...there].filter((row) => !expected.has(row)).map((row) => `too many ${row}`),
    ];
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    const { sources } = this.#options;
    for (const { name } of sources)
      for (const shard of SHARDS) await this.run(name, `DROP DATABASE IF EXISTS ${this.schema(shard)}`);
    for (const name of [this.target, this.stateSchema]) await this.run('target', `DROP DATABASE IF EXISTS ${name}`);
    for (const client of this.#clients.values()) client.destroy();
    rmSync(this.#folder, { recursive: true });
  }

  /** All GTIDs of a server. */
  async #head(source: string): Promise<string> {
    const isMariadb = /mariadb/i.test((await this.rows(source, 'SELECT VERSION()'))[0]![0]!);
    const [row] = await this.rows(
      source,
      isMariadb ? 'SELECT @@GLOBAL.gtid_binlog_pos' : "SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')",
    );
    return row?.[0] ?? '';
  }

  async #client(source: string): Promise<mysql.Connection> {
    const known = this.#clients.get(source);
    if (known !== undefined) return known;
    const { sources, target } = this.#options;
    const uri = source === 'target' ? target : sources.find(({ name }) => name === source)!.url;
    const client = await mysql.createConnection({
      uri,
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
    client.on('error', () => undefined);
    this.#clients.set(source, client);
    return client;
  }
}

/** Both are what the same server has executed, so the one that ends later holds the other. */
function reaches(position: string | null, head: string): boolean {
  const ends = (gtids: string): Map<string, number> =>
    new Map(
      gtids.split(',').map((each) => {
        const text = each.trim();
        const mariadb = /^(\d+)-\d+-(\d+)$/.exec(text);
        if (mariadb !== null) return [mariadb[1]!, Number(mariadb[2])];
        return [text.slice(0, 36), Number(/(\d+)$/.exec(text)?.[1] ?? 0)];
      }),
    );
  const reached = ends(position ?? '');
  return head === '' || [...ends(head)].every(([origin, last]) => (reached.get(origin) ?? 0) >= last);
}

/** Eight sources with two shards each of the same tables into one target, while all that may happen to them does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ORDERS, Scene, SHARDS, type ShardedSource } from '../connectors/aggregate-replica/scene.js';
import type { DatabaseServer } from '../servers/database.js';
import { startMariadb } from '../servers/mariadb.js';
import { startMysql } from '../servers/mysql.js';
import type { OwnPart, OwnRound } from './fuzz.js';
import { Random } from './random.js';

export const AGGREGATE_PARTS: readonly OwnPart[] = [
  {
    name: 'aggregate',
    what: 'kill -9 of an aggregate replica of 8 sources: one of them killed, one late by a minute, all of them altered',
    faults: 20,
    rounds: 2,
    run: (seed, round) => runRound(seed * 100 + round, round % 2 === 0 ? 1 : 4),
  },
];

const KILLS = 10;
const LATE_MS = 60_000;
const MYSQL_SOURCES = 7;
const KILLED = 'mysql6';
const LATE = 'mysql5';

/** Each shard comes to them in its own time, and in this order. */
const STATEMENTS = [
  'ALTER TABLE orders ADD paid BOOLEAN NOT NULL DEFAULT FALSE',
  'ALTER TABLE orders CHANGE note remark VARCHAR(60) CHARACTER SET utf8mb4, ADD weight INT',
  'ALTER TABLE orders DROP total',
] as const;

async function runRound(seed: number, workers: number): Promise<OwnRound> {
  const startedAt = performance.now();
  const common = { stages: {}, verdicts: {}, faults: KILLS };
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  const servers: DatabaseServer[] = [];
  try {
    const outcomes = await torture(servers, { random: new Random(seed), workers });
    return { ...common, seconds: seconds(), outcomes, error: null };
  } catch (error) {
    return { ...common, seconds: seconds(), outcomes: {}, error: `seed ${seed}: ${String(error)}` };
  } finally {
    for (const server of servers) await server.remove();
  }
}

async function torture(
  servers: DatabaseServer[],
  { random, workers }: { random: Random; workers: number },
): Promise<Record<string, number>> {
  const target = await startMysql({ options: ['--log-bin=binlog'] });
  servers.push(target);
  const sources = new Map<string, DatabaseServer>();
  for (let i = 0; i < MYSQL_SOURCES; i++) {
    const version = i === 0 ? '8.0' : '9.7';
    sources.set(`mysql${i}`, await startMysql({ version, options: SMALL }));
    servers.push(sources.get(`mysql${i}`)!);
  }
  sources.set('mariadb', await startMariadb({ options: SMALL }));
  servers.push(sources.get('mariadb')!);
  const named = [...sources].map(([name, { url }]): ShardedSource => ({ name, url }));
  const scene = new Scene({ sources: named, target: target.url, prefix: 'shop', sink: { workers } });
  await scene.prepare();
  try {
    return await new Round(scene, sources, random).run();
  } finally {
    await scene.close();
  }
}

/** Ten servers share a machine. */
const SMALL = ['--log-bin=binlog', '--innodb-buffer-pool-size=32M'];

class Round {
  readonly #scene: Scene;
  readonly #sources: ReadonlyMap<string, DatabaseServer>;
  readonly #random: Random;
  readonly #away = new Set<string>();
  #isWriting = true;
  #writes = 0;
  /** Of those that nothing is done to: while another one is away, and while none is. */
  readonly #lagsMs: Record<'disturbed' | 'calm', number[]> = { disturbed: [], calm: [] };

  constructor(scene: Scene, sources: ReadonlyMap<string, DatabaseServer>, random: Random) {
    this.#scene = scene;
    this.#sources = sources;
    this.#random = random;
  }

  async run(): Promise<Record<string, number>> {
    const scene = this.#scene;
    for (const name of this.#sources.keys()) for (const shard of SHARDS) await scene.run(name, ORDERS, shard);
    scene.start();
    const writers = [...this.#sources.keys()].map((name) => this.#write(name));
    const faults = Promise.all([this.#killSource(), this.#late(), this.#watch()]);
    for (let i = 0; i < KILLS; i++) {
      await sleep(this.#random.between(2000, 12_000));
      await scene.stop('SIGKILL');
      scene.start();
      if (this.#away.has(LATE)) await this.#pause(LATE);
    }
    await faults;
    await Promise.all(writers);
    await scene.caughtUp();
    await this.#judge();
    return {
      'transactions written': this.#writes,
      'ms of lag while another one is away (median)': median(this.#lagsMs.disturbed),
      'ms of lag while none is (median)': median(this.#lagsMs.calm),
    };
  }

  /** Rows, and now and then the statements that the shards have to come to. */
  async #write(source: string): Promise<void> {
    const column = SHARDS.map(() => 'note');
    const done = SHARDS.map(() => 0);
    while (this.#isWriting || done.some((count) => count < STATEMENTS.length)) {
      const shard = this.#random.between(0, SHARDS.length - 1);
      try {
        const statement = STATEMENTS[done[shard]!];
        if (statement !== undefined && (this.#random.chance(0.004) || !this.#isWriting)) {
          await this.#scene.run(source, statement, SHARDS[shard]);
          done[shard]!++;
          if (statement.includes('remark')) column[shard] = 'remark';
        } else await this.#scene.run(source, this.#change(column[shard]!), SHARDS[shard]);
        this.#writes++;
      } catch (error) {
        if (source !== KILLED) throw error;
        // Whether it was done is not known; a statement that was is seen by what it says when it is tried again.
        this.#scene.forget(source);
        if (/Duplicate column|Unknown column|check that (it|column)/i.test(String(error))) {
          if (STATEMENTS[done[shard]!]?.includes('remark')) column[shard] = 'remark';
          done[shard]!++;
        }
      }
      await sleep(this.#random.between(5, 60));
    }
  }

  #change(column: string): string {
    const id = this.#random.between(1, 400);
    const text = `'${'ü'.repeat(this.#random.between(0, 9))}${this.#random.between(0, 1e9)}'`;
    if (this.#random.chance(0.2)) return `DELETE FROM orders WHERE id = ${id}`;
    if (this.#random.chance(0.4)) return `UPDATE orders SET ${column} = ${text} WHERE id BETWEEN ${id} AND ${id + 3}`;
    return `INSERT INTO orders (${column}, placed) VALUES (${text}, '2026-11-20 10:15:00.125'), (NULL, NULL)`;
  }

  async #killSource(): Promise<void> {
    await sleep(15_000);
    this.#away.add(KILLED);
    await this.#sources.get(KILLED)!.kill();
    await sleep(20_000);
    await this.#sources.get(KILLED)!.restart();
    this.#away.delete(KILLED);
  }

  async #late(): Promise<void> {
    await sleep(5000);
    this.#away.add(LATE);
    await this.#pause(LATE);
    await sleep(LATE_MS);
    this.#away.delete(LATE);
    await this.#untilAnswered('resume', LATE);
    this.#isWriting = false;
  }

  async #pause(source: string): Promise<void> {
    await this.#untilAnswered('pause', source);
  }

  async #untilAnswered(command: 'pause' | 'resume', source: string): Promise<void> {
    while ((await this.#scene.ask(command, source)) === null) await sleep(50);
  }

  /** How far the sources are behind that nothing is done to. */
  async #watch(): Promise<void> {
    while (this.#isWriting) {
      await sleep(250);
      const statuses = await this.#scene.status().catch(() => []);
      const lags = this.#lagsMs[this.#away.size > 0 ? 'disturbed' : 'calm'];
      for (const { name, lagMs } of statuses) {
        const isDisturbed = [KILLED, LATE].some((each) => name.endsWith(`.${each}`));
        if (!isDisturbed && lagMs !== null) lags.push(lagMs);
      }
    }
  }

  async #judge(): Promise<void> {
    const scene = this.#scene;
    const different = await scene.differences('orders', 'id, remark, placed, paid, weight');
    if (different.length > 0)
      throw new Error(`${different.length} differences, such as ${different.slice(0, 3).join('; ')}`);
    for (const name of this.#sources.keys()) {
      const [row] = await scene.rows(
        'target',
        `SELECT checkpoint FROM ${scene.stateSchema}.checkpoint WHERE stream = 'all.${name}'`,
      );
      const { position } = await scene.statusOf(name);
      if (position === null || !row?.[0]?.includes(position))
        throw new Error(`the checkpoint of ${name} is not at ${position}`);
    }
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

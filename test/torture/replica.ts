/** `rowtide run` into a replica, against kill -9 of itself, of its source and its target, and cut connections to both. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { GtidSet } from '../../src/core/gtid.js';
import { tail } from '../servers/command.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { type FaultProxy, startProxy } from '../servers/proxy.js';
import { newFolder, recordProcess } from '../servers/runs.js';
import { type Builds, copyBuilds } from './build.js';
import type { OwnPart, OwnRound } from './fuzz.js';
import { createTables, Load, SCHEMA } from './load.js';
import { Random } from './random.js';
import { executedGtids } from './truth.js';

type Mode = 'sql' | 'binlog';

/** A round: what is done in it, in an order by chance. */
const FAULTS = { 'kill ours': 6, 'kill target': 1, 'kill source': 1, 'cut target': 1, 'cut source': 1 } as const;
type Fault = keyof typeof FAULTS;

export const REPLICA_PARTS: readonly OwnPart[] = [part('sql'), part('binlog')];

function part(mode: Mode): OwnPart {
  return {
    name: `replica-${mode}`,
    what: `kills of rowtide run into a replica (mode ${mode}), of its source and target, and cuts`,
    faults: 500,
    rounds: 50,
    // Every other round with several connections.
    run: (seed, round) =>
      runReplicaRound(mode, { seed: `${seed}/${round}`, share: 1, workers: round % 2 === 0 ? 1 : 4 }),
  };
}

/** `share`: of the kills of ours; the other faults are as many in any case. */
export async function runReplicaRound(
  mode: Mode,
  { seed, share, workers = 1 }: { seed: string; share: number; workers?: number },
): Promise<OwnRound> {
  const startedAt = performance.now();
  const outcomes: Partial<Record<Fault, number>> = {};
  let error: string | null = null;
  try {
    await using scene = await Scene.open(mode, workers);
    error = await torture(scene, { random: new Random(seed, 'replica', mode), seed, share, outcomes });
  } catch (thrown) {
    error = `seed ${seed}: ${String(thrown)}`;
  }
  const faults = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const seconds = (performance.now() - startedAt) / 1000;
  return { faults, stages: {}, seconds, verdicts: {}, outcomes: outcomes as OwnRound['outcomes'], error };
}

async function torture(
  scene: Scene,
  {
    random,
    seed,
    share,
    outcomes,
  }: { random: Random; seed: string; share: number; outcomes: Partial<Record<Fault, number>> },
): Promise<string | null> {
  await createTables(scene.source.url);
  const load = Load.start({ url: scene.source.url, seed, twoPhase: true });
  try {
    for (const fault of shuffled(random, share)) {
      await scene.live();
      await sleep(random.between(0, 800));
      await scene.inflict(fault, random);
      outcomes[fault] = (outcomes[fault] ?? 0) + 1;
    }
    await load.stop();
    await scene.catchUp();
    await scene.end();
  } finally {
    await load.stop().catch(() => undefined);
  }
  return scene.differences(load.acknowledged);
}

function shuffled(random: Random, share: number): Fault[] {
  const all = (Object.keys(FAULTS) as Fault[]).flatMap((fault) =>
    Array.from({ length: fault === 'kill ours' ? Math.ceil(FAULTS[fault] * share) : FAULTS[fault] }, () => fault),
  );
  const order = all.map((fault) => ({ fault, at: random.fraction() })).sort((a, b) => a.at - b.at);
  return order.map(({ fault }) => fault);
}

/** The statements about tables of a load under which a busy machine fell behind take their time. */
const CATCH_UP_MS = 150_000;
const PROGRESS_MS = 10_000;
let builds: Promise<Builds> | undefined;

interface Proxies {
  readonly source: FaultProxy;
  readonly target: FaultProxy;
}

/** A source, a target, a proxy in front of each, and the program between them. */
class Scene implements AsyncDisposable {
  readonly source: MysqlServer;
  readonly #target: MysqlServer;
  readonly #proxies: Proxies;
  readonly #mode: Mode;
  readonly #config: string;
  readonly #log: string;
  #child: ChildProcess | null = null;
  #ended: Promise<number | NodeJS.Signals | null> = Promise.resolve(null);

  private constructor(facts: {
    source: MysqlServer;
    target: MysqlServer;
    proxies: Proxies;
    mode: Mode;
    folder: string;
  }) {
    this.source = facts.source;
    this.#target = facts.target;
    this.#proxies = facts.proxies;
    this.#mode = facts.mode;
    this.#config = join(facts.folder, 'rowtide.yaml');
    this.#log = join(facts.folder, 'log');
  }

  static async open(mode: Mode, workers: number): Promise<Scene> {
    const options = ['--binlog-row-metadata=FULL'];
    const [source, target] = await Promise.all([startMysql({ options }), startMysql({ options })]);
    const proxies = { source: await startProxy({ target: source }), target: await startProxy({ target }) };
    const folder = newFolder('torture');
    const scene = new Scene({ source, target, proxies, mode, folder });
    const through = (proxy: FaultProxy): string => `mysql://root@127.0.0.1:${proxy.port}`;
    const pipeline = {
      source: { url: through(proxies.source), from: 'beginning', heartbeatMs: 1000 },
      retry: { delayMsMax: 500 },
      sink: { replica: { url: through(proxies.target), mode, workers } },
    };
    await writeFile(scene.#config, JSON.stringify({ state: join(folder, 'state'), pipelines: { replica: pipeline } }));
    return scene;
  }

  /** Sees to it that the program runs. */
  async live(): Promise<void> {
    if (this.#child !== null) return;
    builds ??= copyBuilds();
    const log = openSync(this.#log, 'a');
    const child = spawn(process.execPath, [(await builds).plain, 'run', '--config', this.#config], {
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    if (child.pid !== undefined) recordProcess(child.pid);
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  }

  async inflict(fault: Fault, random: Random): Promise<void> {
    switch (fault) {
      case 'kill ours':
        // Only one that writes has something to lose.
        await this.#progress();
        await sleep(random.between(0, 300));
        this.#child?.kill('SIGKILL');
        if ((await this.#ended) !== 'SIGKILL') throw this.#failed('ended by itself');
        this.#child = null;
        return;
      case 'kill target':
        return restart(this.#target);
      case 'kill source':
        return restart(this.source);
      case 'cut target':
        await sleep(random.between(300, 1500));
        return this.#proxies.target.cutAll();
      case 'cut source':
        await sleep(random.between(300, 1500));
        return this.#proxies.source.cutAll();
    }
  }

  /** Resolves when the program, which has just been started, has written something; or when that takes too long to wait for. */
  async #progress(): Promise<void> {
    const before = await this.#executed();
    const deadline = performance.now() + PROGRESS_MS;
    while (performance.now() < deadline && before.includes(await this.#executed())) await sleep(10);
  }

  /** Resolves when the target has all that the source has. */
  async catchUp(): Promise<void> {
    await this.live();
    const wanted = GtidSet.parse(await executedGtids(this.source.url));
    const deadline = performance.now() + CATCH_UP_MS;
    while (!(await this.#executed()).includes(wanted)) {
      if (this.#child?.exitCode !== null) throw this.#failed('ended by itself');
      if (performance.now() > deadline) throw this.#failed(`did not catch up within ${CATCH_UP_MS} ms`);
      await sleep(50);
    }
  }

  async end(): Promise<void> {
    this.#child?.kill('SIGTERM');
    const end = await this.#ended;
    this.#child = null;
    if (end !== 0) throw this.#failed(`did not drain (${end})`);
  }

  /** What the target has otherwise than the source, or null. */
  async differences(acknowledged: ReadonlySet<number>): Promise<string | null> {
    const [expected, found] = [await contents(this.source.url), await contents(this.#target.url)];
    for (const [table, content] of expected) {
      if (found.get(table) !== content) return `${table} is ${found.get(table)}, not ${content}`;
    }
    if (this.#mode === 'binlog') {
      const [wanted, executed] = [await executedGtids(this.source.url), await executedGtids(this.#target.url)];
      if (executed !== wanted) return `executed ${executed}, not ${wanted}`;
    }
    if (found.size !== expected.size) return `tables ${[...found.keys()].join()}, not ${[...expected.keys()].join()}`;
    const ids = new Set((await query(this.#target.url, `SELECT id FROM ${SCHEMA}.ledger`)).map(([id]) => Number(id)));
    const lost = [...acknowledged].filter((id) => !ids.has(id));
    return lost.length === 0 ? null : `${lost.length} acknowledged transactions are missing, such as ${lost[0]}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#ended;
    await Promise.all([
      this.source.remove(),
      this.#target.remove(),
      this.#proxies.source.close(),
      this.#proxies.target.close(),
    ]);
  }

  async #executed(): Promise<GtidSet> {
    if (this.#mode === 'binlog') return GtidSet.parse(await executedGtids(this.#target.url));
    const rows = await query(this.#target.url, 'SELECT checkpoint FROM rowtide.checkpoint').catch(() => []);
    const text = rows[0]?.[0];
    return typeof text === 'string' ? GtidSet.parse(JSON.parse(text).position.log.gtid) : GtidSet.empty;
  }

  #failed(how: string): Error {
    return new Error(`rowtide run ${how}; it says:\n${tail(readFileSync(this.#log, 'utf8'))}`);
  }
}

async function restart(server: MysqlServer): Promise<void> {
  await server.kill();
  await server.restart();
}

/** How each table is made, and the checksum of its rows. */
async function contents(url: string): Promise<Map<string, string>> {
  const tables = (await query(url, `SHOW TABLES FROM ${SCHEMA}`)).map(([name]) => `${SCHEMA}.${String(name)}`);
  const found = new Map<string, string>();
  for (const table of tables) {
    const [[, checksum] = []] = await query(url, `CHECKSUM TABLE ${table}`);
    const [[, definition] = []] = await query(url, `SHOW CREATE TABLE ${table}`);
    found.set(table, `${String(checksum)} ${String(definition)}`);
  }
  return found;
}

async function query(url: string, sql: string): Promise<unknown[][]> {
  const connection = await mysql.createConnection(url);
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>({ sql, rowsAsArray: true });
    return rows as unknown as unknown[][];
  } finally {
    await connection.end();
  }
}

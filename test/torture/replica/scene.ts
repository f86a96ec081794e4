import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseServer } from '../../servers/database.js';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import { type FaultProxy, startProxy } from '../../servers/proxy.js';
import { newFolder } from '../../servers/runs.js';
import { Life, type Telling } from './life.js';
import { has, positionOf } from './position.js';
import type { Way } from './stages.js';

/** Statements about tables of a load behind which a busy machine fell take their time. */
const CATCH_UP_MS = 150_000;

export interface Proxies {
  readonly source: FaultProxy;
  readonly target: FaultProxy;
}

/** How many connections apply; mode binlog may have several commit in any order. */
export const APPLIERS = [{ workers: 1 }, { workers: 4 }, { workers: 4, commitOrder: 'any' }] as const;

/** A source, a target, a proxy in front of each, and the lives of the program between them. */
export class Scene implements AsyncDisposable {
  readonly source: DatabaseServer;
  readonly target: DatabaseServer;
  readonly proxies: Proxies;
  readonly way: Way;
  readonly #folder: string;
  #life: Life | null = null;

  private constructor(facts: Pick<Scene, 'source' | 'target' | 'proxies' | 'way'>, folder: string) {
    this.source = facts.source;
    this.target = facts.target;
    this.proxies = facts.proxies;
    this.way = facts.way;
    this.#folder = folder;
  }

  static async open(way: Way): Promise<Scene> {
    // A MariaDB’s rows grow with each column that comes and goes at once.
    const own = way.flavour === 'mariadb' ? ['--innodb-instant-alter-column-allowed=never'] : [];
    const options = ['--binlog-row-metadata=FULL', ...own];
    const start = way.flavour === 'mysql' ? startMysql : startMariadb;
    const [source, target] = await Promise.all([start({ options }), start({ options })]);
    const proxies = { source: await startProxy({ target: source }), target: await startProxy({ target }) };
    const scene = new Scene({ source, target, proxies, way }, newFolder('torture'));
    for (const i of APPLIERS.keys()) await scene.#configure(i);
    return scene;
  }

  get life(): Life | null {
    return this.#life;
  }

  /** The life before must have ended. `applier`: which of the ways to apply. */
  async start(applier: number, telling: Telling | null): Promise<Life> {
    const log = join(this.#folder, 'log');
    this.#life = await Life.start({ config: this.#config(applier), log, telling });
    return this.#life;
  }

  /** Resolves when the target has all that the source has now; throws if the life ends meanwhile, or takes too long. */
  async catchUp(life: Life): Promise<void> {
    const wanted = await positionOf(this.source, 'executed');
    const deadline = performance.now() + CATCH_UP_MS;
    const where = this.way.mode === 'sql' ? 'checkpoint' : 'executed';
    while (!has(await positionOf(this.target, where), wanted)) {
      if (!life.isRunning) throw life.failed('ended by itself');
      if (performance.now() > deadline) throw life.failed(`did not catch up within ${CATCH_UP_MS} ms`);
      await sleep(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#life?.remove();
    const { source, target } = this.proxies;
    await Promise.all([this.source.remove(), this.target.remove(), source.close(), target.close()]);
  }

  #config(applier: number): string {
    return join(this.#folder, `rowtide-${applier}.yaml`);
  }

  async #configure(applier: number): Promise<void> {
    const through = (proxy: FaultProxy): string => `mysql://root@127.0.0.1:${proxy.port}`;
    const { mode } = this.way;
    const { workers } = APPLIERS[applier]!;
    const options = mode === 'binlog' ? APPLIERS[applier] : { workers };
    const pipeline = {
      source: { url: through(this.proxies.source), from: 'beginning', heartbeatMs: 1000 },
      retry: { delayMsMax: 500 },
      sink: { replica: { url: through(this.proxies.target), mode, ...options } },
    };
    const config = { state: join(this.#folder, 'state'), pipelines: { replica: pipeline } };
    // JSON is YAML.
    await writeFile(this.#config(applier), JSON.stringify(config));
  }
}

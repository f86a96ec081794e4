import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../src/cli/run.js';
import type { Log } from '../../../src/core/log.js';
import { askControl, type ControlRequest } from '../../../src/daemon/control.js';
import { runDaemon } from '../../../src/daemon/daemon.js';
import type { DelayedStatus } from '../../../src/daemon/delayed/status.js';
import { controlPath } from '../../../src/daemon/state-folder.js';
import type { PipelineStatus } from '../../../src/daemon/status.js';
import type { DatabaseServer } from '../../servers/database.js';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import { execute, executed, select, silent } from '../replica/replicating.js';

export type DelayedPipeline = PipelineStatus & { readonly delayed: DelayedStatus };

/** A source, a target, and what is between them: a relay of the one, read, late, into the other. */
export class Scene implements AsyncDisposable {
  readonly source: DatabaseServer;
  readonly target: DatabaseServer;
  readonly folder = mkdtempSync(join(tmpdir(), 'rowtide-delayed-'));
  readonly #isMariadb: boolean;

  private constructor([source, target]: readonly [DatabaseServer, DatabaseServer], isMariadb: boolean) {
    this.source = source;
    this.target = target;
    this.#isMariadb = isMariadb;
  }

  static async open(flavour: 'mysql' | 'mariadb' = 'mysql'): Promise<Scene> {
    if (flavour === 'mariadb') return new Scene(await Promise.all([startMariadb(), startMariadb()]), true);
    const options = ['--binlog-row-metadata=FULL', '--binlog-rows-query-log-events=ON'];
    return new Scene(await Promise.all([startMysql({ options }), startMysql()]), false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.source.remove(), this.target.remove()]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** `options`: of the sink, beside its url and mode. */
  async run(options: Record<string, unknown>, log: Log = silent): Promise<Running> {
    const file = join(this.folder, 'rowtide.yaml');
    const pipeline = {
      source: { relay: 'shop', from: this.#isMariadb ? 'beginning' : 'now' },
      sink: { 'delayed-replica': { url: this.target.url, mode: 'binlog', ...options } },
    };
    const state = join(this.folder, 'state');
    const relay = { source: { url: this.source.url, from: 'beginning' }, folder: join(this.folder, 'relay') };
    writeFileSync(file, JSON.stringify({ state, relays: { shop: relay }, pipelines: { rescue: pipeline } }));
    const config = await readConfig(file);
    const stopping = new AbortController();
    const ended = runDaemon({ config, log, signal: stopping.signal, shutdownTimeoutMs: 8000, version: '0' });
    ended.catch(() => undefined);
    return new Running(controlPath(state), async () => {
      stopping.abort();
      await ended;
    });
  }

  /** Statements on the source; resolves to the GTID of the last one. */
  async write(...statements: readonly string[]): Promise<string> {
    await execute(this.source, ...statements);
    if (this.#isMariadb) return String((await select(this.source, 'SELECT @@GLOBAL.gtid_binlog_pos'))[0]?.[0]);
    const [uuid = '', last = ''] = (await executed(this.source)).split(/:(?:.*-)?/);
    return `${uuid}:${last}`;
  }

  async rowsOf(table: string): Promise<number> {
    const [[count] = []] = await select(this.target, `SELECT COUNT(*) FROM ${table}`);
    return Number(count);
  }
}

/** A daemon in this process, asked as the command line asks. */
export class Running implements AsyncDisposable {
  readonly #path: string;
  readonly #stop: () => Promise<void>;

  constructor(path: string, stop: () => Promise<void>) {
    this.#path = path;
    this.#stop = stop;
  }

  async ask(request: ControlRequest): Promise<DelayedPipeline> {
    const reply = await askControl(this.#path, request);
    return reply!.pipelines[0] as DelayedPipeline;
  }

  /** Asks for the status until it is as wanted. */
  async until(wanted: (status: DelayedPipeline) => boolean): Promise<DelayedPipeline> {
    for (;;) {
      const reply = await askControl(this.#path, { command: 'status' });
      const status = reply?.pipelines[0] as DelayedPipeline | undefined;
      if (status !== undefined && wanted(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }
}

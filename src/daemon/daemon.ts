import type { Config } from '../config/load.js';
import { RowtideError, unreachable } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { SinkDefinition } from '../pipeline/define-sink.js';
import { parseGtids } from './applied.js';
import { type ControlAnswer, type ControlRequest, listenForControl } from './control.js';
import { parseHalt } from './halt.js';
import { type HeartbeatWriter, heartbeatWriters } from './heartbeat-writer.js';
import { listenFor } from './listeners.js';
import { DaemonPipeline } from './pipeline.js';
import { DaemonRelay } from './relay.js';
import { behind, findReplica, waitFor } from './replicas.js';
import { parseGtid } from './skip.js';
import { controlPath, makeStateFolder } from './state-folder.js';
import type { PipelineStatus } from './status.js';

export interface DaemonOptions {
  readonly config: Config<SinkDefinition>;
  readonly log: Log;
  /** Stops everything: what was read is still written. */
  readonly signal: AbortSignal;
  readonly shutdownTimeoutMs: number;
  /** Of rowtide. */
  readonly version: string;
}

/**
 * Runs every pipeline of a configuration, each for itself: one that fails leaves the others running, and can be resumed
 * as long as one of them does. Resolves when none runs any more; throws the first failure then.
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { stateDir } = options.config;
  await makeStateFolder(stateDir);
  const daemon = new Daemon(options);
  const ending = new AbortController();
  const open: { close(): Promise<void> }[] = [];
  try {
    const answer = (request: ControlRequest) => daemon.answer(request, ending.signal);
    open.push(await listenForControl(controlPath(stateDir), answer));
    open.push(...(await listenFor(daemon.pipelines, { ...options, writers: daemon.writers })));
    await daemon.run();
  } finally {
    ending.abort();
    for (const each of open.reverse()) await each.close();
  }
}

type Runner = DaemonPipeline | DaemonRelay;

class Daemon {
  readonly #log: Log;
  readonly #signal: AbortSignal;
  readonly #relays: ReadonlyMap<string, DaemonRelay>;
  readonly pipelines: readonly DaemonPipeline[];
  readonly writers: readonly HeartbeatWriter[];
  readonly #running = new Set<Runner>();
  /** In the order in which they failed. */
  readonly #failures = new Map<Runner, unknown>();
  #finish: () => void = () => undefined;

  constructor({ config, log, signal, shutdownTimeoutMs }: DaemonOptions) {
    this.#log = log;
    this.#signal = signal;
    const consumersOf = (relay: string) => () => this.pipelines.filter((pipeline) => pipeline.relay === relay);
    this.#relays = new Map(
      config.relays.map((each) => {
        return [each.name, new DaemonRelay({ config: each, log, consumers: consumersOf(each.name) })];
      }),
    );
    const { stateDir, heartbeat } = config;
    const relays = (name: string): DaemonRelay => this.#relays.get(name)!;
    this.pipelines = config.pipelines.map(
      (each) => new DaemonPipeline({ config: each, stateDir, log, shutdownTimeoutMs, relays, heartbeat }),
    );
    this.writers = heartbeatWriters(config, log);
  }

  async run(): Promise<void> {
    const finished = new Promise<void>((resolve) => {
      this.#finish = resolve;
    });
    const done = new AbortController();
    const beside = AbortSignal.any([this.#signal, done.signal]);
    const others = this.writers.map((each) => each.run(beside));
    for (const each of [...this.#relays.values(), ...this.pipelines]) void this.#start(each);
    await finished;
    done.abort();
    await Promise.all(others);
    for (const error of this.#failures.values()) throw error;
  }

  async answer(request: ControlRequest, signal: AbortSignal): Promise<ControlAnswer> {
    const relays = [...this.#relays.values()].map((relay) => relay.status());
    return { pipelines: await this.#answer(request, signal), relays: await Promise.all(relays) };
  }

  async #answer(request: ControlRequest, signal: AbortSignal): Promise<readonly PipelineStatus[]> {
    if (request.command === 'wait') return this.#wait(request, signal);
    const asked = request.command === 'status' ? this.pipelines : this.#named(request.pipeline);
    switch (request.command) {
      case 'status':
        break;
      case 'pause':
        for (const pipeline of asked) await pipeline.pause();
        break;
      case 'resume':
        for (const relay of this.#relays.values()) this.#ensureRuns(relay);
        for (const pipeline of asked) {
          await pipeline.resume();
          this.#ensureRuns(pipeline);
        }
        break;
      case 'skip':
      case 'until': {
        const only = this.#only(asked);
        if (request.command === 'skip') await only.skip(parseGtid(request.gtid));
        else only.until(parseHalt(request.gtid));
        this.#ensureRuns(only);
        break;
      }
      case 'apply':
      case 'catch-up':
      case 'allow':
      case 'delay': {
        const only = this.#only(asked);
        await only.steerDelayed(request);
        if (request.command !== 'delay') this.#ensureRuns(only);
        break;
      }
      default:
        unreachable(request);
    }
    return asked.map((pipeline) => pipeline.status());
  }

  async #wait(
    { gtid, timeoutMs, pipeline }: Extract<ControlRequest, { command: 'wait' }>,
    signal: AbortSignal,
  ): Promise<readonly PipelineStatus[]> {
    const gtids = parseGtids(gtid);
    const replica = findReplica(this.pipelines, pipeline);
    if (!(await waitFor(replica, gtids, { timeoutMs, signal }))) throw behind(replica, gtids, timeoutMs);
    return replica.streams.map((stream) => stream.status());
  }

  #named(name: string | null): readonly DaemonPipeline[] {
    if (name === null) return this.pipelines;
    const found = this.pipelines.filter((pipeline) => pipeline.name === name);
    if (found.length === 0) {
      throw new RowtideError('USAGE', `no pipeline is called ${name}`, {
        hint: `There are ${namesOf(this.pipelines)}.`,
      });
    }
    return found;
  }

  #only(asked: readonly DaemonPipeline[]): DaemonPipeline {
    const [only, ...others] = asked;
    if (only !== undefined && others.length === 0) return only;
    throw new RowtideError('USAGE', 'a transaction is one of one pipeline', {
      hint: `Name it with --pipeline: ${namesOf(this.pipelines)}.`,
    });
  }

  /** One that has failed or ended is started again. */
  #ensureRuns(runner: Runner): void {
    if (!this.#running.has(runner) && !this.#signal.aborted) void this.#start(runner);
  }

  async #start(runner: Runner): Promise<void> {
    this.#running.add(runner);
    this.#failures.delete(runner);
    const facts = { [runner.kind]: runner.name };
    try {
      await runner.run(this.#signal);
      this.#log.info(facts, `the ${runner.kind} has ended`);
    } catch (error) {
      this.#failures.set(runner, error);
      this.#log.error({ ...facts, err: error }, `the ${runner.kind} has failed`);
    }
    this.#running.delete(runner);
    if (this.#running.size === 0) this.#finish();
  }
}

function namesOf(pipelines: readonly DaemonPipeline[]): string {
  return pipelines.map(({ name }) => name).join(', ');
}

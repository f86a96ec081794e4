import { fileStore } from '../checkpoint/file.js';
import type { PipelineConfig } from '../config/load.js';
import { RowtideError, unreachable } from '../core/errors.js';
import { type AnyGtid, formatGtid } from '../core/gtid.js';
import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import type { ResumableSink } from '../core/sink.js';
import { resumable } from '../pipeline/checkpointed.js';
import { PipelineControl } from '../pipeline/control.js';
import type { SinkDefinition, SourceNeeds } from '../pipeline/define-sink.js';
import { Heartbeats, type HeartbeatTable } from '../pipeline/heartbeats.js';
import { type PipelineEnd, runPipeline } from '../pipeline/run.js';
import { supervise } from '../pipeline/supervise.js';
import { fileHistoryStore, historyPath } from '../schema/history/file-store.js';
import { tableTest } from '../transform/filter.js';
import { type ComposedSource, composeSource, type Relays } from './compose.js';
import type { DelayedRequest } from './control.js';
import { DelayedReplica } from './delayed/delayed-replica.js';
import { keptPath } from './delayed/kept.js';
import { parsePlace } from './delayed/place.js';
import type { Halt } from './halt.js';
import { lagsOf } from './lags.js';
import { StartExplainer } from './resync.js';
import { skipping } from './skip.js';
import { checkpointPath, spoolPath } from './state-folder.js';
import { isoTime, type PipelineStatus, positionText, transactionText, workerStatus } from './status.js';
import { refuseLeftCheckpoint } from './stored.js';

export interface DaemonPipelineOptions {
  readonly config: PipelineConfig<SinkDefinition>;
  readonly stateDir: string;
  readonly log: Log;
  readonly shutdownTimeoutMs: number;
  readonly relays: Relays;
  /** Where heartbeats are looked for, and how often they come; null: nowhere. */
  readonly heartbeat: (HeartbeatTable & { readonly intervalMs: number }) | null;
}

/** One pipeline of a daemon, over all its lives: it may fail and be resumed. */
export class DaemonPipeline {
  readonly kind = 'pipeline';
  readonly #options: DaemonPipelineOptions;
  readonly #composed: ComposedSource;
  readonly control = new PipelineControl();
  readonly #heartbeats = new Heartbeats();
  readonly #explainer: StartExplainer;
  readonly #skipped: AnyGtid[] = [];
  /** Null for one that is not late on purpose. */
  readonly #delayed: DelayedReplica | null;
  #halt: Halt | null = null;

  constructor(options: DaemonPipelineOptions) {
    this.#options = options;
    this.#composed = this.#compose(this.#needs);
    this.#delayed = this.#makeDelayed();
    const { config, stateDir, log, relays } = options;
    this.#explainer = new StartExplainer({
      pipeline: config.name,
      source: config.source,
      sink: config.sink.name,
      relays,
      checkpoint: checkpointPath(stateDir, config.name),
      log,
    });
    this.control.watch(() => {
      const { position } = this.control.stats;
      if (position !== undefined) this.#heartbeats.moved(position);
    });
  }

  #compose(needs: SourceNeeds, { isAhead = false } = {}): ComposedSource {
    const { config, stateDir, log: logger, relays } = this.#options;
    // What is read ahead is none of what the sink has come to.
    const heartbeat = isAhead ? null : this.#options.heartbeat;
    return composeSource(config.source, {
      transform: config.transform,
      spoolDir: spoolPath(stateDir),
      needs,
      history: fileHistoryStore(historyPath(checkpointPath(stateDir, config.name))),
      logger,
      relays,
      ...(heartbeat !== null && { heartbeats: { table: heartbeat, seen: this.#heartbeats } }),
    });
  }

  #makeDelayed(): DelayedReplica | null {
    const { config, stateDir, log, relays } = this.#options;
    const needs = this.#needs;
    if (needs.delay === undefined) return null;
    const { source } = config;
    // A server would have to hold back what it sends.
    if (source.kind === 'server') throw notKept(config.name);
    return new DelayedReplica({
      pipeline: config.name,
      needs: needs.delay,
      composed: this.#composed,
      // Names of columns are of no use to a guard, and their history has one writer.
      ahead: this.#compose({ ...needs, columnNames: false }, { isAhead: true }).source,
      sourceAddress: source.kind === 'relay' ? relays(source.relay).address : null,
      wants: tableTest(config.transform),
      isSkipped: (gtid) => this.control.skips(gtid),
      reached: (transaction, signal) => this.control.reached(transaction, signal),
      keptPath: keptPath(checkpointPath(stateDir, config.name)),
      stats: this.control.sinkStats,
      log,
    });
  }

  get name(): string {
    return this.#options.config.name;
  }

  get group(): string {
    return this.#options.config.group;
  }

  get hasHeartbeats(): boolean {
    return this.#options.heartbeat !== null;
  }

  /** The relay that it reads; null for one that reads something else. */
  get relay(): string | null {
    const { source } = this.#options.config;
    return source.kind === 'relay' ? source.relay : null;
  }

  /** Behind the last batch that is durable; undefined before the sink was opened. */
  get position(): Position | undefined {
    return this.control.stats.position;
  }

  /** Runs until the source ends, `signal` aborts, or an error that trying again does not help. */
  async run(signal: AbortSignal): Promise<void> {
    const { config, log } = this.#options;
    this.#explainer.reset();
    if ((await this.#delayed?.open(signal)) === true) this.control.pause();
    try {
      await supervise({
        name: this.name,
        log,
        control: this.control,
        signal,
        retry: config.retry,
        attempt: (until) => this.#explained(until),
      });
    } finally {
      this.#delayed?.close();
    }
  }

  get #needs(): SourceNeeds {
    const { connector, options } = this.#options.config.sink;
    return connector.reads?.(options) ?? {};
  }

  async #explained(signal: AbortSignal): Promise<PipelineEnd> {
    try {
      return await this.#attempt(signal);
    } catch (error) {
      await this.#explainer.said(error);
      throw error;
    }
  }

  async #attempt(signal: AbortSignal): Promise<PipelineEnd> {
    const { log, shutdownTimeoutMs } = this.#options;
    const source = this.#delayed?.source() ?? this.#composed.source;
    const { batchBytesMax } = this.#needs;
    const halt = this.#halt;
    const end = await runPipeline({
      name: this.name,
      log,
      control: this.control,
      source: halt === null ? source : halt.source(source),
      sink: this.#explainer.watching(await this.#sink()),
      signal,
      shutdownTimeoutMs,
      ...(batchBytesMax !== undefined && { batchBytesMax }),
    });
    if (this.#delayed !== null) return this.#rested(this.#delayed, end);
    if (end !== 'ended' || halt === null || !halt.isReached) return end;
    if (this.#halt === halt) {
      this.#halt = null;
      this.control.pause();
      log.info({ pipeline: this.name, until: String(halt) }, 'paused behind the transaction, as asked');
    }
    return 'stopped';
  }

  /** Of one that is late on purpose, why its source has come to an end. */
  async #rested(delayed: DelayedReplica, end: PipelineEnd): Promise<PipelineEnd> {
    const next = end === 'ended' ? delayed.ended() : 'end';
    if (next === 'pause') this.control.pause();
    if (this.control.isPaused) await delayed.rest(this.control.stats.position);
    return next === 'end' ? end : 'stopped';
  }

  async pause(): Promise<void> {
    this.control.pause();
    await this.#delayed?.pause(this.control.stats.position);
  }

  /** Goes on, and to no end that was asked for before. */
  async resume(): Promise<void> {
    if ((await this.#delayed?.resume()) === true) this.#beginAnew();
    if (this.#halt !== null) {
      this.#halt = null;
      this.#beginAnew();
    }
    this.control.resume();
  }

  /**
   * Goes on, and pauses right behind those GTIDs. What runs begins anew, and finishes what it has read already: exact is
   * only who pauses first.
   */
  until(halt: Halt): void {
    const { position } = this.control.stats;
    if (position !== undefined) halt.requireAhead(position);
    this.#halt = halt;
    this.#beginAnew();
    this.control.resume();
  }

  /** Gives up the changes of a transaction. What runs begins anew, since what it has read may hold them. */
  async skip(gtid: AnyGtid): Promise<void> {
    const { log } = this.#options;
    await this.#delayed?.skipped();
    log.warn({ pipeline: this.name, gtid: formatGtid(gtid) }, 'SKIPPING A TRANSACTION, as asked: its changes are lost');
    this.#skipped.push(gtid);
    this.control.skip(gtid);
    this.#beginAnew();
    this.control.resume();
  }

  /** Throws USAGE where it is not late on purpose, or what is asked cannot be. */
  async steerDelayed(request: DelayedRequest): Promise<void> {
    const delayed = this.#delayed;
    if (delayed === null) throw notDelayed(this.name);
    switch (request.command) {
      case 'delay':
        delayed.delayMs = request.delayMs;
        return;
      case 'apply':
        await delayed.until(parsePlace(request.before), this.control.stats.position);
        break;
      case 'catch-up':
        await delayed.catchUp();
        break;
      case 'allow':
        await delayed.allow(request.transaction);
        break;
      default:
        unreachable(request);
    }
    this.#beginAnew();
    this.control.resume();
  }

  /** Ends the attempt that runs, and lets the next one begin at once. */
  #beginAnew(): void {
    if (this.control.isPaused) return;
    this.control.pause();
    this.control.resume();
  }

  status(): PipelineStatus {
    const { stats, sinkStats } = this.control;
    const { state, position, transactions, bytes, retries, read, error, errorCode, errorHint } = stats;
    const nowMs = Date.now();
    return {
      name: this.name,
      source: this.#composed.place,
      sink: this.#options.config.sink.name,
      state,
      position: position === undefined ? null : positionText(position),
      until: this.#halt?.toString() ?? null,
      transactions,
      bytes,
      retries,
      committedAt: isoTime(stats.committedAtUs === undefined ? undefined : stats.committedAtUs / 1000),
      received: read === undefined ? null : transactionText(read),
      receivedAt: isoTime(stats.readAtMs),
      ...lagsOf(stats, { nowMs, heartbeat: this.#options.heartbeat, durableUs: this.#heartbeats.durableUs }),
      resync: this.#explainer.status,
      counters: sinkStats.counters,
      workers: sinkStats.workers.map(workerStatus),
      error: error ?? null,
      errorCode: errorCode ?? null,
      errorHint: errorHint ?? null,
      ...(this.#delayed !== null && { delayed: this.#delayed.status(position) }),
    };
  }

  async #sink(): Promise<ResumableSink> {
    const { config, log, stateDir } = this.#options;
    const sink = config.sink.connector.create(config.sink.options, {
      pipeline: this.name,
      log,
      stats: this.control.sinkStats,
      source: {
        address: config.source.kind === 'server' ? config.source.address : null,
        wants: tableTest(config.transform),
      },
    });
    const path = checkpointPath(stateDir, this.name);
    if (!('state' in sink)) await refuseLeftCheckpoint(path, this.name);
    return skipping(
      resumable(sink, () => fileStore({ path, pipeline: this.name, log })),
      this.#skipped,
    );
  }
}

function notKept(pipeline: string): RowtideError {
  const message = `pipeline ${pipeline} is late on purpose, and reads its source directly, which would have to hold back what it sends`;
  return new RowtideError('CONFIG_INVALID', message, {
    hint: 'Let a relay receive the log, and the pipeline read that: relays: {shop: {source: …}}, and source: {relay: shop}.',
  });
}

function notDelayed(pipeline: string): RowtideError {
  return new RowtideError('USAGE', `${pipeline} is not late on purpose`, {
    hint: 'A delayed replica is a pipeline whose sink is `delayed-replica`.',
  });
}

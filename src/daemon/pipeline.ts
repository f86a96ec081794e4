import { fileStore } from '../checkpoint/file.js';
import type { PipelineConfig } from '../config/load.js';
import { type AnyGtid, formatGtid } from '../core/gtid.js';
import type { Log } from '../core/log.js';
import type { ResumableSink } from '../core/sink.js';
import { resumable } from '../pipeline/checkpointed.js';
import { PipelineControl } from '../pipeline/control.js';
import type { SinkDefinition } from '../pipeline/define-sink.js';
import { runPipeline } from '../pipeline/run.js';
import { supervise } from '../pipeline/supervise.js';
import { fileHistoryStore, historyPath } from '../schema/history/file-store.js';
import { type ComposedSource, composeSource } from './compose.js';
import { skipping } from './skip.js';
import { checkpointPath, spoolPath } from './state-folder.js';
import { type PipelineStatus, positionText } from './status.js';
import { refuseLeftCheckpoint } from './stored.js';

export interface DaemonPipelineOptions {
  readonly config: PipelineConfig<SinkDefinition>;
  readonly stateDir: string;
  readonly log: Log;
  readonly shutdownTimeoutMs: number;
}

/** One pipeline of a daemon, over all its lives: it may fail and be resumed. */
export class DaemonPipeline {
  readonly #options: DaemonPipelineOptions;
  readonly #composed: ComposedSource;
  readonly #control = new PipelineControl();
  readonly #skipped: AnyGtid[] = [];

  constructor(options: DaemonPipelineOptions) {
    this.#options = options;
    const { source, transform } = options.config;
    const { stateDir, log: logger } = options;
    this.#composed = composeSource(source, {
      transform,
      spoolDir: spoolPath(stateDir),
      history: fileHistoryStore(historyPath(checkpointPath(stateDir, options.config.name))),
      logger,
    });
  }

  get name(): string {
    return this.#options.config.name;
  }

  /** Runs until the source ends, `signal` aborts, or an error that trying again does not help. */
  async run(signal: AbortSignal): Promise<void> {
    const { config, log, shutdownTimeoutMs } = this.#options;
    const { source } = this.#composed;
    const common = { name: this.name, log, control: this.#control };
    await supervise({
      ...common,
      signal,
      retry: config.retry,
      attempt: async (until) =>
        runPipeline({ ...common, source, sink: await this.#sink(), signal: until, shutdownTimeoutMs }),
    });
  }

  pause(): void {
    this.#control.pause();
  }

  resume(): void {
    this.#control.resume();
  }

  /** Gives up the changes of a transaction. What runs begins anew, since what it has read may hold them. */
  skip(gtid: AnyGtid): void {
    const { log } = this.#options;
    log.warn({ pipeline: this.name, gtid: formatGtid(gtid) }, 'SKIPPING A TRANSACTION, as asked: its changes are lost');
    this.#skipped.push(gtid);
    this.#control.skip(gtid);
    if (this.#control.isPaused) return;
    this.#control.pause();
    this.#control.resume();
  }

  status(): PipelineStatus {
    const { state, position, transactions, committedAtUs, error } = this.#control.stats;
    return {
      name: this.name,
      source: this.#composed.place,
      sink: this.#options.config.sink.name,
      state,
      position: position === undefined ? null : positionText(position),
      transactions,
      committedAt: committedAtUs === undefined ? null : new Date(committedAtUs / 1000).toISOString(),
      error: error ?? null,
    };
  }

  async #sink(): Promise<ResumableSink> {
    const { config, log, stateDir } = this.#options;
    const sink = config.sink.connector.create(config.sink.options, { pipeline: this.name, log });
    const path = checkpointPath(stateDir, this.name);
    if (!('state' in sink)) await refuseLeftCheckpoint(path, this.name);
    return skipping(
      resumable(sink, () => fileStore({ path, pipeline: this.name, log })),
      this.#skipped,
    );
  }
}

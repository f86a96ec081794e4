import type { RelayConfig } from '../config/load.js';
import { RowtideError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import type { LogSource } from '../core/source.js';
import { withConnection } from '../mysql/connect.js';
import { type SemiSyncSource, semiSyncOf } from '../mysql/semi-sync.js';
import { placeOf, type ServerAddress } from '../mysql/url.js';
import { systemClock } from '../pipeline/clock.js';
import { PipelineControl } from '../pipeline/control.js';
import { supervise } from '../pipeline/supervise.js';
import { firstFileFor, type RelayLogOptions } from '../relay/reader.js';
import { Relay } from '../relay/relay.js';
import type { StoredFile } from '../relay/retention.js';
import type { RelayBegin, RelayServer } from '../relay/server.js';
import type { RelayLog } from './compose.js';
import type { RelayStatus } from './relay-status.js';

export interface DaemonRelayOptions {
  readonly config: RelayConfig;
  readonly log: Log;
  /** Who reads it, and behind what each of them is durable; undefined: not known yet. */
  readonly consumers: () => readonly RelayConsumer[];
}

export interface RelayConsumer {
  readonly name: string;
  readonly position: Position | undefined;
}

/** One relay of a daemon: it receives, whether or not anybody reads it. */
export class DaemonRelay implements RelayLog {
  readonly kind = 'relay';
  readonly address: ServerAddress;
  readonly relay: Relay;
  readonly #options: DaemonRelayOptions;
  readonly #server: RelayServer;
  readonly #control = new PipelineControl();
  #source: SemiSyncSource | null = null;

  constructor(options: DaemonRelayOptions) {
    const { folder, source, semiSync } = options.config;
    this.#options = options;
    this.address = source.address;
    this.relay = new Relay({ folder, log: options.log });
    this.#server = { ...source, from: beginOf(source.from), semiSync };
  }

  get name(): string {
    return this.#options.config.name;
  }

  /** For any number of readers, each at its own pace. */
  reader(options: RelayLogOptions): LogSource {
    return this.relay.reader(options);
  }

  async has(position: Position, signal: AbortSignal): Promise<void> {
    await firstFileFor(this.relay, position, signal);
  }

  /**
   * Receives until `signal` aborts. What trying again does not help is thrown, at its readers, too, once they have read
   * what is there.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { relay } = this;
    const ended = new AbortController();
    let watching: Promise<unknown> | undefined;
    try {
      await relay.open();
      relay.end.fail(null);
      const until = AbortSignal.any([signal, ended.signal]);
      watching = Promise.all([this.#purgeAgainAndAgain(until), this.#watchSource(until)]);
      await supervise({
        name: this.name,
        log: this.#options.log,
        control: this.#control,
        signal,
        retry: RETRY,
        attempt: (attempting) => this.#attempt(attempting),
      });
    } catch (error) {
      this.#control.stats.state = 'failed';
      this.#control.note({ error });
      relay.end.fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      ended.abort();
      await watching;
      await relay.close();
    }
  }

  async #attempt(signal: AbortSignal): Promise<'stopped'> {
    const { stats } = this.#control;
    stats.state = 'starting';
    await this.relay.receive(this.#server, {
      signal,
      streaming: () => {
        stats.state = 'streaming';
        this.#control.note(null);
      },
    });
    return 'stopped';
  }

  async #purgeAgainAndAgain(signal: AbortSignal): Promise<void> {
    const { config, log, consumers } = this.#options;
    const { time: timeMs, size: sizeBytes } = config.retention;
    if (timeMs === undefined && sizeBytes === undefined) return;
    const retention = { ...(timeMs !== undefined && { timeMs }), ...(sizeBytes !== undefined && { sizeBytes }) };
    while (!signal.aborted) {
      const positions = consumers().map(({ position }) => position);
      try {
        const gone = await this.relay.purge(retention, positions, { nowMs: Date.now(), signal });
        if (gone.length > 0) log.info({ relay: this.name, files: gone }, 'removed files that nobody needs any more');
      } catch (error) {
        if (!signal.aborted) log.warn({ relay: this.name, err: error }, 'what may be removed cannot be told');
      }
      await systemClock.sleep(PURGE_MS, signal);
    }
  }

  /** Whether commits wait for us is known to the source alone. */
  async #watchSource(signal: AbortSignal): Promise<void> {
    const { config, log } = this.#options;
    if (!config.semiSync) return;
    while (!signal.aborted) {
      try {
        const before = this.#source;
        this.#source = await withConnection(this.address, signal, semiSyncOf);
        if (before?.active === true && this.#source?.active === false) {
          log.error({ relay: this.name, source: this.#source }, 'THE SOURCE COMMITS WITHOUT WAITING: it gave up on us');
        }
      } catch {
        // What is wrong with the connection is told where the log is received.
        this.#source = null;
      }
      await systemClock.sleep(WATCH_MS, signal);
    }
  }

  async status(): Promise<RelayStatus> {
    const { relay } = this;
    const { state, retries, error, errorCode, errorHint } = this.#control.stats;
    const stored = await storedIn(relay);
    const { files } = stored;
    const [oldest] = files;
    return {
      name: this.name,
      source: placeOf(this.address),
      folder: relay.folder.path,
      state,
      received: relay.logged?.toString() ?? null,
      end: relay.end.point === null ? null : `${relay.end.point.file}:${relay.end.point.offset}`,
      files: files.length,
      bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      oldest: oldest === undefined ? null : { file: oldest.name, at: new Date(oldest.modifiedMs).toISOString() },
      consumers: await Promise.all(this.#options.consumers().map((consumer) => this.#consumerStatus(consumer))),
      semiSync: this.#server.semiSync ? { acknowledged: relay.acknowledged, source: this.#source } : null,
      retries,
      error: error ?? stored.error?.message ?? null,
      errorCode: errorCode ?? stored.error?.code ?? null,
      errorHint: errorHint ?? stored.error?.hint ?? null,
    };
  }

  async #consumerStatus({ name, position }: RelayConsumer): Promise<{ pipeline: string; needs: string | null }> {
    const { signal } = new AbortController();
    const needs = await this.relay.neededBy(position, signal).catch(() => null);
    return { pipeline: name, needs };
  }
}

/** With what is wrong with them: who asks how everything is has to hear of all else, too. */
async function storedIn(
  relay: Relay,
): Promise<{ readonly files: readonly StoredFile[]; readonly error: RowtideError | null }> {
  try {
    return { files: await relay.stored(), error: null };
  } catch (error) {
    if (error instanceof RowtideError) return { files: [], error };
    throw error;
  }
}

/** A semi-sync source waits, or gives up waiting, while nobody acknowledges. */
const RETRY = { delayMsFirst: 100, delayMsMax: 2000 };
const PURGE_MS = 30_000;
const WATCH_MS = 5000;

function beginOf(from: RelayConfig['source']['from']): RelayBegin {
  return from.kind === 'file' ? { file: from.file } : from.kind === 'beginning' ? 'beginning' : 'now';
}

import type { Config, Configurable } from '../config/load.js';
import type { HeartbeatConfig } from '../config/schema.js';
import { RowtideError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { Session } from '../mysql/session.js';
import { SqlError } from '../mysql/session-error.js';
import { placeOf, type ServerAddress } from '../mysql/url.js';
import { type Clock, systemClock } from '../pipeline/clock.js';
import { quotedName } from '../sql/literal/text.js';

export interface HeartbeatWriterOptions {
  /** Of one topology: it writes to that one of them which takes writes. */
  readonly servers: readonly ServerAddress[];
  readonly config: Pick<HeartbeatConfig, 'schema' | 'table' | 'intervalMs'>;
  readonly log: Log;
  readonly clock?: Clock;
}

/** What a writer has done; plain numbers. */
export interface HeartbeatStats {
  /** Where it writes; null: nowhere at the moment. */
  server: string | null;
  written: number;
  /** Times at which no server took one. */
  failures: number;
}

/** A heartbeat that takes longer says nothing, and its connection may be dead. */
const TIMEOUT_MS_MIN = 2000;
const NO_SUCH_TABLE = 1146;
const UNKNOWN_DATABASE = 1049;

/**
 * Writes the time of a server into a row of that server, again and again. Each write asks whether the server is one that
 * takes writes: after a failover it goes on at the new primary, and a user who may write to a replica does not.
 */
export class HeartbeatWriter {
  readonly stats: HeartbeatStats = { server: null, written: 0, failures: 0 };
  readonly #options: HeartbeatWriterOptions;
  readonly #clock: Clock;
  #complaint = '';

  constructor(options: HeartbeatWriterOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Ends when `signal` aborts, and never by an error: pipelines do without heartbeats. */
  async run(signal: AbortSignal): Promise<void> {
    const { servers, config } = this.#options;
    for (let turn = 0; !signal.aborted; turn++) {
      const address = servers[turn % servers.length]!;
      try {
        await this.#writeTo(address, signal);
      } catch (error) {
        if (!signal.aborted) this.#failed(address, error);
      }
      // Each server of a round at once, then a rest.
      if ((turn + 1) % servers.length === 0) await this.#clock.sleep(config.intervalMs, signal);
    }
  }

  async #writeTo(address: ServerAddress, signal: AbortSignal): Promise<void> {
    const { config, log } = this.#options;
    const lost = new AbortController();
    const session = await Session.open(address, AbortSignal.any([signal, lost.signal]));
    try {
      for (;;) {
        const dueAt = this.#clock.now() + config.intervalMs;
        await this.#within(lost, () => this.#beat(session));
        if (this.stats.server === null) log.info({ server: placeOf(address) }, 'writing heartbeats');
        this.stats.server = placeOf(address);
        this.stats.written += 1;
        this.#complaint = '';
        await this.#clock.sleep(dueAt - this.#clock.now(), signal);
        signal.throwIfAborted();
      }
    } finally {
      this.stats.server = null;
      await session.close();
    }
  }

  /** Aborts `lost` when it takes too long: a half-open connection says nothing by itself. */
  async #within(lost: AbortController, work: () => Promise<void>): Promise<void> {
    const done = new AbortController();
    const timeoutMs = Math.max(TIMEOUT_MS_MIN, 2 * this.#options.config.intervalMs);
    void this.#clock.sleep(timeoutMs, done.signal).then(() => {
      if (!done.signal.aborted) lost.abort(new Error(`no answer within ${timeoutMs} ms`));
    });
    try {
      await work();
    } finally {
      done.abort();
    }
  }

  async #beat(session: Session): Promise<void> {
    const { schema, table } = this.#options.config;
    const name = `${quotedName(schema)}.${quotedName(table)}`;
    try {
      await write(session, name);
    } catch (error) {
      if (!(error instanceof SqlError) || ![NO_SUCH_TABLE, UNKNOWN_DATABASE].includes(error.errno)) throw error;
      if (await isReadOnly(session)) throw readOnly(session.address);
      await session.run(creation(schema, table));
      await write(session, name);
    }
  }

  #failed(address: ServerAddress, error: unknown): void {
    this.stats.failures += 1;
    const complaint = `${placeOf(address)}: ${String(error)}`;
    // Once, and not each second.
    if (complaint !== this.#complaint) {
      this.#options.log.warn({ server: placeOf(address), error }, 'no heartbeat could be written; trying again');
    }
    this.#complaint = complaint;
  }
}

/** One for all servers that the configuration names, or one for each that a pipeline or a relay reads. */
export function heartbeatWriters(
  { heartbeat, pipelines, relays }: Pick<Config<Configurable>, 'heartbeat' | 'pipelines' | 'relays'>,
  log: Log,
): HeartbeatWriter[] {
  if (heartbeat === null || !heartbeat.write) return [];
  const read = [...pipelines, ...relays].flatMap(({ source }) => ('address' in source ? [source.address] : []));
  const sources = new Map(read.map((address) => [placeOf(address), address]));
  const topologies = heartbeat.servers?.map(({ address }) => address);
  const groups = topologies === undefined ? [...sources.values()].map((each) => [each]) : [topologies];
  return groups.map((servers) => new HeartbeatWriter({ servers, config: heartbeat, log }));
}

/** By the server's clock, in UTC, so that the time zone of no session matters. */
async function write(session: Session, name: string): Promise<void> {
  const [result] = await session.run([
    `REPLACE INTO ${name} (ts, server_id)
      SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%f'), @@GLOBAL.server_id FROM DUAL WHERE @@GLOBAL.read_only = 0`,
  ]);
  if (result?.affectedRows === 0) throw readOnly(session.address);
}

async function isReadOnly(session: Session): Promise<boolean> {
  const [row] = await session.query('SELECT @@GLOBAL.read_only');
  return Number(row?.[0]) !== 0;
}

/**
 * As pt-heartbeat makes it. In its schema, because filters judge statements by the schema that they run in: replicas that
 * do not want the schema are not to be told of the table.
 */
function creation(schema: string, table: string): string[] {
  return [
    `CREATE DATABASE IF NOT EXISTS ${quotedName(schema)}`,
    `USE ${quotedName(schema)}`,
    `CREATE TABLE IF NOT EXISTS ${quotedName(table)} (
      ts                    varchar(26) NOT NULL,
      server_id             int unsigned NOT NULL PRIMARY KEY,
      file                  varchar(255) DEFAULT NULL,
      position              bigint unsigned DEFAULT NULL,
      relay_master_log_file varchar(255) DEFAULT NULL,
      exec_master_log_pos   bigint unsigned DEFAULT NULL
    )`,
  ];
}

function readOnly(address: ServerAddress): RowtideError {
  return new RowtideError('SOURCE_SETTINGS', `${placeOf(address)}: the server is read only, so it is no primary`, {
    hint: 'Name the primary, or all servers that may become it, in heartbeat.servers.',
  });
}

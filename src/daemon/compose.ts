import { transactions } from '../binlog/transactions.js';
import type { SourceConfig } from '../config/schema.js';
import { RowtideError, unreachable } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import type { LogSource, Source } from '../core/source.js';
import { withConnection } from '../mysql/connect.js';
import { probe } from '../mysql/probe.js';
import { placeOf, type ServerAddress } from '../mysql/url.js';
import type { SourceNeeds } from '../pipeline/define-sink.js';
import { type Heartbeats, type HeartbeatTable, heartbeatUs } from '../pipeline/heartbeats.js';
import type { RelayLogOptions } from '../relay/reader.js';
import { attach } from '../schema/attach.js';
import { serverCatalog } from '../schema/catalog.js';
import { type Attachment, NOTHING_ATTACHED } from '../schema/history/history.js';
import type { HistoryStore } from '../schema/history/store.js';
import { type SchemaMode, schemas } from '../schema/schemas.js';
import { withHistory } from '../schema/source.js';
import { fileLog } from '../source/files.js';
import { type ServerLogOptions, serverLog } from '../source/server.js';
import { diskSpool } from '../source/spool.js';
import { since, type Transform, tableTest } from '../transform/filter.js';
import { transformed } from '../transform/source.js';
import { type TransformOptions, transformOf } from '../transform/transform.js';
import { positionOf } from './start.js';

/** A source as the configuration describes it, and what a program wants to know of it beside its transactions. */
export interface ComposedSource {
  /** How messages name it. */
  readonly place: string;
  readonly log: LogSource;
  readonly source: Source;
  /** True for a log that somebody may go on writing. */
  readonly isLive: boolean;
}

export interface ComposeOptions {
  readonly transform: TransformOptions;
  /** What the sink wants of it. */
  readonly needs?: SourceNeeds;
  /** Where transactions that are too large for memory wait for their commit. */
  readonly spoolDir: string;
  /** Where the history of columns is kept, for sources that do not describe them. */
  readonly history: HistoryStore;
  readonly logger: Log;
  /** Ends where the log of a server ends. */
  readonly stopAtEnd?: boolean;
  /** The relays that sources may name. */
  readonly relays?: Relays;
  /** Rows to look at on their way, whether or not the sink gets them. */
  readonly heartbeats?: { readonly table: HeartbeatTable; readonly seen: Heartbeats };
}

/** A relay as its readers find it. */
export interface RelayLog {
  reader(options: RelayLogOptions): LogSource;
  /** The server that it is filled from. */
  readonly address: ServerAddress;
  /** Resolves where it has what comes behind a position; throws by name where it has not. */
  has(position: Position, signal: AbortSignal): Promise<void>;
}

export type Relays = (name: string) => RelayLog;

export function composeSource(
  config: SourceConfig,
  {
    transform,
    needs = {},
    spoolDir,
    history,
    logger,
    stopAtEnd = false,
    relays = noRelays,
    heartbeats,
  }: ComposeOptions,
): ComposedSource {
  const address = config.kind === 'server' ? config.address : null;
  const log = logOf(config, { stopAtEnd, reusesMemory: needs.reusesMemory ?? false, relays });
  const make = (mode: SchemaMode): Source =>
    transactions(log, {
      schemas: schemas(mode),
      wants: wanted(transform, heartbeats?.table),
      spool: diskSpool(spoolDir),
      xaSteps: needs.xaSteps ?? false,
      start: (each, signal) => positionOf(config.from, each, { address, signal }),
    });
  const source =
    needs.columnNames === false ? make({ kind: 'none' }) : withSchemas(config, { make, history, logger, relays });
  const filtered = transformed(source, noting(transformOf(transform), heartbeats));
  return {
    place: placeIn(config),
    log,
    source: config.from.kind === 'time' ? transformed(filtered, since(config.from.timeUs)) : filtered,
    isLive: config.kind !== 'files' || config.follow,
  };
}

type WantsTable = (schema: string, table: string) => boolean;

function wanted(transform: TransformOptions, heartbeat: HeartbeatTable | undefined): WantsTable {
  const wants = tableTest(transform);
  if (heartbeat === undefined) return wants;
  return (schema, table) => wants(schema, table) || (table === heartbeat.table && schema === heartbeat.schema);
}

/** Looks at heartbeats before they are filtered out. */
function noting(transform: Transform, heartbeats: ComposeOptions['heartbeats']): Transform {
  if (heartbeats === undefined) return transform;
  return (transaction) => {
    const us = heartbeatUs(transaction, heartbeats.table);
    if (us !== null) heartbeats.seen.read(transaction, us);
    return transform(transaction);
  };
}

interface Reading {
  readonly stopAtEnd: boolean;
  readonly reusesMemory: boolean;
  readonly relays: Relays;
}

function logOf(config: SourceConfig, { relays, ...reading }: Reading): LogSource {
  switch (config.kind) {
    case 'server':
      return serverLog({ ...config, ...reading });
    case 'files':
      return fileLog({ paths: config.files, follow: config.follow });
    case 'relay':
      return relays(config.relay).reader(reading);
    default:
      return unreachable(config);
  }
}

function placeIn(config: SourceConfig): string {
  switch (config.kind) {
    case 'server':
      return placeOf(config.address);
    case 'files':
      return config.files.join(' ');
    case 'relay':
      return `relay ${config.relay}`;
    default:
      return unreachable(config);
  }
}

function noRelays(name: string): never {
  throw new RowtideError('USAGE', `no relay is called ${name}`);
}

/** The server whose columns a source's tables have; null where only files are there. */
function serverOf(config: SourceConfig, relays: Relays): ServerLogOptions | null {
  if (config.kind === 'files') return null;
  return config.kind === 'server' ? config : { address: relays(config.relay).address };
}

interface SchemaOptions {
  readonly make: (mode: SchemaMode) => Source;
  readonly history: HistoryStore;
  readonly logger: Log;
  readonly relays: Relays;
}

/** Where tables come from as the configuration says. */
function withSchemas(config: SourceConfig, { make, history, logger, relays }: SchemaOptions): Source {
  const server = serverOf(config, relays);
  switch (config.schema) {
    case 'none':
      return make({ kind: 'none' });
    case 'assume-current': {
      if (server === null) throw noServer();
      const { address } = server;
      const current = (signal: AbortSignal): Source =>
        make({ kind: 'assume-current', catalog: serverCatalog(address, signal) });
      return {
        start: (signal) => current(signal).start(signal),
        read: (from, signal) => current(signal).read(from, signal),
      };
    }
    case 'auto':
      return withHistory({
        make,
        store: history,
        log: logger,
        attach: (from, signal) => attached(server, from, signal),
      });
  }
}

/** Null where the log describes its tables itself. */
async function attached(
  server: ServerLogOptions | null,
  from: Position,
  signal: AbortSignal,
): Promise<Attachment | null> {
  if (server === null) return NOTHING_ATTACHED;
  const { address } = server;
  const facts = await withConnection(address, signal, probe);
  // MariaDB's description does not tell UUID, INET4 and INET6 from BINARY.
  if (facts.binlogRowMetadata === 'FULL' && facts.identity.flavour === 'mysql') return null;
  return attach(from, { address, signal, log: serverLog({ ...server, stopAtEnd: true }) });
}

function noServer(): RowtideError {
  return new RowtideError('USAGE', 'columns cannot be assumed from files: there is no server to ask', {
    hint: 'Read the server itself with --schema assume-current, or take --schema none for @1, @2, …',
  });
}

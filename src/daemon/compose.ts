import { transactions } from '../binlog/transactions.js';
import type { SourceConfig } from '../config/schema.js';
import { RowtideError } from '../core/errors.js';
import type { Position } from '../core/position.js';
import type { LogSource, Source } from '../core/source.js';
import { withConnection } from '../mysql/connect.js';
import { probe } from '../mysql/probe.js';
import { placeOf, type ServerAddress } from '../mysql/url.js';
import { attachCatalog, serverCatalog } from '../schema/catalog.js';
import { type SchemaMode, schemas } from '../schema/schemas.js';
import { fileLog } from '../source/files.js';
import { serverLog } from '../source/server.js';
import { diskSpool } from '../source/spool.js';
import { since, tableTest } from '../transform/filter.js';
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
  /** Where transactions that are too large for memory wait for their commit. */
  readonly spoolDir: string;
  /** Ends where the log of a server ends. */
  readonly stopAtEnd?: boolean;
}

export function composeSource(
  config: SourceConfig,
  { transform, spoolDir, stopAtEnd = false }: ComposeOptions,
): ComposedSource {
  const address = config.kind === 'server' ? config.address : null;
  const log = logOf(config, stopAtEnd);
  const source = attached(
    (signal) => schemaMode(config, address, signal),
    (mode) =>
      transactions(log, {
        schemas: schemas(mode),
        wants: tableTest(transform),
        spool: diskSpool(spoolDir),
        start: (each, signal) => positionOf(config.from, each, { address, signal }),
      }),
  );
  const wanted = transformed(source, transformOf(transform));
  return {
    place: address === null ? filesOf(config).join(' ') : placeOf(address),
    log,
    source: config.from.kind === 'time' ? transformed(wanted, since(config.from.timeUs)) : wanted,
    isLive: config.kind === 'server' || config.follow,
  };
}

function logOf(config: SourceConfig, stopAtEnd: boolean): LogSource {
  if (config.kind === 'files') return fileLog({ paths: config.files, follow: config.follow });
  return serverLog({ ...config, stopAtEnd });
}

function filesOf(config: SourceConfig): readonly string[] {
  return config.kind === 'files' ? config.files : [];
}

async function schemaMode(
  config: SourceConfig,
  address: ServerAddress | null,
  signal: AbortSignal,
): Promise<SchemaMode> {
  switch (config.schema) {
    case 'none':
      return { kind: 'none' };
    case 'assume-current':
      if (address === null) throw noServer();
      return { kind: 'assume-current', catalog: serverCatalog(address, signal) };
    case 'auto': {
      if (address === null) return { kind: 'auto', attached: null };
      const facts = await withConnection(address, signal, probe);
      // MariaDB's description does not tell UUID, INET4 and INET6 from BINARY.
      const describesItself = facts.binlogRowMetadata === 'FULL' && facts.identity.flavour === 'mysql';
      return { kind: 'auto', attached: describesItself ? null : await attachCatalog(address, signal) };
    }
  }
}

function noServer(): RowtideError {
  return new RowtideError('USAGE', 'columns cannot be assumed from files: there is no server to ask', {
    hint: 'Read the server itself with --schema assume-current, or take --schema none for @1, @2, …',
  });
}

/**
 * A source whose tables are looked up when it is first used and no more: before the stream begins, so that no event is
 * older than what is known of its table.
 */
function attached(mode: (signal: AbortSignal) => Promise<SchemaMode>, make: (mode: SchemaMode) => Source): Source {
  let made: Source | undefined;
  const source = async (signal: AbortSignal): Promise<Source> => {
    made ??= make(await mode(signal));
    return made;
  };
  return {
    start: async (signal) => (await source(signal)).start(signal),
    async *read(from: Position, signal: AbortSignal) {
      yield* (await source(signal)).read(from, signal);
    },
  };
}

import { tmpdir } from 'node:os';
import { SqlSink, type SqlSinkOptions } from '../../../../connectors/replica/sql/sink.js';
import { transactions } from '../../../../src/binlog/transactions.js';
import type { Log } from '../../../../src/core/log.js';
import type { Position } from '../../../../src/core/position.js';
import type { SinkStats } from '../../../../src/core/sink-stats.js';
import type { Transaction } from '../../../../src/core/transaction.js';
import { parseServerUrl } from '../../../../src/mysql/url.js';
import { runPipeline } from '../../../../src/pipeline/run.js';
import { type SchemaMode, schemas } from '../../../../src/schema/schemas.js';
import { serverLog } from '../../../../src/source/server.js';
import { diskSpool } from '../../../../src/source/spool.js';

export interface Replication {
  readonly source: { readonly url: string };
  readonly target: { readonly url: string };
  /** Name of the stream, and of its row at the target. */
  readonly stream: string;
  /** Where an empty target begins; without it with all that the log has. */
  readonly from?: Position;
  readonly mode?: SchemaMode;
  readonly options?: Partial<SqlSinkOptions>;
  readonly transform?: (transaction: Transaction) => Transaction;
  readonly signal?: AbortSignal;
  readonly shutdownTimeoutMs?: number;
  readonly log?: Log;
  readonly stats?: SinkStats;
}

/** Brings the target to where the source's log ends now. */
export async function replicate(replication: Replication): Promise<void> {
  const { source, stream, from, mode = { kind: 'auto', history: null }, transform, shutdownTimeoutMs } = replication;
  const never = new AbortController().signal;
  const log = serverLog({ address: parseServerUrl(source.url), stopAtEnd: true });
  const reading = transactions(log, {
    schemas: schemas(mode),
    spool: diskSpool(tmpdir()),
    start: (each, signal) => each.tail(signal),
  });
  await runPipeline({
    name: stream,
    source: {
      read: (position, signal) => reading.read(position, signal),
      start: async (signal) => from ?? reading.start(signal),
    },
    sink: sqlSink(replication),
    signal: replication.signal ?? never,
    log: replication.log ?? quiet,
    ...(transform === undefined ? {} : { transform }),
    ...(shutdownTimeoutMs === undefined ? {} : { shutdownTimeoutMs }),
  });
}

export function sqlSink({ target, stream, options, log = quiet, stats }: Omit<Replication, 'source'>): SqlSink {
  const { url } = target;
  const context = { pipeline: stream, log, ...(stats !== undefined && { stats }) };
  return new SqlSink({ ...DEFAULTS, target: parseServerUrl(url), ...options }, context);
}

const DEFAULTS: Omit<SqlSinkOptions, 'target'> = {
  workers: 1,
  stateSchema: 'rowtide',
  routes: [],
  conflicts: 'stop',
  keyless: 'match',
  triggers: 'refuse',
  ddl: 'apply',
};

const ignore = (): void => undefined;
export const quiet: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Keeps what was said. */
export function logged(): Log & { of(level: keyof Log): string[] } {
  const said: [keyof Log, string][] = [];
  const at = (level: keyof Log) => (_: object, message: string) => void said.push([level, message]);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    of: (wanted) => said.flatMap(([level, message]) => (level === wanted ? [message] : [])),
  };
}

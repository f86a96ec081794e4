import { tmpdir } from 'node:os';
import mysql from 'mysql2/promise';
import replica from '../../../connectors/replica/index.js';
import type { SourceConfig } from '../../../src/config/schema.js';
import { RowtideError } from '../../../src/core/errors.js';
import type { Log } from '../../../src/core/log.js';
import type { ResumableSink } from '../../../src/core/sink.js';
import { composeSource } from '../../../src/daemon/compose.js';
import { parseServerUrl } from '../../../src/mysql/url.js';
import { type PipelineEnd, runPipeline } from '../../../src/pipeline/run.js';
import { memoryHistoryStore } from '../../../src/schema/history/store.js';
import type { TransformOptions } from '../../../src/transform/transform.js';
import type { DatabaseAddress } from '../../servers/database.js';

export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface Replicating {
  readonly source: Pick<DatabaseAddress, 'url'>;
  readonly target: Pick<DatabaseAddress, 'url'>;
  /** Of the sink, beside its url. */
  readonly options?: Record<string, unknown>;
  readonly transform?: TransformOptions;
  readonly log?: Log;
  readonly signal?: AbortSignal;
  /** Where a target without a position begins; mode binlog on MySQL has one in any case. */
  readonly from?: SourceConfig['from'];
  /** Name of the pipeline. */
  readonly pipeline?: string;
  /** Go on when the end of the source's log is reached. */
  readonly forever?: boolean;
}

/** One attempt of a pipeline as a daemon makes it: to the end of the source’s log, unless it is to go on. */
export async function replicate(replicating: Replicating): Promise<PipelineEnd> {
  const { source, target, log = silent, forever = false } = replicating;
  const options = replica.options.parse({ url: target.url, mode: 'binlog', ...replicating.options });
  const { transform = {}, pipeline = 'test', from = { kind: 'now' } } = replicating;
  const composed = composeSource(
    { kind: 'server', address: parseServerUrl(source.url), from, schema: 'auto' },
    {
      transform,
      needs: replica.reads?.(options) ?? {},
      spoolDir: tmpdir(),
      history: memoryHistoryStore(),
      logger: log,
      stopAtEnd: !forever,
    },
  );
  const sink = replica.create(options, { pipeline, log }) as ResumableSink;
  const signal = replicating.signal ?? new AbortController().signal;
  return runPipeline({ name: pipeline, source: composed.source, sink, signal, log });
}

export interface Running extends AsyncDisposable {
  /** Resolves when the target has executed all of a set. */
  reached(gtids: string): Promise<void>;
  /** The error that ends it. */
  failure(): Promise<unknown>;
}

/** A pipeline that goes on until it fails or is disposed of; the locks of others it gets over, as in a daemon. */
export function start(replicating: Replicating): Running {
  const stop = new AbortController();
  const attempt = (): Promise<unknown> =>
    replicate({ ...replicating, forever: true, signal: stop.signal }).then(
      () => new Error('it ended without an error'),
      (error: unknown) => (error instanceof RowtideError && error.code === 'SINK_BUSY' ? attempt() : error),
    );
  const running = attempt();
  return {
    reached: async (gtids) => {
      const waited = select(replicating.target, `SELECT WAIT_FOR_EXECUTED_GTID_SET('${gtids}', 60)`);
      const [[late] = []] = await Promise.race([waited, running.then((error) => Promise.reject(error))]);
      if (Number(late) !== 0) throw new Error(`the target did not execute ${gtids}`);
    },
    failure: () => running,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

/** A connection that prints as the server does. */
export async function connected(server: Pick<DatabaseAddress, 'url'>): Promise<mysql.Connection> {
  const { url: uri } = server;
  const connection = await mysql.createConnection({
    uri,
    charset: 'utf8mb4',
    dateStrings: true,
    supportBigNumbers: true,
  });
  await connection.query('SET group_concat_max_len = 1000000');
  return connection;
}

export async function execute(server: Pick<DatabaseAddress, 'url'>, ...statements: readonly string[]): Promise<void> {
  const connection = await connected(server);
  try {
    for (const sql of statements) await connection.query(sql);
  } finally {
    await connection.end();
  }
}

/** Cells as the driver gives them. */
type Cell = string | number | null;

export async function select(server: Pick<DatabaseAddress, 'url'>, sql: string): Promise<Cell[][]> {
  const connection = await connected(server);
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>({ sql, rowsAsArray: true });
    return rows as unknown as Cell[][];
  } finally {
    await connection.end();
  }
}

/** Of integers, which MySQL 8.0.15 shows and later ones do not, as it calls character sets by another name. */
const DISPLAY_WIDTH = /(int|year)\(\d+\)/g;

/** CHECKSUM TABLE of each table that is not the server's own, and its columns. */
export async function contents(server: Pick<DatabaseAddress, 'url'>): Promise<Record<string, string>> {
  const tables = await select(
    server,
    `SELECT TABLE_SCHEMA, TABLE_NAME, GROUP_CONCAT(CONCAT_WS(' ', COLUMN_NAME, COLUMN_TYPE, COLLATION_NAME, IS_NULLABLE,
        COLUMN_DEFAULT, EXTRA, GENERATION_EXPRESSION) ORDER BY ORDINAL_POSITION SEPARATOR ', ')
       FROM INFORMATION_SCHEMA.COLUMNS JOIN INFORMATION_SCHEMA.TABLES USING (TABLE_SCHEMA, TABLE_NAME)
      WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ('rowtide', 'mysql', 'sys', 'information_schema', 'performance_schema')
      GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  if (tables.length === 0) return {};
  const names = tables.map(([schema, name]) =>
    mysql.escapeId([String(schema), String(name)].join('\0')).replace('\0', '`.`'),
  );
  const checksums = await select(server, `CHECKSUM TABLE ${names.join(', ')}`);
  return Object.fromEntries(
    tables.map(([schema, name, columns], i) => [
      `${schema}.${name}`,
      `${checksums[i]![1]}: ${String(columns).replace(DISPLAY_WIDTH, '$1').replaceAll('utf8mb3_', 'utf8_')}`,
    ]),
  );
}

export async function executed(server: Pick<DatabaseAddress, 'url'>): Promise<string> {
  const [[set] = []] = await select(server, 'SELECT @@GLOBAL.gtid_executed');
  return String(set).replaceAll('\n', '');
}

import {
  type Batch,
  type Log,
  type Position,
  placeOf,
  type ResumableSink,
  RowtideError,
  type ServerAddress,
  Session,
  type SinkContext,
  SinkStats,
} from 'rowtide';
import { Fence } from '../binlog/fence.js';
import { CheckpointTable } from '../checkpoint-table.js';
import { SqlApplier } from './applier.js';
import { Committer } from './committer.js';
import { ConflictTable } from './conflict-table.js';
import { DdlExecution } from './ddl/execution.js';
import { Statements } from './ddl/statements.js';
import type { SqlOptions } from './options.js';
import { ParallelSql } from './parallel.js';
import { routesOf } from './routes.js';
import { begunOf } from './split/begun.js';
import { Splitting } from './split/splitting.js';
import { Tables } from './tables.js';

export interface SqlSinkOptions extends SqlOptions {
  readonly target: ServerAddress;
  readonly workers: number;
}

/** Mode sql: typed statements, and the checkpoint in the transactions of the rows. */
export class SqlSink implements ResumableSink {
  readonly #options: SqlSinkOptions;
  readonly #context: SinkContext;
  readonly #fence: Fence;
  readonly #closing = new AbortController();
  readonly #sessions: Session[] = [];
  #applier: SqlApplier | ParallelSql | null = null;
  #splitting: Splitting | null = null;

  constructor(options: SqlSinkOptions, context: SinkContext) {
    this.#options = options;
    this.#context = context;
    this.#fence = new Fence(`sql/${options.stateSchema}/${context.pipeline}`);
  }

  async open(signal: AbortSignal): Promise<Position | undefined> {
    const { workers, stateSchema, splitRows } = this.#options;
    const { pipeline, log, stats = new SinkStats() } = this.#context;
    return this.#until(signal, async () => {
      while (this.#sessions.length < workers) await this.#openSession();
      const session = this.#sessions[0]!;
      // Locks of a writer that is cut off from us, and alive for the target, would be in the way.
      await this.#fence.take(this.#sessions);
      const checkpoints = new CheckpointTable(stateSchema, pipeline);
      const { position, intent, state } = await checkpoints.fence(session);
      const execution = new DdlExecution({ session, checkpoints, stream: `${stateSchema}/${pipeline}` });
      if (intent !== null) await execution.resume(intent);
      await warnOfSettings(session, log);
      const conflicts = new ConflictTable(stateSchema, pipeline);
      if (logsConflicts(this.#options)) await conflicts.create(session);
      const routeOf = routesOf(this.#options, pipeline);
      const tables = new Tables({ routeOf, log });
      const statements = new Statements({ policy: this.#options.ddl, routeOf, execution, log });
      const committer = new Committer({ session, tables, checkpoints, conflicts, statements, stats, log });
      const splitting = new Splitting({ rowsMax: splitRows, committer, checkpoints, stats, log }, begunOf(state));
      const shared = { tables, checkpoints, conflicts, statements, splitting, stats };
      this.#splitting = splitting;
      this.#applier =
        workers === 1
          ? new SqlApplier({ committer, ...shared }, position)
          : new ParallelSql({ sessions: this.#sessions, routeOf, ...shared }, position);
      return position;
    });
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    const applier = this.#applier;
    if (applier === null) throw new Error('written to before it was opened');
    if (this.#splitting?.admits(batch) === false) return;
    try {
      await this.#until(signal, () => applier.write(batch, signal));
    } catch (error) {
      if (error instanceof RowtideError && error.code === 'SINK_UNREACHABLE') await this.#refuseFenced(signal);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.splice(0).map((session) => session.close()));
  }

  /** Throws SINK_FENCED where it was a newer writer that ended our connections. */
  async #refuseFenced(signal: AbortSignal): Promise<void> {
    await this.#fence.check(this.#options.target, this.#sessions, signal).catch((error: unknown) => {
      if (error instanceof RowtideError && error.code === 'SINK_FENCED') throw error;
    });
  }

  async #openSession(): Promise<Session> {
    const { target, workers } = this.#options;
    const waits = workers === 1 ? {} : { lockWaitSeconds: LOCK_WAIT_SECONDS };
    const session = await Session.open(target, this.#closing.signal, waits);
    this.#sessions.push(session);
    return session;
  }

  /** The session ends when `signal` aborts while something is done; it outlives signals otherwise. */
  async #until<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const abort = (): void => this.#closing.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await run();
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

/** Workers may wait for each other: who waits in vain is to know it soon. */
const LOCK_WAIT_SECONDS = 1;

function logsConflicts({ conflicts, routes }: SqlOptions): boolean {
  return conflicts === 'log' || routes.some((route) => route.conflicts === 'log');
}

async function warnOfSettings(session: Session, log: Log): Promise<void> {
  const [row] = await session.query('SELECT @@sync_binlog, @@innodb_flush_log_at_trx_commit');
  const [syncBinlog, flushLog] = (row ?? []).map(Number);
  if (syncBinlog === 1 && flushLog === 1) return;
  const facts = { target: placeOf(session.address), sync_binlog: syncBinlog, innodb_flush_log_at_trx_commit: flushLog };
  log.warn(facts, 'the target may lose its last transactions when its machine loses power: both should be 1');
}

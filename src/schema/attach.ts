import { setTimeout as sleep } from 'node:timers/promises';
import { tableWithoutNames } from '../binlog/mapped-table.js';
import { transactions } from '../binlog/transactions.js';
import { RowtideError } from '../core/errors.js';
import type { LogPoint } from '../core/event.js';
import type { Position } from '../core/position.js';
import type { LogSource } from '../core/source.js';
import { withConnection } from '../mysql/connect.js';
import { logFiles } from '../mysql/probe.js';
import { readServerSchema } from '../mysql/schema.js';
import type { ServerAddress } from '../mysql/url.js';
import { stateOfServer } from './facts.js';
import type { Attachment } from './history/history.js';
import { isAtOrBehind } from './history/log-order.js';
import { concernsColumns, type PlacedStatement, reachedBack } from './history/reach.js';
import type { SchemaState } from './history/state.js';

export interface AttachOptions {
  readonly address: ServerAddress;
  /** The same log, ending where it ends now. */
  readonly log: LogSource;
  readonly signal: AbortSignal;
}

const ATTEMPTS_MAX = 5;
/** The first of four that double, for statements that are logged and not yet committed. */
const PAUSE_MS = 100;

/**
 * The tables at a position, from INFORMATION_SCHEMA as it is now. Reading it takes no lock, and it says nothing about the
 * log; so the log is read, from the position to its end: what no statement in it touches was the same all the time. A
 * statement that comes while INFORMATION_SCHEMA is read makes it be read again.
 */
export async function attach(from: Position, options: AttachOptions): Promise<Attachment> {
  const copy = await copyOf(options);
  const statements = await statementsFrom(from, options);
  if (statements === null) return { state: reachedBack(copy.state, [NOT_READ]), later: copy };
  const before = statements.filter(({ at }) => !isAtOrBehind(at, copy.at));
  if (!before.some(({ statement }) => concernsColumns(statement, copy.state)))
    return { state: copy.state, later: null };
  const state = reachedBack(
    copy.state,
    before.map(({ statement }) => statement),
  );
  return { state, later: copy };
}

/** Stands for whatever may have happened. */
const NOT_READ = { schema: '', sql: '?', status: Buffer.alloc(0), serverVersion: '' } as const;

interface Copy {
  readonly at: LogPoint;
  readonly state: SchemaState;
}

/**
 * All tables, and a place of the log at which they were so. A server logs a statement before it commits it, so the end of
 * the log may be further than what INFORMATION_SCHEMA shows; what is among the executed GTIDs it does show.
 */
export async function copyOf(options: AttachOptions): Promise<Copy> {
  const { signal } = options;
  const source = await options.log.identity(signal);
  for (let attempt = 1; ; attempt++) {
    const log = await options.log.head(signal);
    const { at, state } = await readCopy(options);
    const meanwhile = await statementsFrom({ source, log, held: [] }, options);
    const concerning = (meanwhile ?? [{ at, statement: NOT_READ }]).filter(({ statement }) =>
      concernsColumns(statement, state),
    );
    if (concerning.length === 0) return { at, state };
    const statements = concerning.map(({ statement }) => statement);
    // A server that is altered all the time: of what is altered just now, nothing is known.
    if (attempt === ATTEMPTS_MAX) return { at, state: reachedBack(state, statements) };
    await sleep(PAUSE_MS * 2 ** (attempt - 1), undefined, { signal });
  }
}

async function readCopy({ address, signal }: AttachOptions): Promise<Copy> {
  return withConnection(address, signal, async (connection) => {
    const last = (await logFiles(connection)).at(-1);
    const at = { file: last?.name ?? '', offset: last?.sizeBytes ?? 0 };
    return { at, state: stateOfServer(await readServerSchema(connection)) };
  });
}

/** The statements from a position to the end of the log; null if that cannot be read: the stream will say why. */
async function statementsFrom(from: Position, { log, signal }: AttachOptions): Promise<PlacedStatement[] | null> {
  const statements: PlacedStatement[] = [];
  const source = transactions(log, {
    schemas: {
      table: async (map) => tableWithoutNames(map),
      record(statement, at) {
        statements.push({ statement, at });
        return undefined;
      },
    },
    wants: () => false,
    // Nobody looks at rows.
    spool: {
      create: () => ({ append: () => undefined, truncate: () => undefined, *events() {}, close: () => undefined }),
    },
    start: (each, until) => each.head(until),
  });
  try {
    for await (const transaction of source.read(from, signal)) transaction.release();
    // A log that was left ends as one that was read.
    signal.throwIfAborted();
  } catch (error) {
    if (error instanceof RowtideError && !error.retryable) return null;
    throw error;
  }
  return statements;
}

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckpointStore } from '../checkpoint/store.js';
import { changes } from '../column/changes.js';
import { parsePoint } from '../config/point.js';
import type { SourceConfig } from '../config/schema.js';
import type { Batch } from '../core/batch.js';
import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import type { Source } from '../core/source.js';
import type { Table } from '../core/table.js';
import type { Transaction } from '../core/transaction.js';
import { type ComposedSource, composeSource } from '../daemon/compose.js';
import { untilPoint } from '../daemon/until.js';
import { parseServerUrl } from '../mysql/url.js';
import { isAbort } from '../pipeline/abort.js';
import { batches } from '../pipeline/batches.js';
import { PositionFold } from '../pipeline/fold.js';
import { fileHistoryStore } from '../schema/history/file-store.js';
import { memoryHistoryStore } from '../schema/history/store.js';
import type { ColumnOptions } from '../transform/columns/actions.js';
import type { Transform } from '../transform/filter.js';
import type { Where } from '../transform/row-filter.js';
import { type Database, type RowImage, type StreamChange, type TransactionFacts, tableKey } from './change.js';
import { withWholeRows } from './whole.js';

/** A server's URL, or with a password of its own, or binlog files in their order. */
export type StreamSource =
  | string
  | { readonly url: string; readonly password?: string }
  | { readonly files: readonly string[] };

export interface StreamOptions {
  /** Where to begin while `store` has no checkpoint, as `rowtide tail --from`. Default: now; files: their beginning. */
  readonly from?: string;
  /** Where to end, as `rowtide tail --until`. Without it a server is followed. */
  readonly until?: string;
  /** Patterns of the tables wanted, as `--include`; default: all. Give those that the type was made with. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** By pattern of tables, the condition that rows have to meet, as `--where`. */
  readonly where?: Where;
  /** What is left out, masked, hashed and truncated; the type of the stream does not know of it. */
  readonly columns?: ColumnOptions;
  /** `full` (default): a row that lacks columns ends the stream by name. `partial`: columns may be absent keys. */
  readonly rowImage?: RowImage;
  /** Column names that the log does not hold: only certain ones, as they are now, or @1. */
  readonly schema?: 'auto' | 'assume-current' | 'none';
  /**
   * Remembers where to go on. A transaction is done, and the next save covers it, when the change behind its last one
   * is asked for: after a crash or a `break` some come again, none is lost. Closed with the stream.
   */
  readonly store?: CheckpointStore;
  /** Ends the stream, without an error. */
  readonly signal?: AbortSignal;
  /**
   * File beside the `store` for the columns of tables over time, where the log does not describe them itself. Without it
   * a stream that goes on from the store does not know tables that were altered since.
   */
  readonly history?: string;
  /** Folder where transactions that are too large for memory wait for their commit. */
  readonly spool?: string;
}

/**
 * The committed row changes of a server or of binlog files, one by one and typed by `DB`, which `rowtide types` writes.
 * `DB` is believed: tables that it does not know arrive too unless `include` leaves them out. Leaving the loop closes
 * the connection. Errors are RowtideErrors; nothing is tried again, so start anew from the `store` where `retryable`.
 */
export function stream<DB extends Database = Database>(
  source: StreamSource,
  options?: StreamOptions & { readonly rowImage?: 'full' },
): AsyncGenerator<StreamChange<DB>, void, void>;
export function stream<DB extends Database = Database>(
  source: StreamSource,
  options: StreamOptions & { readonly rowImage: 'partial' },
): AsyncGenerator<StreamChange<DB, 'partial'>, void, void>;
export function stream(source: StreamSource, options: StreamOptions = {}): Changes {
  return read(sourceOf(source, options), options);
}

function sourceOf(from: StreamSource, options: StreamOptions): Source {
  const { until, spool = join(tmpdir(), `rowtide-${process.getuid?.() ?? 'spool'}`) } = options;
  const end = until === undefined ? undefined : parsePoint(until);
  const composed: ComposedSource = composeSource(configOf(from, options), {
    transform: options,
    spoolDir: spool,
    history: options.history === undefined ? memoryHistoryStore() : fileHistoryStore(options.history),
    logger: SILENT,
    stopAtEnd: end?.kind === 'now',
  });
  return end === undefined ? composed.source : untilPoint(composed, end);
}

function configOf(source: StreamSource, { from, schema = 'auto' }: StreamOptions): SourceConfig {
  if (typeof source === 'object' && 'files' in source) {
    return { kind: 'files', files: [...source.files], follow: false, from: parsePoint(from ?? 'beginning'), schema };
  }
  const { url, ...options } = typeof source === 'string' ? { url: source } : source;
  return { kind: 'server', address: parseServerUrl(url, options), from: parsePoint(from ?? 'now'), schema };
}

/** A library says nothing by itself. */
const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

type Changes = AsyncGenerator<StreamChange<Database, 'partial'>, void, void>;

async function* read(source: Source, options: StreamOptions): Changes {
  const { store, rowImage = 'full', signal = new AbortController().signal } = options;
  try {
    let behind = await startOf(source, store, signal);
    const from = behind;
    const transform: Transform = rowImage === 'full' ? withWholeRows(from.source.flavour) : (each) => each;
    for await (const batch of batches({ read: (reading) => source.read(from, reading), from, signal })) {
      yield* batchChanges(batch, { store, behind, transform });
      behind = batch.position;
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  } finally {
    await store?.close();
  }
}

/** An empty store is given a position before the first transaction: a crash must not find it without one. */
async function startOf(source: Source, store: CheckpointStore | undefined, signal: AbortSignal): Promise<Position> {
  const checkpoint = await store?.load();
  if (checkpoint !== undefined) return checkpoint.position;
  const position = await source.start(signal);
  await store?.save({ position, sink: {} });
  return position;
}

interface Reading {
  readonly store: CheckpointStore | undefined;
  /** What the batch follows. */
  readonly behind: Position;
  readonly transform: Transform;
}

/** Saves what was taken of a batch: all of it, or what came before the transaction that was left in the middle. */
async function* batchChanges({ transactions, position }: Batch, { store, behind, transform }: Reading): Changes {
  const done = new PositionFold(behind);
  let isComplete = false;
  try {
    for (const transaction of transactions) {
      yield* transactionChanges(transform(transaction));
      done.add(transaction);
    }
    isComplete = true;
  } finally {
    for (const transaction of transactions) transaction.release();
    if (isComplete || done.moved) await store?.save({ position: isComplete ? position : done.take(), sink: {} });
  }
}

function* transactionChanges(transaction: Transaction): Generator<StreamChange<Database, 'partial'>, void, void> {
  const { gtid, span, committedAtUs } = transaction;
  const facts: TransactionFacts = { gtid, span, committedAtUs };
  for (const change of changes(transaction)) {
    if (change.kind === 'statement') yield { ...change, table: null, transaction: facts };
    else yield { ...change, table: keyOf(change.table), definition: change.table, transaction: facts };
  }
}

const keys = new WeakMap<Table, string>();

function keyOf(table: Table): string {
  let key = keys.get(table);
  if (key === undefined) {
    key = tableKey(table);
    keys.set(table, key);
  }
  return key;
}

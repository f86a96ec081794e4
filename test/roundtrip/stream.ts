import { tmpdir } from 'node:os';
import { transactions } from '../../src/binlog/transactions.js';
import type { Position } from '../../src/core/position.js';
import type { LogSource } from '../../src/core/source.js';
import type { Transaction } from '../../src/core/transaction.js';
import { type SchemaMode, schemas } from '../../src/schema/schemas.js';
import { diskSpool } from '../../src/source/spool.js';

export interface StreamOptions {
  readonly mode?: SchemaMode;
  readonly memoryBytesMax?: number;
  readonly from?: Position;
}

/**
 * The transactions of a log. Each is released when the next one is asked for; leaving the loop ends the read.
 * Without `from` it begins with what is still there.
 */
export async function* stream(log: LogSource, options: StreamOptions = {}): AsyncGenerator<Transaction> {
  const { mode = { kind: 'auto', history: null }, memoryBytesMax } = options;
  const stop = new AbortController();
  const source = transactions(log, {
    schemas: schemas(mode),
    spool: diskSpool(tmpdir()),
    start: (each, signal) => each.tail(signal),
    ...(memoryBytesMax === undefined ? {} : { memoryBytesMax }),
  });
  try {
    for await (const transaction of source.read(options.from ?? (await source.start(stop.signal)), stop.signal)) {
      yield transaction;
      transaction.release();
    }
  } finally {
    stop.abort();
  }
}

/** Where a log ends now, to read from. */
export async function headOf(log: LogSource): Promise<Position> {
  const { signal } = new AbortController();
  return { source: await log.identity(signal), log: await log.head(signal), held: [] };
}

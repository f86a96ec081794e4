import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { transactions } from '../../src/binlog/transactions.js';
import { formatGtid } from '../../src/core/gtid.js';
import type { Position } from '../../src/core/position.js';
import type { LogSource, Source } from '../../src/core/source.js';
import type { Transaction } from '../../src/core/transaction.js';
import { PositionFold } from '../../src/pipeline/fold.js';
import { schemas } from '../../src/schema/schemas.js';
import { diskSpool } from '../../src/source/spool.js';
import { newFolder } from '../servers/runs.js';

const never = new AbortController().signal;

interface Walk {
  readonly names: string[];
  readonly position: Position;
}

function sourceOf(log: LogSource): Source {
  return transactions(log, {
    schemas: schemas({ kind: 'none' }),
    spool: diskSpool(join(newFolder('walk'), 'spool')),
    start: (each, signal) => each.tail(signal),
  });
}

/** The first `count` transactions behind a position. */
async function walk(log: LogSource, from: Position, count = Number.POSITIVE_INFINITY): Promise<Walk> {
  const source = sourceOf(log);
  const fold = new PositionFold(from);
  const names: string[] = [];
  for await (const transaction of source.read(from, never)) {
    const { gtid, span } = transaction;
    names.push(gtid === null ? `${span.file}:${span.start}` : formatGtid(gtid));
    fold.add(transaction);
    transaction.release();
    if (names.length >= count) break;
  }
  return { names, position: fold.take() };
}

/** GTIDs, or places, of the transactions behind a position; from the beginning on without one. */
export async function transactionsIn(
  log: LogSource,
  from?: Position,
  { count }: { readonly count?: number } = {},
): Promise<string[]> {
  const begin = from ?? { source: await log.identity(never), log: await log.tail(never), held: [] };
  return (await walk(log, begin, count)).names;
}

/** The position behind the first `count` of them. */
export async function positionBehind(log: LogSource, from: Position, count: number): Promise<Position> {
  return (await walk(log, from, count)).position;
}

/** A hash of the row events of each transaction, taken when twelve more have come. */
export async function hashesWaiting(log: LogSource, from: Position): Promise<string[]> {
  const waiting: Transaction[] = [];
  const hashes: string[] = [];
  const take = (transaction: Transaction): void => {
    const hash = createHash('sha256');
    for (const entry of transaction.entries) if (entry.kind === 'rows') hash.update(entry.event.bytes);
    hashes.push(hash.digest('hex'));
    transaction.release();
  };
  for await (const transaction of sourceOf(log).read(from, never)) {
    waiting.push(transaction);
    if (waiting.length > 12) take(waiting.shift()!);
  }
  waiting.forEach(take);
  return hashes;
}

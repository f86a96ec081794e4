import { join } from 'node:path';
import { transactions } from '../../src/binlog/transactions.js';
import { formatGtid } from '../../src/core/gtid.js';
import type { Position } from '../../src/core/position.js';
import type { LogSource } from '../../src/core/source.js';
import { PositionFold } from '../../src/pipeline/fold.js';
import { schemas } from '../../src/schema/schemas.js';
import { diskSpool } from '../../src/source/spool.js';
import { newFolder } from '../servers/runs.js';

const never = new AbortController().signal;

interface Walk {
  readonly names: string[];
  readonly position: Position;
}

/** The first `count` transactions behind a position. */
async function walk(log: LogSource, from: Position, count = Number.POSITIVE_INFINITY): Promise<Walk> {
  const source = transactions(log, {
    schemas: schemas({ kind: 'none' }),
    spool: diskSpool(join(newFolder('walk'), 'spool')),
    start: (each, signal) => each.tail(signal),
  });
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

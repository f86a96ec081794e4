import { GtidSet, MariaGtids, type Position, type SinkState } from 'rowtide';

/**
 * Of a transaction that is written in several commits: how far the last of them got. It stands beside the position in
 * front of that transaction, in the same row, and changes with the rows: so whoever reads the transaction again knows
 * which of its rows are there.
 */
export interface Begun {
  /** Its key. */
  readonly transaction: string;
  /** From its first one on. */
  readonly rows: number;
  /** Of the last of those: a filter that was changed meanwhile would have them counted otherwise. */
  readonly crc32: number;
}

export function stateOf({ transaction, rows, crc32 }: Begun): SinkState {
  return { begun: { transaction, rows, crc32 } };
}

export function begunOf({ begun = null }: SinkState): Begun | null {
  if (begun === null || typeof begun !== 'object') return null;
  const { transaction, rows, crc32 } = begun;
  if (typeof transaction !== 'string') return null;
  return { transaction, rows: Number(rows), crc32: Number(crc32) };
}

/** Whether a position is behind that transaction, which it was in front of. */
export function isBehind({ log }: Position, { transaction }: Begun): boolean {
  switch (log.kind) {
    case 'gtid':
      return log.executed.includes(GtidSet.parse(transaction));
    case 'mariadb-gtid':
      return log.executed.includes(MariaGtids.parse(transaction));
    case 'file':
      // It is what comes next in that log.
      return true;
  }
}

import type { LoggedRowsStatement, LoggedTransaction } from './logged-transaction.js';

/** A statement of very many rows, and how many at a time would have been kind to its replicas. */
export interface LargeStatement extends LoggedRowsStatement {
  readonly transaction: LoggedTransaction;
  readonly chunkRows: number;
}

/** About what replicas, and whoever reads the log, take in one go without falling behind noticeably. */
const CHUNK_BYTES = 1024 * 1024;
/** As gh-ost and pt-archiver aim at. */
const CHUNK_SECONDS = 0.5;
const CHUNK_ROWS_MIN = 100;

/** As many rows as make 1 MiB of log and, by the statement's own pace, take half a second; rounded to 1, 2 or 5 × 10ⁿ. */
export function largeStatement(statement: LoggedRowsStatement, transaction: LoggedTransaction): LargeStatement {
  const { rows, bytes } = statement;
  const byBytes = (rows * CHUNK_BYTES) / Math.max(bytes, 1);
  const byTime = transaction.seconds === 0 ? rows : (transaction.rows / transaction.seconds) * CHUNK_SECONDS;
  const kind = Math.min(byBytes, byTime, rows);
  return { ...statement, transaction, chunkRows: Math.max(roundedDown(kind), CHUNK_ROWS_MIN) };
}

function roundedDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  const digit = value / power;
  return (digit >= 5 ? 5 : digit >= 2 ? 2 : 1) * power;
}

import type { ErrorCode } from '../core/errors.js';
import { formatGtid } from '../core/gtid.js';
import type { Position } from '../core/position.js';
import type { WorkerStats } from '../core/sink-stats.js';
import type { PipelineState, PipelineStats } from '../pipeline/control.js';

/** A pipeline as `rowtide status` shows it; plain JSON. Numbers count since this process began. */
export interface PipelineStatus {
  readonly name: string;
  readonly source: string;
  readonly sink: string;
  readonly state: PipelineState;
  /** Behind the last batch that is durable; null before the sink was opened. */
  readonly position: string | null;
  /** Behind which GTIDs it pauses; null: nowhere. */
  readonly until: string | null;
  /** Written ones. */
  readonly transactions: number;
  readonly bytes: number;
  /** Attempts that failed and were made again. */
  readonly retries: number;
  /** When the last transaction written was committed at the source, ISO 8601. */
  readonly committedAt: string | null;
  /** How old the source's commits are here; null where that is not known: it does not stream. */
  readonly lagMs: number | null;
  /** What the sink counts. */
  readonly counters: Readonly<Record<string, number>>;
  /** What works in it at the same time. */
  readonly workers: readonly WorkerStatus[];
  /** Why it retries or failed. */
  readonly error: string | null;
  readonly errorCode: ErrorCode | null;
  readonly errorHint: string | null;
}

export interface WorkerStatus {
  readonly doing: string;
  /** Its GTID, or file:offset. */
  readonly transaction: string | null;
  readonly counters: Readonly<Record<string, number>>;
}

/** A GTID set, or file:offset. */
export function positionText({ log }: Pick<Position, 'log'>): string {
  return log.kind === 'file' ? `${log.file}:${log.offset}` : log.executed.toString();
}

export function workerStatus({ doing, transaction, counters }: WorkerStats): WorkerStatus {
  return { doing, transaction: transaction === null ? null : transactionText(transaction), counters };
}

function transactionText({ gtid, span }: NonNullable<WorkerStats['transaction']>): string {
  return gtid === null ? `${span.file}:${span.start}` : formatGtid(gtid);
}

/** After this time without a transaction, a stream has come to the end of its log. */
const QUIET_MS = 1000;

/**
 * The age of the oldest transaction that was read and is not durable; else, while they keep coming, the age that the
 * last one had when it was read, since a reader that is behind has nothing to write now and then.
 */
export function lagMs({ state, writingUs, readUs, readAtMs }: PipelineStats, nowMs: number): number | null {
  if (state !== 'streaming') return null;
  if (writingUs !== undefined) return age(writingUs, nowMs);
  if (readUs === undefined || readAtMs === undefined || nowMs - readAtMs > QUIET_MS) return 0;
  return age(readUs, readAtMs);
}

/** By the clocks of two machines. */
function age(committedAtUs: number, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - committedAtUs / 1000));
}

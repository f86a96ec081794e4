import type { ErrorCode } from '../core/errors.js';
import { formatGtid } from '../core/gtid.js';
import type { Position } from '../core/position.js';
import type { WorkerStats } from '../core/sink-stats.js';
import type { PipelineState } from '../pipeline/control.js';
import type { DelayedStatus } from './delayed/status.js';
import type { ResyncStatus } from './resync.js';

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
  /** The last transaction that was read: its GTID, or file:offset. */
  readonly received: string | null;
  /** When it was read, ISO 8601. */
  readonly receivedAt: string | null;
  /** Age of the newest heartbeat row that is durable in the sink; null: none was seen. */
  readonly sourceLagMs: number | null;
  /** How old the last commit was when it was read; null where that is not known: nothing has come for a while. */
  readonly receiveLagMs: number | null;
  /** How old the oldest commit is that was read and is not durable; null where that is not known: it does not stream. */
  readonly lagMs: number | null;
  /** What its last start meant; null where nobody can tell, or not yet. */
  readonly resync: ResyncStatus | null;
  /** What the sink counts. */
  readonly counters: Readonly<Record<string, number>>;
  /** What works in it at the same time. */
  readonly workers: readonly WorkerStatus[];
  /** Why it retries or failed. */
  readonly error: string | null;
  readonly errorCode: ErrorCode | null;
  readonly errorHint: string | null;
  /** Of one that is late on purpose. */
  readonly delayed?: DelayedStatus;
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

export function transactionText({ gtid, span }: NonNullable<WorkerStats['transaction']>): string {
  return gtid === null ? `${span.file}:${span.start}` : formatGtid(gtid);
}

export function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

import type { PipelineStats } from '../pipeline/control.js';
import type { PipelineStatus } from './status.js';

export interface LagFacts {
  readonly nowMs: number;
  /** How often heartbeats are to come; null: none do. */
  readonly heartbeat: { readonly intervalMs: number } | null;
  /** What the newest one says that is durable; null: none is. */
  readonly durableUs: number | null;
}

/** What is known of how late a pipeline is; null is not known, which is not 0. */
export function lagsOf(
  stats: PipelineStats,
  { nowMs, heartbeat, durableUs }: LagFacts,
): Pick<PipelineStatus, 'sourceLagMs' | 'receiveLagMs' | 'lagMs'> {
  // With one on its way, another one may be due.
  const quietMs = Math.max(QUIET_MS, 2 * (heartbeat?.intervalMs ?? 0));
  return {
    sourceLagMs: heartbeat === null || durableUs === null ? null : age(durableUs, nowMs),
    receiveLagMs: receiveLagMs(stats, nowMs, quietMs),
    lagMs: lagMs(stats, nowMs),
  };
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

/**
 * How old the last commit was when it was read, while they keep coming. What has not come yet cannot be seen: without
 * heartbeat rows a silent source may have nothing to say, or much.
 */
function receiveLagMs({ state, readUs, readAtMs }: PipelineStats, nowMs: number, quietMs: number) {
  if (state !== 'streaming' || readUs === undefined || readAtMs === undefined) return null;
  return nowMs - readAtMs > quietMs ? null : age(readUs, readAtMs);
}

/** By the clocks of two machines. */
function age(committedAtUs: number, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - committedAtUs / 1000));
}

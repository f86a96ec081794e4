import { RowtideError } from '../core/errors.js';
import type { PipelineControl } from '../pipeline/control.js';
import { type Gtids, hasAll, together } from './applied.js';
import type { PipelineStatus } from './status.js';

/** Sinks that are servers. */
const REPLICA_SINKS: readonly string[] = ['replica', 'aggregate-replica', 'delayed-replica'];

export function isReplica({ sink }: Pick<PipelineStatus, 'sink'>): boolean {
  return REPLICA_SINKS.includes(sink);
}

/** A pipeline as seen by who asks of replicas. */
export interface ReplicaStream {
  readonly name: string;
  /** The name in the configuration: the same for all sources of a target. */
  readonly group: string;
  readonly control: Pick<PipelineControl, 'stats' | 'watch'>;
  /** Whether heartbeats are looked for in it. */
  readonly hasHeartbeats: boolean;
  status(): PipelineStatus;
}

/** A target with all that streams into it. */
export interface Replica {
  readonly name: string;
  readonly streams: readonly ReplicaStream[];
}

export function replicasOf(streams: readonly ReplicaStream[]): Replica[] {
  const found = streams.filter((stream) => isReplica(stream.status()));
  return [...new Set(found.map(({ group }) => group))].map((name) => ({
    name,
    streams: found.filter(({ group }) => group === name),
  }));
}

/** The one of that name, or a single source of one; null: the only one. Throws USAGE. */
export function findReplica(streams: readonly ReplicaStream[], name: string | null): Replica {
  const replicas = replicasOf(streams);
  const sources = replicas.flatMap((each) => each.streams.map((stream) => ({ name: stream.name, streams: [stream] })));
  const found = name === null ? replicas : [...replicas, ...sources].filter((each) => each.name === name);
  if (found[0] !== undefined && (name !== null || found.length === 1)) return found[0];
  const names = replicas.map((each) => each.name).join(', ');
  const what =
    name === null ? `there are ${replicas.length} replicas, and none is named` : `no replica is called ${name}`;
  throw new RowtideError('USAGE', what, {
    hint: names === '' ? 'A replica is a pipeline whose sink is `replica`.' : `There are ${names}.`,
  });
}

/**
 * What is durable and visible in the target, as far as its streams know; null where one does not stream. While they do
 * not, somebody may be restoring the target.
 */
export function appliedOn({ streams }: Replica): Gtids | null {
  const positions = streams.map(({ control: { stats } }) => (stats.state === 'streaming' ? stats.position : undefined));
  const known = positions.filter((each) => each !== undefined);
  return known.length < streams.length ? null : together(known.map(({ log }) => log));
}

export interface Lag {
  readonly ms: number;
  /** By heartbeat rows, or by the commits that were read: those do not see what has not come yet. */
  readonly by: 'heartbeat' | 'commits';
}

/** Null: not known. */
export function lagOf(stream: ReplicaStream): Lag | null {
  const { sourceLagMs, receiveLagMs, lagMs } = stream.status();
  if (stream.hasHeartbeats) return sourceLagMs === null ? null : { ms: sourceLagMs, by: 'heartbeat' };
  return lagMs === null ? null : { ms: Math.max(lagMs, receiveLagMs ?? 0), by: 'commits' };
}

export interface Wanted {
  readonly maxLagMs: number | null;
  readonly gtids: Gtids | null;
}

export interface Readiness {
  readonly ok: boolean;
  readonly replica: string;
  /** Why not, for a person. */
  readonly reason: string | null;
  /** Of the stream that is farthest behind; null: not known. */
  readonly lagMs: number | null;
  readonly lagBy: Lag['by'] | null;
  readonly applied: string | null;
}

/** Whether a reader who wants that may be sent there. */
export function readinessOf(replica: Replica, wanted: Wanted): Readiness {
  const applied = appliedOn(replica);
  const lags = replica.streams.map(lagOf);
  const worst = lags.includes(null) ? null : lags.reduce((most, each) => (each!.ms > most!.ms ? each : most));
  const reason = reasons(replica, wanted, applied).find((each) => each !== null) ?? null;
  return {
    ok: reason === null,
    replica: replica.name,
    reason,
    lagMs: worst?.ms ?? null,
    lagBy: worst?.by ?? null,
    applied: applied?.executed.toString() ?? null,
  };
}

function reasons({ streams }: Replica, { maxLagMs, gtids }: Wanted, applied: Gtids | null): (string | null)[] {
  return [
    ...streams.map((stream) => {
      const { name, state, error } = stream.status();
      return state === 'streaming' ? null : `${name} is ${state}${error === null ? '' : `: ${error}`}`;
    }),
    ...(maxLagMs === null ? [] : streams.map((stream) => tooLate(stream, maxLagMs))),
    gtids === null || hasAll(applied, gtids) ? null : `${gtids.executed.toString()} is not applied yet`,
  ];
}

function tooLate(stream: ReplicaStream, maxLagMs: number): string | null {
  const lag = lagOf(stream);
  if (lag === null) return `the lag of ${stream.name} is not known: no heartbeat has come yet`;
  return lag.ms <= maxLagMs ? null : `${stream.name} is ${lag.ms} ms behind, and ${maxLagMs} ms are allowed`;
}

/** Calls `look` when something more is applied on it, until what it returns is called. */
export function watchReplica({ streams }: Replica, look: () => void): () => void {
  const ends = streams.map(({ control }) => control.watch(look));
  return () => {
    for (const end of ends) end();
  };
}

/** The longest time that a timer can be set to; of a longer one it would come at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Resolves to true when all of them are committed and visible in the target, and not before; to false in time. */
export async function waitFor(replica: Replica, gtids: Gtids, { timeoutMs, signal }: WaitOptions): Promise<boolean> {
  const isThere = (): boolean => hasAll(appliedOn(replica), gtids);
  if (isThere()) return true;
  const ends: (() => void)[] = [];
  try {
    return await new Promise<boolean>((resolve, reject) => {
      const look = (): void => {
        try {
          if (isThere()) resolve(true);
        } catch (error) {
          reject(error);
        }
      };
      ends.push(watchReplica(replica, look));
      const giveUp = (): void => resolve(false);
      const timer = setTimeout(giveUp, Math.min(timeoutMs, TIMER_MS_MAX));
      signal.addEventListener('abort', giveUp, { once: true });
      ends.push(() => clearTimeout(timer));
      ends.push(() => signal.removeEventListener('abort', giveUp));
      if (signal.aborted) giveUp();
    });
  } finally {
    for (const end of ends) end();
  }
}

/** What somebody is told whom it did not reach in time. */
export function behind({ name }: Replica, gtids: Gtids, timeoutMs: number): RowtideError {
  return new RowtideError(
    'REPLICA_BEHIND',
    `${name} did not have ${gtids.executed.toString()} within ${timeoutMs} ms`,
    {
      hint: 'Read from the source, wait longer, or see why it is late: rowtide replica status.',
      retryable: true,
    },
  );
}

import { RowtideError } from 'rowtide';
import type { Clock } from './clock.js';
import type { PartitionQueue, Trouble } from './partition-queue.js';
import type { ActiveProducer } from './protocol/describe-producers.js';
import type { WaitLog } from './wait-log.js';

/** What recovery asks of its producer. Both may fail with a retryable error. */
export interface RecoveryHost {
  readonly deliveryTimeoutMs: number;
  readonly clock: Clock;
  readonly waits: WaitLog;
  /** Asks the cluster anew; −1: nobody leads the partition now. */
  leader(queue: PartitionQueue): Promise<number>;
  /** What the partition's leader has of this producer; null: nothing, or it will not say. */
  active(queue: PartitionQueue): Promise<ActiveProducer | null>;
}

const BACKOFF_MIN_MS = 20;
const BACKOFF_MAX_MS = 1_000;

/** Brings a drained partition back to flowing, or throws what the whole producer fails with. */
export async function recover(
  queue: PartitionQueue,
  trouble: Trouble,
  { host, signal }: { host: RecoveryHost; signal: AbortSignal },
): Promise<void> {
  let { cause, metadata } = trouble;
  for (let attempt = queue.failures; !signal.aborted; attempt++) {
    waitOrGiveUp(queue, cause, host);
    await host.clock.sleep(backoffMs(attempt, host.clock.random()), signal);
    try {
      if (metadata) queue.leader = await host.leader(queue);
      if (queue.leader < 0) {
        cause = 'it has no leader';
        continue;
      }
      const active = trouble.unknown ? await host.active(queue) : null;
      if (queue.resume(active) === 'lost') throw lost(queue);
      return;
    } catch (error) {
      if (!(error instanceof RowtideError) || !error.retryable) throw error;
      metadata = true;
      cause = error.message;
    }
  }
}

/** Doubling, and between half and the whole of it: partitions that failed together should not come back together. */
function backoffMs(attempt: number, random: number): number {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(attempt - 1, 10)) * (0.5 + random / 2);
}

function waitOrGiveUp(queue: PartitionQueue, cause: string, { clock, deliveryTimeoutMs, waits }: RecoveryHost): void {
  const sinceMs = queue.oldest?.sealedAtMs ?? clock.now();
  const waitedMs = clock.now() - sinceMs;
  if (waitedMs < deliveryTimeoutMs) {
    waits.tell(sinceMs, `topic ${queue.topic}, partition ${queue.index}: ${cause}`);
    return;
  }
  throw new RowtideError(
    'SINK_UNREACHABLE',
    `topic ${queue.topic}, partition ${queue.index} acknowledged nothing for ${Math.round(waitedMs / 1000)} s: ${cause}`,
    { retryable: true, hint: 'Look at the brokers; to wait longer, raise deliveryTimeoutMs.' },
  );
}

function lost(queue: PartitionQueue): RowtideError {
  return new RowtideError(
    'SINK_CHANGED',
    `topic ${queue.topic}, partition ${queue.index} no longer has records that it had acknowledged`,
    {
      hint: 'An unclean leader election or a deleted log loses records: write the topic anew from an older checkpoint.',
    },
  );
}

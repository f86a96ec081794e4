import type { RecordBatch } from './batch.js';
import type { ActiveProducer } from './protocol/describe-producers.js';
import type { ProducerIdentity } from './protocol/init-producer-id.js';
import { advance, distance } from './sequence.js';

/** A broker remembers the last five batches of a producer and partition: a repetition of an older one it cannot tell. */
export const OUTSTANDING_MAX = 5;

/** What has to be found out before a partition's batches are sent again. */
export interface Trouble {
  readonly cause: string;
  /** Who leads now, and is it still the same topic? */
  readonly metadata: boolean;
  /** A batch may have been written although nobody said so. */
  readonly unknown: boolean;
}

/** Where sending goes on: `lost` when the broker no longer has what it acknowledged. */
export type Resumption = 'resumed' | 'lost';

/**
 * The batches of one partition that are not acknowledged yet, in order, and what may be done with them. It does no I/O.
 *
 *   flowing ──an answer that is not "written"──→ draining ──all outstanding answered──→ recovering ──resume──→ flowing
 *
 * A batch's bytes and sequence are fixed at its first send and go out again unchanged. Sequences have no holes, so a
 * broker that takes a batch has all before it: an acknowledgement (of all replicas) covers every older batch.
 */
export class PartitionQueue {
  readonly topic: string;
  readonly index: number;
  /** Which of the connections to its leader is its own. */
  readonly lane: number;
  /** Broker id, −1 while nobody leads. Changed only while nothing is outstanding, so that no batch overtakes another. */
  leader: number;
  /** Of a batch before it is compressed: less than was asked for, when a broker has refused one. */
  batchBytesMax = Number.POSITIVE_INFINITY;
  #state: 'flowing' | 'draining' | 'recovering' = 'flowing';
  #trouble: Trouble | null = null;
  /** Times in a row that recovery did not lead to an acknowledgement. */
  #failures = 0;
  #nextSequence: number;
  /** Not acknowledged, oldest first; the first `#sent` need not be sent now. */
  readonly #batches: RecordBatch[] = [];
  #sent = 0;
  #outstanding = 0;
  /**
   * A broker that knows nothing of a producer takes any sequence as its first. So nothing is sent behind a batch whose
   * fate is open until the broker has acknowledged one: else it could take the second, and the first be lost. It may
   * also have forgotten us while we had nothing to send (producer.id.expiration.ms).
   */
  #isKnown = false;

  constructor(topic: string, index: number, options: { leader: number; lane?: number; firstSequence?: number }) {
    this.topic = topic;
    this.index = index;
    this.lane = options.lane ?? 0;
    this.leader = options.leader;
    this.#nextSequence = options.firstSequence ?? 0;
  }

  get isSendable(): boolean {
    const outstandingMax = this.#isKnown ? OUTSTANDING_MAX : 1;
    return this.#state === 'flowing' && this.#sent < this.#batches.length && this.#outstanding < outstandingMax;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  get oldest(): RecordBatch | undefined {
    return this.#batches[0];
  }

  get failures(): number {
    return this.#failures;
  }

  /** Counts from zero again, under another epoch. Only when empty. */
  restart(): void {
    this.#nextSequence = 0;
  }

  push(batch: RecordBatch): void {
    this.#batches.push(batch);
  }

  /** The batch that would be sent next. Only when sendable. */
  get next(): RecordBatch {
    return this.#batches[this.#sent]!;
  }

  /** Hands out `next`; each must be answered by `written` or `failed`, once. */
  take(identity: ProducerIdentity): RecordBatch {
    const batch = this.next;
    if (!batch.isFrozen) {
      batch.freeze(identity, this.#nextSequence);
      this.#nextSequence = advance(this.#nextSequence, batch.count);
    }
    batch.sends++;
    this.#sent++;
    this.#outstanding++;
    return batch;
  }

  /** Returns what this acknowledges: the batch and all that were before it. */
  written(batch: RecordBatch): RecordBatch[] {
    this.#outstanding--;
    const at = this.#batches.indexOf(batch);
    if (at < 0) return [];
    this.#failures = 0;
    this.#sent = Math.max(0, this.#sent - at - 1);
    const acknowledged = this.#batches.splice(0, at + 1);
    this.#isKnown = !this.isEmpty;
    return acknowledged;
  }

  /** As `failed`, of a batch that was refused as a whole: the parts hold its records, and take its sequences. */
  replaced(
    batch: RecordBatch,
    { parts, identity }: { parts: readonly RecordBatch[]; identity: ProducerIdentity },
  ): void {
    let { sequence } = batch;
    for (const part of parts) {
      part.freeze(identity, sequence);
      sequence = advance(sequence, part.count);
    }
    this.#batches.splice(this.#batches.indexOf(batch), 1, ...parts);
    this.#sent += parts.length - 1;
    this.failed({ cause: 'a batch was too large', metadata: false, unknown: false });
  }

  failed(trouble: Trouble): void {
    this.#outstanding--;
    this.stall(trouble);
  }

  /** As `failed`, for what was never sent: its leader cannot be reached. */
  stall(trouble: Trouble): void {
    const before = this.#trouble;
    this.#trouble = {
      cause: before?.cause ?? trouble.cause,
      metadata: trouble.metadata || (before?.metadata ?? false),
      unknown: trouble.unknown || (before?.unknown ?? false),
    };
    if (this.#state === 'flowing') this.#state = 'draining';
  }

  /** When the last outstanding answer is in: what went wrong, for a recovery that begins now and ends with `resume`. */
  drained(): Trouble | null {
    if (this.#state !== 'draining' || this.#outstanding > 0) return null;
    this.#state = 'recovering';
    const trouble = this.#trouble;
    this.#trouble = null;
    this.#failures++;
    return trouble;
  }

  /** True if a gap before `batch` is the work of an earlier failure, and not a loss. */
  followsFailure(batch: RecordBatch): boolean {
    return this.oldest !== batch;
  }

  /**
   * Goes on in order. `active`: what the leader has of this producer, null if that is nothing or was not asked. What it
   * has is sent once more from its newest batch on: the broker knows that one, also after a restart, and answers when
   * all replicas have it, which merely being in the leader's log does not say.
   */
  resume(active: ActiveProducer | null): Resumption {
    this.#sent = 0;
    if (active !== null) {
      const newest = this.#batches.findIndex((batch) => batch.isFrozen && batch.lastSequence === active.lastSequence);
      const oldest = this.#batches[0];
      if (newest >= 0) this.#sent = newest;
      else if (oldest?.isFrozen && distance(active.lastSequence, oldest.sequence) !== 1) return 'lost';
    }
    this.#state = 'flowing';
    this.#isKnown = false;
    return 'resumed';
  }
}

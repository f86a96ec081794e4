import { describe, expect, it } from 'vitest';
import { RecordBatch } from '../../../connectors/kafka/batch.js';
import { PartitionQueue, type Trouble } from '../../../connectors/kafka/partition-queue.js';
import type { ActiveProducer } from '../../../connectors/kafka/protocol/describe-producers.js';
import { advance, distance, SEQUENCES } from '../../../connectors/kafka/sequence.js';
import fc from '../../properties.js';
import { scaled } from '../../roundtrip/random.js';

const IDENTITY = { id: 7n, epoch: 0 };
const CUT = { cause: 'cut', metadata: true, unknown: true };
const REFUSED = { cause: 'NOT_ENOUGH_REPLICAS', metadata: false, unknown: false };

function batchOf(records: number): RecordBatch {
  const batch = new RecordBatch(Buffer.alloc(512), 0, { codec: null, isTransactional: false });
  for (let i = 0; i < records; i++) {
    const at = batch.begin(Buffer.alloc(0), 0);
    batch.end(at + batch.bytes.write('v', at));
  }
  return batch;
}

function queueOf(...records: readonly number[]): PartitionQueue {
  const queue = new PartitionQueue('t', 0, { leader: 1 });
  for (const count of records) queue.push(batchOf(count));
  return queue;
}

function takeAll(queue: PartitionQueue): RecordBatch[] {
  const taken: RecordBatch[] = [];
  while (queue.isSendable) taken.push(queue.take(IDENTITY));
  return taken;
}

/** The first batch, of one record, is acknowledged, so that the others may follow each other. */
function knownQueueOf(...records: readonly number[]): PartitionQueue {
  const queue = queueOf(1, ...records);
  queue.written(queue.take(IDENTITY));
  return queue;
}

function acknowledgedBy(queue: PartitionQueue, batch: RecordBatch): RecordBatch[] {
  queue.written(batch);
  return takeAll(queue);
}

function active(lastSequence: number): ActiveProducer {
  return { ...IDENTITY, lastSequence };
}

describe('partition queue', () => {
  it('sends the first batch alone: a broker that does not know us would take the second without it', () => {
    const queue = queueOf(1, 1);
    expect(takeAll(queue)).toHaveLength(1);
  });

  it('lets five batches go unanswered, with sequences that follow each other', () => {
    const queue = knownQueueOf(2, 3, 1, 1, 1, 4);
    expect(takeAll(queue).map(({ sequence }) => sequence)).toEqual([1, 3, 6, 7, 8]);
    expect(queue.isSendable).toBe(false);
  });

  it('sends alone again when it had nothing to send for a while: the broker may have forgotten us', () => {
    const queue = knownQueueOf(1);
    for (const batch of takeAll(queue)) queue.written(batch);
    for (let i = 0; i < 2; i++) queue.push(batchOf(1));
    expect(takeAll(queue)).toHaveLength(1);
  });

  it('takes an acknowledgement for all older batches', () => {
    const queue = knownQueueOf(1, 1, 1);
    const [first, second] = takeAll(queue);
    queue.failed(REFUSED);
    expect(queue.written(second!)).toEqual([first, second]);
  });

  it('waits for every outstanding answer, then sends the same bytes again in order', () => {
    const queue = knownQueueOf(1, 2, 3);
    const sent = takeAll(queue);
    const bytes = sent.map(({ frozen }) => frozen.toString('hex'));
    queue.failed(CUT);
    expect([queue.isSendable, queue.drained()]).toEqual([false, null]);
    queue.failed(REFUSED);
    queue.failed(REFUSED);
    expect(queue.drained()).toEqual(CUT);
    expect(queue.isSendable).toBe(false);
    queue.resume(null);
    const again = [...takeAll(queue), ...acknowledgedBy(queue, sent[0]!)];
    expect(again).toEqual(sent);
    expect(again.map(({ frozen }) => frozen.toString('hex'))).toEqual(bytes);
  });

  it('sends again from the newest batch that the leader has, whose acknowledgement covers the rest', () => {
    const queue = knownQueueOf(1, 2, 3);
    const [first, second, third] = takeAll(queue);
    for (let i = 0; i < 3; i++) queue.failed(CUT);
    queue.drained();
    expect(queue.resume(active(second!.lastSequence))).toBe('resumed');
    expect(takeAll(queue)).toEqual([second]);
    expect(queue.written(second!)).toEqual([first, second]);
    expect(takeAll(queue)).toEqual([third]);
  });

  it('tells when the leader no longer has what it acknowledged', () => {
    const queue = queueOf(5, 5);
    queue.written(queue.take(IDENTITY));
    queue.take(IDENTITY);
    queue.failed(CUT);
    queue.drained();
    expect(queue.resume(active(2))).toBe('lost');
  });

  it('counts sequences through 2^31', () => {
    const queue = new PartitionQueue('t', 0, { leader: 1, firstSequence: SEQUENCES - 3 });
    for (const records of [1, 3, 3]) queue.push(batchOf(records));
    queue.written(queue.take(IDENTITY));
    const [first, second] = takeAll(queue);
    expect([first!.sequence, first!.lastSequence, second!.sequence]).toEqual([SEQUENCES - 2, 0, 1]);
    for (let i = 0; i < 2; i++) queue.failed(CUT);
    queue.drained();
    expect(queue.resume(active(SEQUENCES - 3))).toBe('resumed');
    expect(takeAll(queue)).toEqual([first]);
    expect([distance(SEQUENCES - 1, 1), distance(1, SEQUENCES - 1), advance(SEQUENCES - 1, 1)]).toEqual([2, -2, 0]);
  });

  it('writes everything once and in order to a broker that forgets, fails and loses answers', () => {
    const fates = fc.array(fc.constantFrom('ok', 'refuse', 'lose request', 'lose answer', 'forget'), {
      maxLength: 200,
    });
    const counts = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 15 });
    fc.assert(
      fc.property(counts, counts, fates, (early, late, script) => {
        const queue = queueOf(...early);
        const broker = new ModelBroker();
        const next = script[Symbol.iterator]();
        const drain = (): void => {
          while (!queue.isEmpty) {
            for (const batch of takeAll(queue)) broker.serve(queue, batch, next.next().value ?? 'ok');
            if (queue.drained()?.unknown) expect(queue.resume(broker.active())).toBe('resumed');
            else if (!queue.isSendable) queue.resume(null);
          }
        };
        drain();
        broker.expire();
        for (const count of late) queue.push(batchOf(count));
        drain();
        const records = [...early, ...late].reduce((sum, count) => sum + count, 0);
        expect(broker.log).toEqual(Array.from({ length: records }, (_, i) => i));
      }),
      { numRuns: scaled(500) },
    );
  });
});

/** The broker's own rule: only the next sequence is appended; repetitions are known as long as they are remembered. */
class ModelBroker {
  readonly log: number[] = [];
  #remembered: number[] = [];
  /** Null: it takes any sequence next. */
  #last: number | null = null;

  active(): ActiveProducer | null {
    return this.#last === null ? null : active(this.#last);
  }

  expire(): void {
    this.#remembered = [];
    this.#last = null;
  }

  serve(queue: PartitionQueue, batch: RecordBatch, fate: string): void {
    // A clean restart leaves the last batch only.
    if (fate === 'forget') this.#remembered = this.#remembered.slice(-1);
    const trouble = this.#answer(queue, batch, fate);
    if (trouble === null) queue.written(batch);
    else queue.failed(trouble);
  }

  #answer(queue: PartitionQueue, batch: RecordBatch, fate: string): Trouble | null {
    if (fate === 'refuse') return REFUSED;
    if (fate === 'lose request') return CUT;
    if (!this.#remembered.includes(batch.sequence)) {
      const follows = this.#last === null || batch.sequence === this.#last + 1;
      if (!follows) return queue.followsFailure(batch) ? REFUSED : CUT;
      this.#append(batch);
    }
    return fate === 'lose answer' ? CUT : null;
  }

  #append(batch: RecordBatch): void {
    for (let i = 0; i < batch.count; i++) this.log.push(batch.sequence + i);
    this.#last = batch.lastSequence;
    this.#remembered = [...this.#remembered, batch.sequence].slice(-5);
  }
}

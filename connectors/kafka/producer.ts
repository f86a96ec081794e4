import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { type Log, RowtideError } from 'rowtide';
import type { BatchStyle, RecordBatch } from './batch.js';
import { BufferPool } from './buffers.js';
import { type Clock, systemClock } from './clock.js';
import type { Cluster } from './cluster.js';
import { type Compression, codecOf } from './compression/codec.js';
import { PartitionQueue } from './partition-queue.js';
import { type Batches, PartitionWriter } from './partition-writer.js';
import type { TopicPartition } from './protocol/add-partitions-to-txn.js';
import { type ActiveProducer, describeProducers } from './protocol/describe-producers.js';
import { refusal, remedy } from './protocol/errors.js';
import { initProducerId, type ProducerIdentity } from './protocol/init-producer-id.js';
import type { TopicMetadata } from './protocol/metadata.js';
import { type RecoveryHost, recover } from './recovery.js';
import { type ProducerTransaction, Sender, type SenderHost } from './sender.js';
import { split } from './split.js';
import { TopicWatch } from './topic-watch.js';
import { WaitLog } from './wait-log.js';

export interface ProducerOptions {
  /** Of a record batch as the broker sees it. */
  readonly batchBytesMax: number;
  /** Of all batches together that are being filled or wait for their acknowledgement. */
  readonly bufferBytesMax: number;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** How long a batch may stay without acknowledgement before everything is given up. */
  readonly deliveryTimeoutMs: number;
  readonly compression: Compression;
}

/** What makes a producer write in transactions, one after the other: `renew` is between them. */
export interface TransactionalOpening extends ProducerTransaction {
  readonly identity: ProducerIdentity;
  /** Makes a partition part of the transaction before it is first written to; null where writing to it does. */
  readonly join: ((partition: TopicPartition) => Promise<void>) | null;
}

export interface ProducerOpening {
  /**
   * Of an earlier producer of the same process that wrote the same things. The same id with a higher epoch makes brokers
   * refuse what of it may still be under way, which with a new id could land behind what we write now.
   */
  readonly previous?: ProducerIdentity | undefined;
  readonly transaction?: TransactionalOpening;
  /** Told of waits. */
  readonly log?: Log;
  readonly clock?: Clock;
}

interface Given {
  readonly identity: ProducerIdentity;
  readonly clock: Clock;
  readonly style: BatchStyle;
  readonly transaction: TransactionalOpening | null;
  readonly waits: WaitLog;
}

/** A topic that is written to. */
export interface ProducerTopic {
  readonly id: string;
  readonly partitions: readonly PartitionWriter[];
}

/**
 * Connections to each broker, over which partitions are spread: a broker works on one request of a connection at a time.
 * Three take 1.4 times the records of one, and more than its three network threads bring nothing.
 */
const LANES = 3;
const EPOCH_MAX = 0x7fff;
/** Part of the buffers that may still be held when writing goes on. */
const FULL_UNTIL = 0.75;

/**
 * An idempotent producer, acks by all replicas: within its life every record is written once, in order per partition,
 * whatever happens to connections and brokers. It ends with its first error: `turn` and `flush` reject with it.
 */
export class Producer {
  readonly #cluster: Cluster;
  readonly #options: ProducerOptions;
  readonly #clock: Clock;
  readonly #pool: BufferPool;
  readonly #watch: TopicWatch;
  readonly #open = new Set<PartitionWriter>();
  readonly #ready = new Set<PartitionQueue>();
  readonly #senders = new Map<string, Sender>();
  readonly #closing = new AbortController();
  readonly #batches: Batches;
  readonly #host: SenderHost & RecoveryHost & { identity: ProducerIdentity };
  readonly #queues: PartitionQueue[] = [];
  /** What is part of the transaction, or is becoming so; `join` null: nobody has to ask. */
  readonly #joined = new Map<PartitionQueue, 'joining' | 'joined'>();
  readonly #join: TransactionalOpening['join'];
  #hasSealed = false;
  #unacknowledged = 0;
  /** Of the buffers held, those of batches that are not being filled any more. */
  #sealedBytes = 0;
  #failure: unknown = null;
  #waiting: (() => void) | null = null;

  private constructor(cluster: Cluster, options: ProducerOptions, given: Given) {
    // Every partition that recovers listens.
    setMaxListeners(0, this.#closing.signal);
    this.#cluster = cluster;
    this.#options = options;
    this.#join = given.transaction?.join ?? null;
    this.#clock = given.clock;
    this.#watch = new TopicWatch(cluster, given.clock);
    this.#pool = new BufferPool(options.batchBytesMax);
    const { style } = given;
    this.#batches = { pool: this.#pool, open: this.#open, style, sealed: (batch, queue) => this.#sealed(batch, queue) };
    this.#host = {
      identity: given.identity,
      transaction: given.transaction,
      requestTimeoutMs: options.requestTimeoutMs,
      deliveryTimeoutMs: options.deliveryTimeoutMs,
      clock: given.clock,
      waits: given.waits,
      ready: this.#ready,
      connection: (broker, lane) => cluster.connection(broker, lane),
      acknowledged: (batches) => this.#acknowledged(batches),
      split: (queue, batch) => this.#split(queue, batch),
      settled: (queue) => this.#settled(queue),
      fail: (error) => this.fail(error),
      leader: (queue) => this.#watch.leader(queue),
      active: (queue) => this.#active(queue),
    };
  }

  static async open(cluster: Cluster, options: ProducerOptions, opening: ProducerOpening = {}): Promise<Producer> {
    const { previous, transaction = null, log = null, clock = systemClock } = opening;
    const next =
      previous !== undefined && previous.epoch < EPOCH_MAX ? { id: previous.id, epoch: previous.epoch + 1 } : null;
    const identity = transaction?.identity ?? next ?? (await newIdentity(cluster, options, clock));
    const style = { codec: await codecOf(options.compression), isTransactional: transaction !== null };
    return new Producer(cluster, options, { identity, clock, style, transaction, waits: new WaitLog(log, clock) });
  }

  get identity(): ProducerIdentity {
    return this.#host.identity;
  }

  /** Begins the next transaction, when all of the last one is acknowledged. */
  renew(identity: ProducerIdentity): void {
    if (this.#unacknowledged > 0 || this.#open.size > 0)
      throw new Error('a transaction was ended before its last batch');
    this.#joined.clear();
    if (identity.id === this.identity.id && identity.epoch === this.identity.epoch) return;
    this.#host.identity = identity;
    for (const queue of this.#queues) queue.restart();
  }

  /** `batchBytesMax`: the topic's own limit. `style`: in place of the one of all topics. */
  addTopic(topic: TopicMetadata, batchBytesMax: number, style = this.#batches.style): ProducerTopic {
    const batches = { ...this.#batches, style };
    const partitions = [...topic.partitions]
      .sort((a, b) => a.index - b.index)
      .map(({ index, leader }) => {
        const queue = new PartitionQueue(topic.name, index, { leader, lane: this.#queues.length % LANES });
        this.#queues.push(queue);
        return new PartitionWriter(queue, batches, Math.min(batchBytesMax, this.#options.batchBytesMax));
      });
    this.#watch.add(topic);
    return { id: topic.id, partitions };
  }

  /** True when `turn` has to be awaited before more is written. */
  get wantsTurn(): boolean {
    return this.#hasSealed || this.#isFull;
  }

  /** Sends, lets sockets have their turn, and waits for acknowledgements while the buffers are full. */
  async turn(): Promise<void> {
    this.#hasSealed = false;
    if (this.#isFull) {
      const { bufferBytesMax } = this.#options;
      // Batches that are sealed before they are full cost the broker as much; with thousands of partitions they have to be.
      if (this.#pool.heldBytes - this.#sealedBytes > bufferBytesMax / 2) this.#sealAll();
      else this.#pump();
      await this.#until(() => this.#pool.heldBytes <= bufferBytesMax * FULL_UNTIL);
    } else {
      this.#pump();
      await setImmediate();
    }
  }

  get #isFull(): boolean {
    return this.#pool.heldBytes >= this.#options.bufferBytesMax;
  }

  /** Resolves when everything that was written is acknowledged by all replicas. */
  async flush(): Promise<void> {
    this.#sealAll();
    await this.#until(() => this.#unacknowledged === 0);
  }

  /** Notices a topic that was deleted or created again while nothing was written. */
  refreshIfStale(): Promise<void> {
    return this.#watch.refreshIfStale();
  }

  fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }

  close(): void {
    this.fail(new RowtideError('SINK_UNREACHABLE', 'the sink was closed', { retryable: true }));
    this.#closing.abort();
    for (const sender of this.#senders.values()) sender.close();
  }

  #sealAll(): void {
    for (const writer of [...this.#open]) writer.seal();
    this.#pump();
  }

  #sealed(batch: RecordBatch, queue: PartitionQueue): void {
    batch.sealedAtMs = this.#clock.now();
    this.#unacknowledged++;
    this.#sealedBytes += batch.bytes.length;
    queue.push(batch);
    this.#hasSealed = true;
    if (this.#join === null || this.#joined.get(queue) === 'joined') this.#mayGo(queue);
    else if (!this.#joined.has(queue)) this.#joinTransaction(queue, this.#join);
  }

  #mayGo(queue: PartitionQueue): void {
    if (queue.isSendable) this.#ready.add(queue);
  }

  #joinTransaction(queue: PartitionQueue, join: (partition: TopicPartition) => Promise<void>): void {
    this.#joined.set(queue, 'joining');
    join({ topic: queue.topic, partition: queue.index }).then(
      () => {
        this.#joined.set(queue, 'joined');
        this.#mayGo(queue);
        this.#pump();
      },
      (error: unknown) => this.fail(error),
    );
  }

  #acknowledged(batches: readonly RecordBatch[]): void {
    for (const batch of batches) this.#release(batch);
    this.#unacknowledged -= batches.length;
    this.#wake();
  }

  /** What follows in the partition is made no larger: each that is would cost a refusal. */
  #split(queue: PartitionQueue, batch: RecordBatch): void {
    const parts = split(batch, this.#pool);
    queue.batchBytesMax = Math.min(queue.batchBytesMax, Math.ceil(batch.length / 2));
    queue.replaced(batch, { parts, identity: this.identity });
    this.#unacknowledged += parts.length - 1;
    for (const part of parts) this.#sealedBytes += part.bytes.length;
    this.#release(batch);
  }

  #release({ bytes }: RecordBatch): void {
    this.#sealedBytes -= bytes.length;
    this.#pool.give(bytes);
  }

  #settled(queue: PartitionQueue): void {
    const trouble = queue.drained();
    if (trouble === null) {
      this.#mayGo(queue);
      return;
    }
    const { signal } = this.#closing;
    recover(queue, trouble, { host: this.#host, signal }).then(
      () => {
        if (signal.aborted || !queue.isSendable) return;
        this.#ready.add(queue);
        this.#sender(queue).pump();
      },
      (error: unknown) => this.fail(error),
    );
  }

  #pump(): void {
    for (const queue of this.#ready) this.#sender(queue);
    for (const sender of this.#senders.values()) sender.pump();
  }

  #sender({ leader, lane }: PartitionQueue): Sender {
    const place = `${leader} ${lane}`;
    let sender = this.#senders.get(place);
    if (sender === undefined) {
      sender = new Sender(leader, lane, this.#host);
      this.#senders.set(place, sender);
    }
    return sender;
  }

  /** One waiter at a time: the sink writes one batch at a time. */
  async #until(isReached: () => boolean): Promise<void> {
    while (this.#failure === null && !isReached()) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    if (this.#failure !== null) throw this.#failure;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }

  async #active(queue: PartitionQueue): Promise<ActiveProducer | null> {
    const connection = await this.#cluster.connection(queue.leader);
    const question = { topic: queue.topic, partition: queue.index };
    const answer = await connection.request(describeProducers, question, this.#options.connectTimeoutMs);
    const errorCode = answer?.errorCode ?? -1;
    // Without the right to read we cannot know; the broker's own memory of five batches then has to be enough.
    if (errorCode === TOPIC_AUTHORIZATION_FAILED) return null;
    if (errorCode !== 0) throw refusal(errorCode, `topic ${queue.topic}, partition ${queue.index}`);
    const { id, epoch } = this.identity;
    const active = answer?.producers.find((each) => each.id === id) ?? null;
    if (active !== null && active.epoch > epoch) throw refusal(INVALID_PRODUCER_EPOCH, `topic ${queue.topic}`);
    return active?.epoch === epoch ? active : null;
  }
}

const TOPIC_AUTHORIZATION_FAILED = 29;
const INVALID_PRODUCER_EPOCH = 47;

async function newIdentity(cluster: Cluster, options: ProducerOptions, clock: Clock): Promise<ProducerIdentity> {
  const deadlineMs = clock.now() + options.requestTimeoutMs;
  for (;;) {
    const { errorCode, identity } = await cluster.request(initProducerId, null);
    if (errorCode === 0) return identity;
    // A cluster that has just started answers "loading" once or twice.
    if (remedy(errorCode).kind !== 'retry' || clock.now() > deadlineMs)
      throw refusal(errorCode, 'Kafka gives no producer id');
    await clock.sleep(50, new AbortController().signal);
  }
}

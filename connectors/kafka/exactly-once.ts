import {
  type Batch,
  decodeCheckpoint,
  encodeCheckpoint,
  type Format,
  type Log,
  type Position,
  type ResumableSink,
  RowtideError,
  type SinkContext,
  type SinkState,
  type StoredCheckpoint,
} from 'rowtide';
import { Admin } from './admin.js';
import { type Clock, systemClock } from './clock.js';
import type { Cluster } from './cluster.js';
import { clusterOf } from './cluster-of.js';
import type { Delivery } from './delivery.js';
import type { KafkaOptions } from './options.js';
import type { PartitionWriter } from './partition-writer.js';
import { Producer, type TransactionalOpening } from './producer.js';
import { addPartitionsToTxn } from './protocol/add-partitions-to-txn.js';
import { endTxn } from './protocol/end-txn.js';
import { fetchRecords } from './protocol/fetch.js';
import { findCoordinator } from './protocol/find-coordinator.js';
import type { ProducerIdentity } from './protocol/init-producer-id.js';
import { listOffsets } from './protocol/list-offsets.js';
import type { TopicMetadata } from './protocol/metadata.js';
import { produce } from './protocol/produce.js';
import { produceInTransaction } from './protocol/produce-in-transaction.js';
import { KafkaSink } from './sink.js';
import {
  checkpointTopicOf,
  needCheckpointTopic,
  PARTITION,
  readCheckpoint,
  transactionalIdOf,
} from './transactions/checkpoint-topic.js';
import { Coordinator } from './transactions/coordinator.js';
import { WaitLog } from './wait-log.js';

/** What exists between `open` and `close`. */
interface Session {
  readonly cluster: Cluster;
  readonly coordinator: Coordinator;
  readonly rows: KafkaSink;
  readonly producer: Producer;
  /** Ends what is asked beside a write. */
  readonly closing: AbortController;
}

const NEEDED = [findCoordinator, addPartitionsToTxn, endTxn, listOffsets, fetchRecords];
/** What an abort gets when the sink is closed in the middle of a transaction; without it, readers wait for its timeout. */
const ABORT_TIMEOUT_MS = 500;

/**
 * Writes the changes of a batch and the position behind them in one Kafka transaction, so that a consumer that reads what
 * is committed sees each change once. `open` fences older instances of the pipeline, ends what they left open, and reads
 * what was committed last. After an error nothing is healed here: the sink that is opened next finds out what holds.
 */
export class ExactlyOnceSink implements ResumableSink {
  readonly #options: KafkaOptions;
  readonly #format: Format;
  readonly #pipeline: string;
  readonly #log: Log;
  readonly #transactionalId: string;
  readonly #clock: Clock = systemClock;
  #session: Session | null = null;
  #generation = 0;
  #isBegun = false;

  constructor(options: KafkaOptions, format: Format, { pipeline, log }: SinkContext) {
    this.#options = options;
    this.#format = format;
    this.#pipeline = pipeline;
    this.#log = log;
    this.#transactionalId = transactionalIdOf(options, pipeline);
  }

  async open(signal: AbortSignal): Promise<Position | undefined> {
    const cluster = clusterOf(this.#options, NEEDED);
    const abort = (): void => cluster.close();
    signal.throwIfAborted();
    signal.addEventListener('abort', abort);
    try {
      return await this.#open(cluster, signal);
    } catch (error) {
      cluster.close();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    if (this.#session === null) throw new Error('the sink is not open');
    const { rows, producer, coordinator } = this.#session;
    const startedAtMs = this.#clock.now();
    signal.throwIfAborted();
    this.#isBegun = true;
    try {
      await rows.write(batch, signal);
      producer.renew(await coordinator.end(producer.identity, { isCommitted: true, signal }));
      this.#isBegun = false;
    } catch (error) {
      throw signal.aborted ? signal.reason : this.#explained(error, this.#clock.now() - startedAtMs);
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    const { rows, cluster, producer, coordinator, closing } = session;
    closing.abort();
    await rows.close();
    if (this.#isBegun) {
      const signal = AbortSignal.timeout(ABORT_TIMEOUT_MS);
      const aborted = coordinator.end(producer.identity, { isCommitted: false, signal });
      await Promise.race([aborted, this.#clock.sleep(ABORT_TIMEOUT_MS, signal)]).catch(() => undefined);
    }
    cluster.close();
  }

  async #open(cluster: Cluster, signal: AbortSignal): Promise<Position | undefined> {
    const options = this.#options;
    const clock = this.#clock;
    await cluster.metadata([]);
    const waits = new WaitLog(this.#log, clock);
    const coordinator = new Coordinator(cluster, { ...options, transactionalId: this.#transactionalId, waits }, clock);
    // Only then can nobody commit any more, and what is read is the last.
    const identity = await coordinator.init(signal);
    const topic = await needCheckpointTopic(cluster, {
      topic: checkpointTopicOf(options, this.#pipeline),
      admin: new Admin(options),
      creation: options.createTopics,
      createTimeoutMs: options.requestTimeoutMs,
    });
    const place = { topic: topic.name, key: this.#transactionalId, requestTimeoutMs: options.requestTimeoutMs };
    const stored = this.#decoded(await readCheckpoint(cluster, place, { clock, signal }), topic.name);
    this.#generation = stored?.generation ?? 0;
    const closing = new AbortController();
    const writing = await this.#writing(coordinator, identity, closing.signal);
    const rows = new KafkaSink(
      options,
      this.#format,
      this.#delivery(topic, writing, (producer) => {
        this.#session = { cluster, coordinator, rows, producer, closing };
      }),
    );
    await rows.open(stored?.sink, signal);
    return stored?.position;
  }

  #decoded(bytes: Buffer | null, topic: string): StoredCheckpoint | undefined {
    if (bytes === null) return undefined;
    const stored = decodeCheckpoint(bytes.toString(), `the checkpoint in topic ${topic}`);
    if (stored.pipeline === this.#pipeline) return stored;
    const message = `the checkpoint in topic ${topic} belongs to pipeline "${stored.pipeline}", not to "${this.#pipeline}"`;
    throw new RowtideError('CHECKPOINT_MISMATCH', message, {
      hint: 'Give each pipeline its own transactionalId and checkpointTopic, or rename the pipeline back.',
    });
  }

  /** How the transactions of this cluster are written. */
  async #writing(
    coordinator: Coordinator,
    identity: ProducerIdentity,
    signal: AbortSignal,
  ): Promise<TransactionalOpening> {
    const common = { identity, transactionalId: this.#transactionalId };
    if (await coordinator.hasEpochs()) return { ...common, produce: produceInTransaction, join: null };
    return { ...common, produce, join: (partition) => coordinator.join(identity, partition, signal) };
  }

  #delivery(topic: TopicMetadata, transaction: TransactionalOpening, made: (producer: Producer) => void): Delivery {
    let checkpoints: PartitionWriter;
    return {
      producer: async (cluster) => {
        const producer = await Producer.open(cluster, this.#options, { transaction, log: this.#log });
        const plain = { codec: null, isTransactional: true };
        checkpoints = producer.addTopic(topic, Number.POSITIVE_INFINITY, plain).partitions[PARTITION]!;
        made(producer);
        return producer;
      },
      written: (batch, state) => this.#putCheckpoint(checkpoints, batch, state),
    };
  }

  #putCheckpoint(writer: PartitionWriter, { position }: Batch, sink: SinkState): void {
    const checkpoint = { pipeline: this.#pipeline, generation: ++this.#generation, position, sink };
    const [key, value] = [Buffer.from(this.#transactionalId), Buffer.from(encodeCheckpoint(checkpoint))];
    const batch = writer.room(key.length + value.length);
    const at = batch.begin(key, key.length);
    value.copy(batch.bytes, at);
    batch.end(at + value.length);
  }

  /** A coordinator fences whoever takes too long, too. */
  #explained(error: unknown, tookMs: number): unknown {
    if (!(error instanceof RowtideError) || error.code !== 'SINK_FENCED') return error;
    const { transactionTimeoutMs } = this.#options;
    const who = `pipeline ${this.#pipeline} (transactional id ${this.#transactionalId})`;
    if (tookMs >= transactionTimeoutMs) {
      const message = `the transaction of ${who} took ${Math.round(tookMs)} ms and was given up by Kafka after ${transactionTimeoutMs} ms`;
      const hint = 'Look at the brokers; to allow for longer ones, raise transactionTimeoutMs.';
      return new RowtideError('SINK_UNREACHABLE', message, { hint, retryable: true, cause: error });
    }
    return new RowtideError('SINK_FENCED', `another instance of ${who} has taken over: ${error.message}`, {
      hint: 'One of them has to go, or to get another name: two pipelines of one name take each other for themselves.',
      cause: error,
    });
  }
}

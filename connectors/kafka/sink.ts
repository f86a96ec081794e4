import {
  type Batch,
  type ForgetfulSink,
  type Format,
  type FormattedRecord,
  type Rows as LoggedRows,
  type Position,
  RowtideError,
  type SinkState,
  type Statement,
  TableStatements,
  type Transaction,
  TransactionBounds,
  unreachable,
} from 'rowtide';
import { Admin } from './admin.js';
import type { Cluster } from './cluster.js';
import { clusterOf } from './cluster-of.js';
import { atLeastOnce, type Delivery } from './delivery.js';
import type { KafkaOptions } from './options.js';
import type { Producer } from './producer.js';
import { RecordWriter } from './record-writer.js';
import { Router } from './routing/router.js';
import { rowsOn, rowWriter } from './routing/rows.js';
import { Topics } from './topics.js';

/** What exists between `open` and `close`. */
interface Session {
  readonly clusterId: string;
  readonly cluster: Cluster;
  readonly producer: Producer;
  readonly topics: Topics;
}

/**
 * Writes every change as one record and resolves when all in-sync replicas have all of them. By itself it does so at least once: inside a
 * process nothing repeats unless a write failed; a process that died before its checkpoint writes the last batch again.
 */
export class KafkaSink implements ForgetfulSink {
  readonly #options: KafkaOptions;
  readonly #delivery: Delivery;
  readonly #format: Format;
  readonly #router: Router;
  readonly #records = new RecordWriter();
  readonly #statements = new TableStatements();
  #session: Session | null = null;
  #heartbeatAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: KafkaOptions, format: Format, delivery: Delivery = atLeastOnce(options)) {
    this.#options = options;
    this.#delivery = delivery;
    this.#format = format;
    this.#router = new Router(options, format);
  }

  async open(saved: SinkState | undefined, signal: AbortSignal): Promise<void> {
    const options = this.#options;
    const cluster = clusterOf(options);
    const abort = (): void => cluster.close();
    signal.addEventListener('abort', abort);
    try {
      this.#session = await connect(cluster, saved, { options, delivery: this.#delivery, signal });
      const { topics } = this.#session;
      await this.#router.open(topics);
      for (const name of [options.statementTopic, options.transactionTopic, options.heartbeatTopic]) {
        if (name !== undefined) await topics.single(name);
      }
    } catch (error) {
      cluster.close();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    const { producer, cluster } = this.#opened();
    const abort = (): void => {
      producer.fail(signal.reason);
      cluster.close();
    };
    signal.throwIfAborted();
    signal.addEventListener('abort', abort);
    try {
      await producer.refreshIfStale();
      for (const transaction of batch.transactions) await this.#transaction(transaction, signal);
      this.#delivery.written(batch, this.state());
      await producer.flush();
      await this.#heartbeat(batch.position, signal);
    } catch (error) {
      // What was half filled must not go out with a later batch.
      producer.fail(error);
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  state(): SinkState {
    const { clusterId, topics } = this.#opened();
    return { clusterId, topics: topics.ids() };
  }

  async close(): Promise<void> {
    this.#session?.producer.close();
    this.#session?.cluster.close();
    this.#session = null;
  }

  async #transaction(transaction: Transaction, signal: AbortSignal): Promise<void> {
    const { transactionTopic } = this.#options;
    const bounds = transactionTopic === undefined ? null : new TransactionBounds(this.#format, transaction);
    if (transactionTopic !== undefined)
      await this.#format.prepareOther?.('transaction', { topic: transactionTopic, transaction, signal });
    let index = 0;
    for (const entry of transaction.entries) {
      switch (entry.kind) {
        case 'rows': {
          const first = index;
          if (bounds !== null) await this.#bound(bounds.begin());
          index = await this.#rows(transaction, entry, { first, signal });
          bounds?.wrote(entry.table, index - first);
          break;
        }
        case 'statement':
          this.#statements.saw(transaction, entry);
          await this.#statement(transaction, entry, { index: index++, signal });
          break;
        default:
          unreachable(entry);
      }
    }
    if (bounds !== null) await this.#bound(bounds.end());
  }

  /** Returns the index behind the last record. */
  async #rows(
    transaction: Transaction,
    logged: LoggedRows,
    { first, signal }: { first: number; signal: AbortSignal },
  ): Promise<number> {
    const { producer, topics } = this.#opened();
    const route =
      this.#router.known(logged.table) ??
      (await this.#router.route(logged, topics, { transaction, statement: this.#statements.of(logged.table), signal }));
    const rows = rowsOn(route, transaction, logged);
    const write = rowWriter(rows, this.#records);
    const { cursor } = rows;
    let index = first;
    while (cursor.next()) {
      index = write(index);
      if (producer.wantsTurn) await producer.turn();
    }
    return index;
  }

  async #statement(
    transaction: Transaction,
    statement: Statement,
    { index, signal }: { index: number; signal: AbortSignal },
  ): Promise<void> {
    const { statementTopic } = this.#options;
    if (statementTopic === undefined) return;
    const { producer, topics } = this.#opened();
    const topic = await topics.single(statementTopic);
    await this.#format.prepareOther?.('statement', { topic: statementTopic, transaction, signal });
    for (const record of this.#format.statement(transaction, statement, index)) {
      this.#records.record(topic, record, `statement in ${statement.schema}`);
    }
    if (producer.wantsTurn) await producer.turn();
  }

  async #bound(record: FormattedRecord | null): Promise<void> {
    const { transactionTopic } = this.#options;
    if (record === null || transactionTopic === undefined) return;
    const { producer, topics } = this.#opened();
    this.#records.record(await topics.single(transactionTopic), record, 'a transaction');
    if (producer.wantsTurn) await producer.turn();
  }

  /** Says how far everything is written, if nothing said so for an interval. */
  async #heartbeat(position: Position, signal: AbortSignal): Promise<void> {
    const { heartbeatTopic, heartbeatIntervalMs } = this.#options;
    if (heartbeatTopic === undefined || performance.now() < this.#heartbeatAtMs + heartbeatIntervalMs) return;
    await this.#format.prepareOther?.('heartbeat', { topic: heartbeatTopic, transaction: null, signal });
    const record = this.#format.heartbeat?.(position, Date.now()) ?? null;
    if (record === null) return;
    const { producer, topics } = this.#opened();
    this.#records.record(await topics.single(heartbeatTopic), record, 'the heartbeat');
    await producer.flush();
    this.#heartbeatAtMs = performance.now();
  }

  #opened(): Session {
    if (this.#session === null) throw new Error('the sink is not open');
    return this.#session;
  }
}

async function connect(
  cluster: Cluster,
  saved: SinkState | undefined,
  { options, delivery, signal }: { options: KafkaOptions; delivery: Delivery; signal: AbortSignal },
): Promise<Session> {
  const clusterId = (await cluster.metadata([])).clusterId ?? '';
  const state = parseState(saved);
  if (state !== null && state.clusterId !== clusterId) throw otherCluster(state.clusterId, clusterId);
  const producer = await delivery.producer(cluster, signal);
  const topics = new Topics({
    cluster,
    producer,
    admin: new Admin(options),
    creation: options.createTopics,
    createTimeoutMs: options.requestTimeoutMs,
    saved: state?.topics ?? new Map(),
  });
  await topics.verify();
  return { clusterId, cluster, producer, topics };
}

/** What `state` returned, read back. */
function parseState(saved: SinkState | undefined): { clusterId: string; topics: Map<string, string> } | null {
  if (saved === undefined) return null;
  const { clusterId, topics } = saved;
  const entries = typeof topics === 'object' && topics !== null ? Object.entries(topics) : null;
  if (typeof clusterId !== 'string' || entries === null || !entries.every(isTopicId)) {
    throw new RowtideError('SINK_CHANGED', 'the checkpoint was not made by a Kafka sink', {
      hint: 'Give each pipeline a checkpoint of its own.',
    });
  }
  return { clusterId, topics: new Map(entries) };
}

function isTopicId(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}

function otherCluster(saved: string, found: string): RowtideError {
  return new RowtideError(
    'SINK_CHANGED',
    `the checkpoint belongs to Kafka cluster ${saved}, and this is cluster ${found}`,
    {
      hint: 'Check brokers. To start in another cluster on purpose, remove the checkpoint.',
    },
  );
}

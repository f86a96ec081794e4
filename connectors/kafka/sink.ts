import {
  type Batch,
  type ForgetfulSink,
  type Format,
  type RowCursor,
  type Rows,
  type RowsWriter,
  RowtideError,
  type SinkState,
  type Statement,
  type Table,
  type Transaction,
  unreachable,
} from 'rowtide';
import { parseAddress } from './address.js';
import { Admin } from './admin.js';
import { BATCH_HEADER_BYTES, recordBytes } from './batch.js';
import { Cluster } from './cluster.js';
import { murmur2 } from './murmur2.js';
import type { KafkaOptions } from './options.js';
import type { PartitionWriter } from './partition-writer.js';
import { Producer } from './producer.js';
import type { ProducerIdentity } from './protocol/init-producer-id.js';
import { mechanismOf } from './sasl/options.js';
import { isFixed, TopicNames } from './topic-name.js';
import { type Topic, Topics } from './topics.js';

/** Where the changes of one table go. */
interface Route {
  readonly table: string;
  readonly topic: Topic;
  /** For tables without a primary key: all to one partition, so that they stay in order. */
  readonly keyless: PartitionWriter;
}

/** What exists between `open` and `close`. */
interface Session {
  readonly clusterId: string;
  readonly cluster: Cluster;
  readonly producer: Producer;
  readonly topics: Topics;
}

/** The last identity that this process used for the sink with these options. */
const identities = new WeakMap<KafkaOptions, ProducerIdentity>();

const SCRATCH_BYTES = 64 * 1024;
/** Writers of words write past the end. */
const SLACK_BYTES = 8;

/**
 * Writes every change as one record and resolves when all in-sync replicas have all of them. At least once: inside a
 * process nothing repeats unless a write failed; a process that died before its checkpoint writes the last batch again.
 */
export class KafkaSink implements ForgetfulSink {
  readonly #options: KafkaOptions;
  readonly #format: Format;
  readonly #names: TopicNames;
  readonly #routes = new WeakMap<Table, Route>();
  #session: Session | null = null;
  #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES + SLACK_BYTES);

  constructor(options: KafkaOptions, format: Format) {
    this.#options = options;
    this.#format = format;
    this.#names = new TopicNames(options.topic);
  }

  async open(saved: SinkState | undefined, signal: AbortSignal): Promise<void> {
    const options = this.#options;
    const mechanism = options.sasl === undefined ? null : mechanismOf(options.sasl);
    const cluster = new Cluster(options.brokers.map(parseAddress), { ...options, mechanism });
    const abort = (): void => cluster.close();
    signal.addEventListener('abort', abort);
    try {
      this.#session = await connect(cluster, options, saved);
      if (isFixed(options.topic)) await this.#session.topics.get(options.topic);
      if (options.statementTopic !== undefined) await this.#session.topics.get(options.statementTopic);
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
      await producer.flush();
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
    let index = 0;
    for (const entry of transaction.entries) {
      switch (entry.kind) {
        case 'rows':
          index = await this.#rows(transaction, entry, { first: index, signal });
          break;
        case 'statement':
          await this.#statement(transaction, entry, index++);
          break;
        default:
          unreachable(entry);
      }
    }
  }

  async #rows(
    transaction: Transaction,
    rows: Rows,
    { first, signal }: { first: number; signal: AbortSignal },
  ): Promise<number> {
    const { producer } = this.#opened();
    const route = this.#routes.get(rows.table) ?? (await this.#route(rows.table, signal));
    const writer = this.#format.rows(transaction, rows);
    const cursor = rows.cursor();
    let index = first;
    while (cursor.next()) {
      this.#row(route, { writer, cursor, index: index++ });
      if (producer.wantsTurn) await producer.turn();
    }
    return index;
  }

  #row(route: Route, { writer, cursor, index }: { writer: RowsWriter; cursor: RowCursor; index: number }): void {
    const bytesMax = writer.bytesMax(cursor);
    const scratch = this.#room(bytesMax);
    const keyBytes = writer.key(scratch, 0, cursor);
    const partition = partitionOf(route, scratch, keyBytes);
    if (bytesMax <= partition.directBytesMax) {
      const batch = partition.room(bytesMax);
      const at = batch.begin(scratch, keyBytes);
      batch.end(writer.value(batch.bytes, at, cursor, index));
    } else {
      const end = writer.value(scratch, keyBytes, cursor, index);
      put(route, partition, { bytes: scratch, keyBytes, end });
    }
  }

  async #statement(transaction: Transaction, statement: Statement, index: number): Promise<void> {
    const { statementTopic } = this.#options;
    if (statementTopic === undefined) return;
    const { producer, topics } = this.#opened();
    const topic = await topics.get(statementTopic);
    const keyless = topic.partitions[0]!;
    for (const { key, value } of this.#format.statement(transaction, statement, index)) {
      const bytes = key === null ? value : Buffer.concat([key, value]);
      put({ table: `statement in ${statement.schema}`, topic, keyless }, keyless, {
        bytes,
        keyBytes: key?.length ?? 0,
        end: bytes.length,
      });
    }
    if (producer.wantsTurn) await producer.turn();
  }

  async #route(table: Table, signal: AbortSignal): Promise<Route> {
    const name = `${table.schema}.${table.name}`;
    const topic = await this.#opened().topics.get(this.#names.of(table));
    await this.#format.prepare?.(table, topic.name, signal);
    const hash = murmur2(Buffer.from(name), 0, Buffer.byteLength(name));
    const route = { table: name, topic, keyless: topic.partitions[hash % topic.partitions.length]! };
    this.#routes.set(table, route);
    return route;
  }

  /** A buffer for a row of at most so many bytes; one for a huge row is not kept. */
  #room(bytes: number): Buffer {
    return bytes <= SCRATCH_BYTES ? this.#scratch : Buffer.allocUnsafeSlow(bytes + SLACK_BYTES);
  }

  #opened(): Session {
    if (this.#session === null) throw new Error('the sink is not open');
    return this.#session;
  }
}

async function connect(cluster: Cluster, options: KafkaOptions, saved: SinkState | undefined): Promise<Session> {
  const clusterId = (await cluster.metadata([])).clusterId ?? '';
  const state = parseState(saved);
  if (state !== null && state.clusterId !== clusterId) throw otherCluster(state.clusterId, clusterId);
  const producer = await Producer.open(cluster, options, { previous: identities.get(options) });
  identities.set(options, producer.identity);
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

function partitionOf({ topic, keyless }: Route, key: Buffer, keyBytes: number): PartitionWriter {
  if (keyBytes === 0) return keyless;
  return topic.partitions[murmur2(key, 0, keyBytes) % topic.partitions.length]!;
}

/** A record whose bytes are ready: the key, and the value behind it. */
function put(route: Route, partition: PartitionWriter, record: { bytes: Buffer; keyBytes: number; end: number }): void {
  const { bytes, keyBytes, end } = record;
  const size = BATCH_HEADER_BYTES + recordBytes(keyBytes, end - keyBytes);
  if (size > route.topic.messageBytesMax) throw tooLarge(route, bytes.toString('utf8', 0, keyBytes), size);
  const batch = partition.room(end);
  const at = batch.begin(bytes, keyBytes);
  bytes.copy(batch.bytes, at, keyBytes, end);
  batch.end(at + end - keyBytes);
}

function tooLarge({ table, topic }: Route, key: string, size: number): RowtideError {
  const named = key === '' ? 'a row without a key' : `the row with key ${key.slice(0, 200)}`;
  return new RowtideError(
    'RECORD_TOO_LARGE',
    `table ${table}: ${named} makes a record of ${size} bytes, and topic ${topic.name} takes ${topic.messageBytesMax}`,
    {
      hint: `Raise max.message.bytes of topic ${topic.name} (consumers may need a larger fetch size), or exclude the column or the table.`,
    },
  );
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

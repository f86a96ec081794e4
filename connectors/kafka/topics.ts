import { RowtideError, type SinkState } from 'rowtide';
import type { Admin, TopicCreation } from './admin.js';
import { systemClock } from './clock.js';
import { type Cluster, existing } from './cluster.js';
import type { Producer, ProducerTopic } from './producer.js';
import type { TopicMetadata } from './protocol/metadata.js';
import { changed } from './topic-watch.js';

/** A topic that is ready to be written to. */
export interface Topic extends ProducerTopic {
  readonly name: string;
  /** Of a record batch, and thus of a record; Infinity where nobody tells. */
  readonly messageBytesMax: number;
}

export interface TopicsParts {
  readonly cluster: Cluster;
  readonly producer: Producer;
  readonly admin: Admin;
  /** Null: topics have to be there. */
  readonly creation: TopicCreation | null;
  readonly createTimeoutMs: number;
  /** Topic ids by name, from the checkpoint. */
  readonly saved: ReadonlyMap<string, string>;
}

/** The topics of a sink: found or created when first written to, and bound to the ids that the checkpoint names. */
export class Topics {
  readonly #parts: TopicsParts;
  readonly #ids: Map<string, string>;
  readonly #topics = new Map<string, Promise<Topic>>();

  constructor(parts: TopicsParts) {
    this.#parts = parts;
    this.#ids = new Map(parts.saved);
  }

  /** Refuses topics that were created again since the checkpoint. One that is gone is refused when it is written to. */
  async verify(): Promise<void> {
    const { topics } = await this.#parts.cluster.metadata([...this.#ids.keys()]);
    for (const topic of topics) this.#found(topic);
  }

  get(name: string): Promise<Topic> {
    return this.#get(name, this.#parts.creation);
  }

  /**
   * For records that are no rows and keep one order. Created with one partition, and without the settings of the others:
   * compaction, for one, would refuse what has no key.
   */
  single(name: string): Promise<Topic> {
    const { creation } = this.#parts;
    return this.#get(name, creation && { partitions: 1, replicationFactor: creation.replicationFactor });
  }

  #get(name: string, creation: TopicCreation | null): Promise<Topic> {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = this.#resolve(name, creation);
      this.#topics.set(name, topic);
    }
    return topic;
  }

  /** For the checkpoint: every topic ever written to, with its id. */
  ids(): SinkState {
    return Object.fromEntries(this.#ids);
  }

  async #resolve(name: string, creation: TopicCreation | null): Promise<Topic> {
    const { admin, producer } = this.#parts;
    const found = (await this.#lookUp(name)) ?? (await this.#create(name, creation));
    const messageBytesMax = (await admin.messageBytesMax(name)) ?? Number.POSITIVE_INFINITY;
    this.#ids.set(name, found.id);
    return { name, messageBytesMax, ...producer.addTopic(found, messageBytesMax) };
  }

  async #lookUp(name: string): Promise<TopicMetadata | null> {
    const { topics } = await this.#parts.cluster.metadata([name]);
    return topics[0] === undefined ? null : this.#found(topics[0]);
  }

  #found(metadata: TopicMetadata): TopicMetadata | null {
    const topic = existing(metadata);
    const saved = this.#ids.get(metadata.name);
    if (topic !== null && saved !== undefined && saved !== topic.id) {
      throw changed(topic.name, 'was deleted and created again');
    }
    return topic;
  }

  async #create(name: string, creation: TopicCreation | null): Promise<TopicMetadata> {
    const { admin, createTimeoutMs } = this.#parts;
    if (this.#ids.has(name)) throw changed(name, 'was deleted');
    if (creation === null) {
      throw new RowtideError('SINK_REFUSED', `topic ${name} does not exist, and createTopics is false`, {
        hint: `Create it (kafka-topics.sh --create --topic ${name}) or set createTopics: true.`,
      });
    }
    await admin.createTopic(name, creation);
    const { signal } = new AbortController();
    for (const deadlineMs = systemClock.now() + createTimeoutMs; systemClock.now() < deadlineMs; ) {
      const topic = await this.#lookUp(name);
      if (topic !== null && topic.partitions.length > 0 && topic.partitions.every(({ leader }) => leader >= 0))
        return topic;
      await systemClock.sleep(20, signal);
    }
    throw new RowtideError(
      'SINK_UNREACHABLE',
      `topic ${name} was created but has no leader after ${createTimeoutMs} ms`,
      {
        retryable: true,
      },
    );
  }
}

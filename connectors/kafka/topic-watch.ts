import { RowtideError } from 'rowtide';
import type { Clock } from './clock.js';
import { type Cluster, existing } from './cluster.js';
import type { PartitionQueue } from './partition-queue.js';
import type { TopicMetadata } from './protocol/metadata.js';

const AGE_MAX_MS = 60_000;
/** A broker that starts may not have heard of a topic yet; after this it is gone. */
const GONE_AFTER_MS = 10_000;

interface Watched {
  readonly id: string;
  leaders: ReadonlyMap<number, number>;
  missingSinceMs: number | null;
}

/** Who leads the partitions of the topics in use, and whether these still are the topics that they were. */
export class TopicWatch {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #topics = new Map<string, Watched>();
  #refreshing: Promise<void> | null = null;
  #refreshedAtMs: number;

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#refreshedAtMs = clock.now();
  }

  add(topic: TopicMetadata): void {
    this.#topics.set(topic.name, { id: topic.id, leaders: leadersOf(topic), missingSinceMs: null });
  }

  /** Asks anew. −1: nobody leads it now. */
  async leader({ topic, index }: PartitionQueue): Promise<number> {
    await this.#refresh();
    return this.#topics.get(topic)?.leaders.get(index) ?? -1;
  }

  async refreshIfStale(): Promise<void> {
    if (this.#topics.size > 0 && this.#clock.now() - this.#refreshedAtMs > AGE_MAX_MS) await this.#refresh();
  }

  /** All that ask at the same time get the same answer. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#refreshNow().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refreshNow(): Promise<void> {
    const { topics } = await this.#cluster.metadata([...this.#topics.keys()]);
    this.#refreshedAtMs = this.#clock.now();
    for (const topic of topics) {
      const watched = this.#topics.get(topic.name);
      if (watched !== undefined) this.#learn(watched, topic);
    }
  }

  #learn(watched: Watched, topic: TopicMetadata): void {
    if (existing(topic) === null) {
      const now = this.#clock.now();
      watched.missingSinceMs ??= now;
      if (now - watched.missingSinceMs > GONE_AFTER_MS) throw changed(topic.name, 'was deleted');
    } else {
      watched.missingSinceMs = null;
      if (topic.id !== watched.id) throw changed(topic.name, 'was deleted and created again');
    }
    watched.leaders = leadersOf(topic);
  }
}

export function changed(topic: string, what: string): RowtideError {
  return new RowtideError('SINK_CHANGED', `topic ${topic} ${what} since the checkpoint was made`, {
    hint: 'Its records are gone. If that is meant, remove the checkpoint and start where the topic is to begin; else restore it.',
  });
}

function leadersOf({ partitions }: TopicMetadata): ReadonlyMap<number, number> {
  return new Map(partitions.map(({ index, leader }) => [index, leader]));
}

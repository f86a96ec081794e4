import { randomUUID } from 'node:crypto';
import { ExactlyOnceSink } from '../../../../connectors/kafka/exactly-once.js';
import { kafkaOptions } from '../../../../connectors/kafka/options.js';
import { testFormat } from '../rows.js';

/** A pipeline of a name of its own, whose topic has the same one. */
export interface Scene {
  readonly name: string;
  readonly options: object;
  readonly sink: () => ExactlyOnceSink;
}

export function sceneOf(brokers: readonly string[]): Scene {
  const name = `scene-${randomUUID()}`;
  const createTopics = { partitions: 3 };
  const options = { brokers, topic: name, createTopics, batchBytesMax: 50_000, delivery: 'exactly-once' };
  return { name, options, sink: () => new ExactlyOnceSink(kafkaOptions.parse(options), testFormat, name) };
}

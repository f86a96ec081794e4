import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { checkpointed, fileStore, type ResumableSink } from 'rowtide';
import { atLeastOnce } from '../../../../connectors/kafka/delivery.js';
import { ExactlyOnceSink } from '../../../../connectors/kafka/exactly-once.js';
import { kafkaOptions } from '../../../../connectors/kafka/options.js';
import { KafkaSink } from '../../../../connectors/kafka/sink.js';
import { quietLog } from '../../../checkpoint/quiet.js';
import { newFolder } from '../../../servers/runs.js';
import { testFormat } from '../rows.js';

export type Delivery = 'exactly-once' | 'at-least-once';

/** What makes the same sink in any process. */
export interface Pipeline {
  readonly name: string;
  readonly delivery: Delivery;
  readonly options: { readonly brokers: readonly string[]; readonly [option: string]: unknown };
  /** The file of what delivers at least once. */
  readonly checkpoint: string;
}

/** A pipeline of a name of its own, whose topic has the same one. */
export interface Scene extends Pipeline {
  readonly sink: () => ResumableSink;
}

export interface SceneOptions {
  readonly delivery?: Delivery;
  readonly replicationFactor?: number;
}

export function sceneOf(
  brokers: readonly string[],
  { delivery = 'exactly-once', replicationFactor = 1 }: SceneOptions = {},
): Scene {
  const name = `scene-${randomUUID()}`;
  const createTopics = { partitions: 3, replicationFactor };
  const options = { brokers, topic: name, createTopics, batchBytesMax: 50_000, delivery };
  const checkpoint = join(newFolder('scene'), 'checkpoint');
  const pipeline = { name, delivery, options, checkpoint };
  return { ...pipeline, sink: sinksOf(pipeline) };
}

/** Each call makes the sink anew, as a pipeline that tries again does. */
export function sinksOf({ name, options, checkpoint }: Pipeline): () => ResumableSink {
  const parsed = kafkaOptions.parse(options);
  const context = { pipeline: name, log: quietLog() };
  if (parsed.delivery === 'exactly-once') return () => new ExactlyOnceSink(parsed, testFormat, context);
  return () =>
    checkpointed(
      new KafkaSink(parsed, testFormat, atLeastOnce(parsed, context)),
      fileStore({ path: checkpoint, ...context }),
    );
}

import { type Batch, decodeCheckpoint, type Position, RowtideError, type SinkContext, type SinkState } from 'rowtide';
import { systemClock } from './clock.js';
import { type Cluster, existing } from './cluster.js';
import type { KafkaOptions } from './options.js';
import { Producer } from './producer.js';
import type { ProducerIdentity } from './protocol/init-producer-id.js';
import { checkpointTopicOf, readCheckpoint, transactionalIdOf } from './transactions/checkpoint-topic.js';

/** What a promise adds to the writing of rows. */
export interface Delivery {
  /** Called once by `open`, before any topic is looked at. */
  producer(cluster: Cluster, signal: AbortSignal): Promise<Producer>;
  /** Called when all rows of a batch are written, and before anything waits for them. */
  written(batch: Batch, state: SinkState): void;
}

/** The last identity that this process used for the sink with these options. */
const identities = new WeakMap<KafkaOptions, ProducerIdentity>();

/** Batches are there when they are written. Of a pipeline, it refuses to go on in place of its exactly-once delivery. */
export function atLeastOnce(options: KafkaOptions, context?: SinkContext): Delivery {
  return {
    async producer(cluster, signal) {
      if (context !== undefined) await refuseExactlyOnce(cluster, { options, pipeline: context.pipeline, signal });
      const told = context === undefined ? {} : { log: context.log };
      const producer = await Producer.open(cluster, options, { previous: identities.get(options), ...told });
      identities.set(options, producer.identity);
      return producer;
    },
    written() {},
  };
}

interface Switch {
  readonly options: KafkaOptions;
  readonly pipeline: string;
  readonly signal: AbortSignal;
}

const TOPIC_AUTHORIZATION_FAILED = 29;

async function refuseExactlyOnce(cluster: Cluster, { options, pipeline, signal }: Switch): Promise<void> {
  const topic = checkpointTopicOf(options, pipeline);
  const { topics } = await cluster.metadata([topic]);
  // Who may not even see it has never written to it.
  if (topics[0] === undefined || topics[0].errorCode === TOPIC_AUTHORIZATION_FAILED) return;
  if (existing(topics[0]) === null) return;
  const key = transactionalIdOf(options, pipeline);
  const { requestTimeoutMs } = options;
  const bytes = await readCheckpoint(cluster, { topic, key, requestTimeoutMs }, { clock: systemClock, signal });
  if (bytes === null) return;
  const { position } = decodeCheckpoint(bytes.toString(), `the checkpoint in topic ${topic}`);
  throw new RowtideError(
    'CHECKPOINT_MISMATCH',
    `pipeline ${pipeline} was delivered exactly once up to ${placeOf(position)}, as topic ${topic} says, and is now to be at-least-once`,
    {
      hint: `Set delivery: exactly-once. To change it for good, let the source begin at that place (from:), remove the checkpoint file if there is one, and delete topic ${topic}.`,
    },
  );
}

function placeOf({ log }: Position): string {
  return log.kind === 'file' ? `${log.file}:${log.offset}` : `GTID ${log.executed.toString()}`;
}

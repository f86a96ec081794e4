import { checkpointed, type Log, memoryStore, type ResumableSink, runPipeline } from 'rowtide';
import kafka from '../connectors/kafka/index.js';
import { type Measured, Meter } from './meter.js';
import { liveSource } from './ours.js';
import type { PipelineOptions } from './peers/zongji-kafkajs.js';
import { TRANSACTION_ROWS } from './workload.js';

/** A sink of Kafka as `rowtide run` composes it, with a checkpoint that nobody reads again. */
export function kafkaSink(given: {
  brokers: readonly string[];
  topic: string;
  createTopics: boolean;
  delivery?: string;
}): ResumableSink {
  const options = kafka.options.parse(given);
  // A pipeline of its own for each topic: one that was delivered exactly once stays so.
  const sink = kafka.create(options, { pipeline: given.topic, log: silent });
  return 'state' in sink ? checkpointed(sink, memoryStore()) : sink;
}

export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (facts, message) => console.error(message, facts),
  error: (facts, message) => console.error(message, facts),
};

/** Rows count when the write of their batch resolved: all of its records were acknowledged. */
export async function pipelineKafka(options: PipelineOptions & { delivery?: string }): Promise<Measured> {
  const { workload, brokers, topic, delivery = 'at-least-once' } = options;
  const meter = new Meter(options.warmUpRows);
  const end = new AbortController();
  // Exactly-once needs a topic for its checkpoints; the other one is there.
  const sink = kafkaSink({ brokers, topic, delivery, createTopics: delivery === 'exactly-once' });
  const { batchBytesMax } = kafka.reads?.(kafka.options.parse({ brokers, topic, delivery })) ?? {};
  let measured: Measured | null = null;
  const counted: ResumableSink = {
    open: (signal) => sink.open(signal),
    close: () => sink.close(),
    async write(batch, signal) {
      await sink.write(batch, signal);
      const rows = batch.transactions.length * TRANSACTION_ROWS;
      meter.add(rows, (rows * workload.images) / workload.rows);
      if (meter.rows < workload.rows || measured !== null) return;
      measured = meter.finish(null);
      end.abort();
    },
  };
  await runPipeline({
    name: 'bench',
    source: liveSource(options, { reusesMemory: true }),
    sink: counted,
    signal: end.signal,
    log: silent,
    ...(batchBytesMax !== undefined && { batchBytesMax }),
  });
  if (measured === null) throw new Error(`the pipeline ended after ${meter.rows} rows`);
  return measured;
}

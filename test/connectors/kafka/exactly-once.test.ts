import { randomUUID } from 'node:crypto';
import { formatOf } from 'rowtide';
import { positionAfter, sinkSuite } from 'rowtide/testing';
import { describe, expect } from 'vitest';
import { atLeastOnce } from '../../../connectors/kafka/delivery.js';
import { ExactlyOnceSink } from '../../../connectors/kafka/exactly-once.js';
import { kafkaOptions } from '../../../connectors/kafka/options.js';
import { KafkaSink } from '../../../connectors/kafka/sink.js';
import { quietLog } from '../../checkpoint/quiet.js';
import { needs, sharedKafka } from '../../servers/suite.js';
import { readDecided } from './reading.js';
import { testFormat, testTable, transaction } from './rows.js';
import { signal } from './workload.js';

interface Line {
  readonly op: string;
  readonly sql?: string;
  readonly after?: { readonly id: number };
}

const delivery = 'exactly-once';
const contextOf = (pipeline: string) => ({ pipeline, log: quietLog() });
const createTopics = { partitions: 1 };

needs('kafka').describe('the Kafka sink in transactions, as any sink', () => {
  sinkSuite({
    test: (name, body) => needs('kafka').test(name, body),
    delivery,
    async make() {
      const { brokers } = await sharedKafka();
      const topic = `once-${randomUUID()}`;
      const options = kafkaOptions.parse({ brokers, topic, statementTopic: topic, createTopics, delivery });
      // kcat reads what is committed, as librdkafka does unless told otherwise.
      const lines = async (): Promise<Line[]> =>
        (await readDecided(brokers, topic)).map(({ value }) => JSON.parse(value?.toString() ?? 'null'));
      return {
        sink: () => new ExactlyOnceSink(options, formatOf(options.format), contextOf(topic)),
        ids: async () => (await lines()).flatMap(({ op, after }) => (op === 'insert' && after ? [after.id] : [])),
        statements: async () => (await lines()).flatMap(({ op, sql }) => (op === 'statement' && sql ? [sql] : [])),
      };
    },
  });
});

describe('exactly-once delivery', () => {
  const make = async (given: object = {}) => {
    const { brokers } = await sharedKafka();
    const name = `once-${randomUUID()}`;
    const options = kafkaOptions.parse({ brokers, topic: name, createTopics, delivery, ...given });
    return { brokers, name, options, sink: () => new ExactlyOnceSink(options, testFormat, contextOf(name)) };
  };
  const batch = (n: number) => ({
    transactions: [transaction(testTable('numbers'), [{ key: `${n}`, value: `${n}` }])],
    position: positionAfter(n),
  });
  const valuesIn = async (brokers: readonly string[], topic: string): Promise<string[]> =>
    (await readDecided(brokers, topic)).map(({ value }) => String(value));

  needs('kafka').test('of two instances at once, the older one is fenced and says so', async () => {
    const { brokers, name, sink } = await make();
    const [older, newer] = [sink(), sink()];
    expect(await older.open(signal)).toBeUndefined();
    await older.write(batch(1), signal);
    expect(await newer.open(signal)).toEqual(positionAfter(1));
    await newer.write(batch(2), signal);
    await expect(older.write(batch(2), signal)).rejects.toMatchObject({
      code: 'SINK_FENCED',
      retryable: false,
      message: expect.stringContaining(
        `another instance of pipeline ${name} (transactional id rowtide.${name}) has taken over`,
      ),
    });
    await newer.write(batch(3), signal);
    await older.close();
    await newer.close();
    expect(await valuesIn(brokers, name)).toEqual(['1', '2', '3']);
  });

  needs('kafka').test('the newer one is not held up by what the older one left open', async () => {
    const { brokers, name, sink } = await make();
    const dead = sink();
    await dead.open(signal);
    await dead.write(batch(1), signal);
    const stopped = new AbortController();
    const broken = { ...transaction(testTable('numbers'), []), entries: endlessly(() => stopped.abort()) };
    await dead.write({ transactions: [broken], position: positionAfter(2) }, stopped.signal).catch(() => undefined);
    const next = sink();
    expect(await next.open(signal)).toEqual(positionAfter(1));
    await next.write(batch(2), signal);
    await next.close();
    await dead.close();
    expect(await valuesIn(brokers, name)).toEqual(['1', '2']);
  });

  needs('kafka').test('many transactions, one after the other, keep the checkpoint of the last one', async () => {
    const { brokers, name, sink } = await make({ compression: 'zstd' });
    const first = sink();
    await first.open(signal);
    for (let n = 1; n <= 100; n++) await first.write(batch(n), signal);
    await first.close();
    const second = sink();
    expect(await second.open(signal)).toEqual(positionAfter(100));
    await second.close();
    expect(await valuesIn(brokers, name)).toEqual(Array.from({ length: 100 }, (_, i) => `${i + 1}`));
  });

  needs('kafka').test('is not given up for at-least-once in silence', async () => {
    const { name, options, sink } = await make();
    const once = sink();
    await once.open(signal);
    await once.write(batch(7), signal);
    await once.close();
    const other = new KafkaSink(options, testFormat, atLeastOnce(options, contextOf(name)));
    await expect(other.open(undefined, signal)).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      message: expect.stringMatching(new RegExp(`^pipeline ${name} was delivered exactly once up to GTID `)),
      hint: expect.stringContaining(`delete topic rowtide.checkpoint.${name}`),
    });
    await other.close();
  });

  needs('kafka').test('needs a checkpoint topic that is there, and keeps what it is given', async () => {
    const missing = await make({ createTopics: false });
    await expect(missing.sink().open(signal)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      hint: expect.stringContaining('cleanup.policy=compact'),
    });
    // A topic of rows, whose records go when they are old.
    const rows = await make();
    const sink = rows.sink();
    await sink.open(signal);
    await sink.close();
    const forgetful = await make({ checkpointTopic: rows.name });
    await expect(forgetful.sink().open(signal)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      message: `topic ${rows.name} holds checkpoints, and its cleanup.policy is delete`,
    });
  });

  needs('kafka').test('does not take the checkpoint of another pipeline', async () => {
    const common = { transactionalId: `shared-${randomUUID()}`, checkpointTopic: `shared-${randomUUID()}` };
    const [one, two] = [await make(common), await make(common)];
    const sink = one.sink();
    await sink.open(signal);
    await sink.write(batch(1), signal);
    await sink.close();
    await expect(two.sink().open(signal)).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      message: `the checkpoint in topic ${common.checkpointTopic} belongs to pipeline "${one.name}", not to "${two.name}"`,
    });
  });
});

/** Rows of which many are sent before `then` ends it. */
function* endlessly(then: () => void): Generator<never> {
  const rows = Array.from({ length: 2_000 }, (_, i) => ({ key: `${i}`, value: '.'.repeat(500) }));
  for (let i = 0; i < 4; i++) yield* transaction(testTable('numbers'), rows).entries as Iterable<never>;
  then();
  yield* transaction(testTable('numbers'), rows).entries as Iterable<never>;
}

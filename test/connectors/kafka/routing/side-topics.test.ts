import kafkajs from 'kafkajs';
import { type Format, jsonFormat } from 'rowtide';
import { insertsOf, itemTransaction, positionAfter, statementTransaction } from 'rowtide/testing';
import { expect } from 'vitest';
import { kafkaOptions } from '../../../../connectors/kafka/options.js';
import { KafkaSink } from '../../../../connectors/kafka/sink.js';
import { needs, sharedKafka } from '../../../servers/suite.js';
import { readTopic } from '../reading.js';
import { signal } from '../workload.js';

const run = `side${Date.now().toString(36)}`;
const text = (bytes: Buffer | null): string => bytes?.toString() ?? 'null';

needs('kafka').describe('topics of what is no row', () => {
  needs('kafka').test('have one partition and no compaction, whatever the others have', async () => {
    const { brokers } = await sharedKafka();
    const [statementTopic, topic] = [`${run}-ddl`, `${run}-rows`];
    const createTopics = { partitions: 3, cleanupPolicy: 'compact' };
    const sink = new KafkaSink(kafkaOptions.parse({ brokers, topic, statementTopic, createTopics }), jsonFormat);
    await sink.open(undefined, signal);
    const transactions = [insertsOf(1, [1]), statementTransaction(2, 'DROP TABLE a')];
    await sink.write({ transactions, position: positionAfter(2) }, signal);
    await sink.close();
    const records = await readTopic(brokers, statementTopic);
    expect(records.map(({ value }) => JSON.parse(text(value)).sql)).toEqual(['DROP TABLE a']);
    expect(await shapeOf(brokers, statementTopic)).toEqual({ partitions: 1, policy: 'delete' });
    expect(await shapeOf(brokers, topic)).toEqual({ partitions: 3, policy: 'compact' });
  });

  needs('kafka').test('take begin and end of transactions with rows, and their counts', async () => {
    const { brokers } = await sharedKafka();
    const [transactionTopic, topic] = [`${run}-transactions`, `${run}-counted`];
    const format: Format = {
      ...jsonFormat,
      keyChange: { oldKey: 'old', newKey: 'new' },
      tombstones: true,
      begin: () => ({ key: Buffer.from('k'), value: Buffer.from('begin') }),
      end: (_, counts) => ({
        key: Buffer.from('k'),
        value: Buffer.from(`end ${[...counts].map(([{ name }, count]) => `${name} ${count}`).join()}`),
      }),
    };
    const options = { ...kafkaOptions.parse({ brokers, topic }), transactionTopic };
    const sink = new KafkaSink(options, format);
    await sink.open(undefined, signal);
    const moved = itemTransaction(1, [
      { op: 'update', before: { id: 1, name: '' }, after: { id: 2, name: '' } },
      { op: 'insert', after: { id: 1, name: '' } },
    ]);
    const transactions = [moved, statementTransaction(2, 'DROP TABLE a'), insertsOf(3, [7])];
    await sink.write({ transactions, position: positionAfter(3) }, signal);
    await sink.close();
    const records = await readTopic(brokers, transactionTopic);
    expect(records.map(({ key, value }) => `${text(key)} ${text(value)}`)).toEqual([
      'k begin',
      'k end items 3',
      'k begin',
      'k end items 1',
    ]);
  });

  needs('kafka').test('take heartbeats that say how far everything was written, at most once an interval', async () => {
    const { brokers } = await sharedKafka();
    const [heartbeatTopic, topic] = [`${run}-heartbeats`, `${run}-beaten`];
    const beating = async (heartbeatIntervalMs: number, first: number): Promise<void> => {
      const options = kafkaOptions.parse({ brokers, topic, heartbeatTopic, heartbeatIntervalMs });
      const sink = new KafkaSink(options, jsonFormat);
      await sink.open(undefined, signal);
      for (const sequence of [first, first + 1]) {
        await sink.write({ transactions: [], position: positionAfter(sequence) }, signal);
        // Longer than the shorter interval.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await sink.close();
    };
    await beating(1, 1);
    await beating(60_000, 3);
    const beats = (await readTopic(brokers, heartbeatTopic)).map(({ value }) => JSON.parse(text(value)));
    const after = (sequence: number): string => String(Reflect.get(positionAfter(sequence).log, 'executed'));
    expect(beats.map(({ op, gtids }) => [op, gtids])).toEqual([1, 2, 3].map((n) => ['heartbeat', after(n)]));
    for (const { ts } of beats) expect(Math.abs(ts / 1000 - Date.now())).toBeLessThan(600_000);
  });

  needs('kafka').test('are refused by name if they are missing and none is to be created', async () => {
    const { brokers } = await sharedKafka();
    const options = { brokers, createTopics: false, heartbeatTopic: `${run}-nowhere` };
    const sink = new KafkaSink(kafkaOptions.parse(options), jsonFormat);
    await expect(sink.open(undefined, signal)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      message: `topic ${run}-nowhere does not exist, and createTopics is false`,
    });
  });
});

async function shapeOf(brokers: readonly string[], topic: string): Promise<{ partitions: number; policy: string }> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['cleanup.policy'] }];
    const { resources: found } = await admin.describeConfigs({ includeSynonyms: false, resources });
    return { partitions: topics[0]?.partitions.length ?? 0, policy: found[0]?.configEntries[0]?.configValue ?? '' };
  } finally {
    await admin.disconnect();
  }
}

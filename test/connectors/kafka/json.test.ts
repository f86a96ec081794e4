import { fileURLToPath } from 'node:url';
import { fileLog } from 'rowtide';
import { expect } from 'vitest';
import kafka from '../../../connectors/kafka/index.js';
import { linesOf } from '../../fixtures/lines.js';
import { stream } from '../../roundtrip/stream.js';
import { needs, sharedKafka } from '../../servers/suite.js';
import { readTopic } from './reading.js';
import { batchOf } from './rows.js';
import { signal } from './workload.js';

const file = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const log = { debug() {}, info() {}, warn() {}, error() {} };

needs('kafka').test('a recorded binlog arrives in our JSON, keys and all', async () => {
  const { brokers } = await sharedKafka();
  const topic = `json${Date.now().toString(36)}`;
  const options = kafka.options.parse({ brokers, topic, statementTopic: topic, createTopics: { partitions: 1 } });
  const sink = kafka.create(options, { pipeline: 'test', log });
  if (!('state' in sink)) throw new Error('the Kafka sink has no memory for positions');
  await sink.open(undefined, signal);
  const source = fileLog({ paths: [file('shop-9.7.binlog')] });
  for await (const transaction of stream(source, { mode: { kind: 'none' } })) {
    await sink.write(batchOf(transaction), signal);
  }
  await sink.close();

  const lines = await linesOf(file('shop-9.7.binlog'));
  const read = await readTopic(brokers, topic);
  expect(read.map(({ key, value }) => `${key?.toString() ?? ''}\t${value?.toString()}`)).toEqual(lines);
});

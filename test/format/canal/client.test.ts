/** Our messages in Kafka, read by canal's own client. */
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import type { ForgetfulSink } from 'rowtide';
import { beforeAll, expect } from 'vitest';
import kafka from '../../../connectors/kafka/index.js';
import { quietLog } from '../../checkpoint/quiet.js';
import { readTopic } from '../../connectors/kafka/reading.js';
import { batchOf } from '../../connectors/kafka/rows.js';
import { signal } from '../../connectors/kafka/workload.js';
import { installJava, runJava } from '../../servers/java-program.js';
import { needs, sharedKafka } from '../../servers/suite.js';
import { recordedTransactions } from '../recorded.js';
import { goldenBinlog } from './golden.js';

const CLIENT = {
  source: join(import.meta.dirname, 'ReadFlatMessages.java'),
  name: 'canal-client-1.1.8',
  // The newest that still has what canal's client calls.
  artifacts: [
    'com.alibaba.otter:canal.client:1.1.8',
    'com.alibaba.otter:canal.protocol:1.1.8',
    'org.apache.kafka:kafka-clients:3.9.1',
    'org.slf4j:slf4j-api:1.7.36',
  ],
};

const topic = `canal-${Date.now().toString(36)}`;

async function writeAll(brokers: readonly string[]): Promise<void> {
  const options = { brokers, topic, format: 'canal', statementTopic: topic, createTopics: { partitions: 1 } };
  const sink = kafka.create(kafka.options.parse(options), { pipeline: 'test', log: quietLog() }) as ForgetfulSink;
  await sink.open(undefined, signal);
  for await (const transaction of recordedTransactions(goldenBinlog())) await sink.write(batchOf(transaction), signal);
  await sink.close();
}

/** A group that has read nothing begins at the end. */
async function beginAtStart(brokers: string[]): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.setOffsets({ groupId: topic, topic, partitions: [{ partition: 0, offset: '0' }] });
  await admin.disconnect();
}

beforeAll(() => installJava(CLIENT));

const WITHIN_MS = 180_000;

async function readByCanal(): Promise<void> {
  const { brokers } = await sharedKafka();
  await writeAll(brokers);
  await beginAtStart(brokers);
  const written = (await readTopic(brokers, topic)).map(({ value }) => String(value));
  const args = [brokers.join(','), topic, topic, String(written.length)];
  const read = (await runJava(CLIENT, { args })).split('\n').slice(0, -1);
  expect(read.length).toBeGreaterThan(360);
  for (const [i, line] of written.entries()) {
    // Reading a message shuffles the columns, so bytes are compared by their number.
    const [theirs, ours] = [read[i]!, line].map((each) => JSON.parse(each) as object);
    expect(ours).toEqual(theirs);
    expect(Object.keys(ours!)).toEqual(Object.keys(theirs!));
    expect(line.length).toBe(read[i]!.length);
  }
}

needs('kafka').test('canal’s client reads all messages, and writes the same again', readByCanal, WITHIN_MS);

import kafkajs from 'kafkajs';
import type { SinkState, Table } from 'rowtide';
import { beforeAll, describe, expect, it } from 'vitest';
import { kafkaOptions } from '../../../connectors/kafka/options.js';
import { KafkaSink } from '../../../connectors/kafka/sink.js';
import fc from '../../properties.js';
import { scaled } from '../../roundtrip/random.js';
import type { KafkaAddress } from '../../servers/kafka.js';
import { needs, sharedKafka } from '../../servers/suite.js';
import { readTopic } from './reading.js';
import { batchOf, type TestRow, testFormat, testTable, transaction } from './rows.js';
import { deleteTopic } from './topics.js';
import { signal, sinkWith } from './workload.js';

/** The broker is shared: whatever this run writes is in topics of its own. */
const schema = `run${Date.now().toString(36)}`;
const tableOf = (name: string): Table => testTable(name, schema);

needs('kafka').describe('the Kafka sink', () => {
  let kafka: KafkaAddress;
  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  async function writeRows(table: string, rows: readonly TestRow[], options: object = {}): Promise<SinkState> {
    const sink = sinkWith({ brokers: kafka.brokers, ...options });
    try {
      await sink.open(undefined, signal);
      await sink.write(batchOf(transaction(tableOf(table), rows)), signal);
      return sink.state();
    } finally {
      await sink.close();
    }
  }

  async function withAdmin<T>(task: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
    const admin = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      return await task(admin);
    } finally {
      await admin.disconnect();
    }
  }

  async function settings(topic: string): Promise<{ partitions: number; config: Record<string, string> }> {
    return withAdmin(async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
      });
      const entries = resources[0]?.configEntries ?? [];
      return {
        partitions: topics[0]?.partitions.length ?? 0,
        config: Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue])),
      };
    });
  }

  describe('records', () => {
    it('of every size come back as they were written', async () => {
      // Around the places where a length takes one byte more, and beyond what is written in place.
      const sizes = [
        0, 1, 40, 62, 63, 64, 65, 120, 127, 128, 8_100, 8_191, 8_192, 8_193, 20_000, 70_000, 300_000, 1_000_000,
      ];
      const random = fc.sample(
        fc.tuple(fc.string({ minLength: 1, maxLength: 100 }), fc.uint8Array({ maxLength: 300 })),
        {
          numRuns: scaled(500),
          seed: 1,
        },
      );
      const rows: TestRow[] = [
        ...sizes.map((size) => ({ key: `size-${size}`, value: Buffer.alloc(size, 'x') })),
        ...random.map(([key, value]) => ({ key, value: Buffer.from(value) })),
      ];
      await writeRows('sizes', rows, { batchBytesMax: 100_000 });
      const read = await readTopic(kafka.brokers, `${schema}.sizes`);
      const texts = read.map(({ key, value }) => `${key?.toString('hex')}=${value?.toString('hex') ?? ''}`);
      expect(texts).toEqual(
        rows.map(({ key, value }) => `${Buffer.from(key).toString('hex')}=${Buffer.from(value).toString('hex')}`),
      );
    });

    it('go to the partition to which Java clients and kafkajs would send their keys', async () => {
      const rows = Array.from({ length: 200 }, (_, i) => ({ key: `клю́ч ${i}`, value: `${i}` }));
      await writeRows('spread', rows, { createTopics: { partitions: 7 } });
      const theirs = kafkajs.Partitioners.DefaultPartitioner();
      const partitionMetadata = Array.from({ length: 7 }, (_, partitionId) => ({
        partitionId,
        partitionErrorCode: 0,
        leader: 1,
        replicas: [1],
        isr: [1],
      }));
      const read = await readTopic(kafka.brokers, `${schema}.spread`);
      expect(read).toHaveLength(200);
      for (const { key, value, partition } of read) {
        expect(partition).toBe(theirs({ topic: `${schema}.spread`, partitionMetadata, message: { key, value } }));
      }
    });

    it('of a table without a primary key have no key and stay in order in one partition', async () => {
      const rows = Array.from({ length: 100 }, (_, i) => ({ key: '', value: `${i}` }));
      await writeRows('keyless', rows, { createTopics: { partitions: 7 } });
      const read = await readTopic(kafka.brokers, `${schema}.keyless`);
      expect(new Set(read.map(({ partition }) => partition)).size).toBe(1);
      expect(read.map(({ key, value }) => [key, value?.toString()])).toEqual(rows.map(({ value }) => [null, value]));
    });

    it('carry the time at which they were written: an old binlog must not fall to the retention at once', async () => {
      const before = Date.now();
      await writeRows('times', [{ key: 'a', value: 'b' }]);
      const offsets = await withAdmin((admin) => admin.fetchTopicOffsetsByTimestamp(`${schema}.times`, before));
      expect(offsets).toEqual([expect.objectContaining({ offset: '0' })]);
    });
  });

  describe('memory', () => {
    it('stays bounded however large a transaction is', async () => {
      const sink = sinkWith({
        brokers: kafka.brokers,
        bufferBytesMax: 4 * 1024 * 1024,
        createTopics: { partitions: 3 },
      });
      await sink.open(undefined, signal);
      const pad = 'x'.repeat(1_000);
      const rows = Array.from({ length: 1_000 }, (_, i) => ({ key: `${i}`, value: pad }));
      const part = transaction(tableOf('large'), rows).entries;
      const large = { ...transaction(tableOf('large'), []), entries: repeat(part, 100) };
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      const watch = setInterval(() => {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }, 5);
      await sink.write(batchOf(large), signal);
      clearInterval(watch);
      await sink.close();
      expect(most).toBeLessThan(20 * 1024 * 1024);
      expect(await readTopic(kafka.brokers, `${schema}.large`)).toHaveLength(100_000);
    });

    it('is shared by more partitions than would fit with a full batch each', async () => {
      const sink = sinkWith({ brokers: kafka.brokers, bufferBytesMax: 1024 * 1024, createTopics: { partitions: 100 } });
      await sink.open(undefined, signal);
      const rows = Array.from({ length: 5_000 }, (_, i) => ({ key: `${i}`, value: 'x'.repeat(200) }));
      await sink.write(batchOf(transaction(tableOf('wide'), rows)), signal);
      await sink.close();
      const read = await readTopic(kafka.brokers, `${schema}.wide`);
      expect(new Set(read.map(({ key }) => key?.toString())).size).toBe(5_000);
    });
  });

  describe('topics', () => {
    it('are created as the broker would, or as the options say', async () => {
      await writeRows('default', [{ key: 'a', value: 'b' }]);
      expect((await settings(`${schema}.default`)).partitions).toBeGreaterThan(0);
      const createTopics = { partitions: 3, replicationFactor: 1, config: { 'cleanup.policy': 'compact' } };
      await writeRows('special', [{ key: 'a', value: 'b' }], { createTopics });
      expect(await settings(`${schema}.special`)).toMatchObject({
        partitions: 3,
        config: { 'cleanup.policy': 'compact' },
      });
    });

    it('that are missing while createTopics is false are refused by name', async () => {
      await expect(writeRows('missing', [{ key: 'a', value: 'b' }], { createTopics: false })).rejects.toMatchObject({
        code: 'SINK_REFUSED',
        retryable: false,
        message: `topic ${schema}.missing does not exist, and createTopics is false`,
        hint: expect.stringContaining('createTopics: true'),
      });
      expect(await withAdmin((admin) => admin.listTopics())).not.toContain(`${schema}.missing`);
    });

    it('with a fixed name are looked for when the sink opens', async () => {
      const sink = sinkWith({ brokers: kafka.brokers, topic: `${schema}.nowhere`, createTopics: false });
      await expect(sink.open(undefined, signal)).rejects.toMatchObject({ code: 'SINK_REFUSED' });
    });

    it('with settings that the broker refuses are refused with its words', async () => {
      const createTopics = { config: { 'cleanup.policy': 'sometimes' } };
      await expect(writeRows('refused', [{ key: 'a', value: 'b' }], { createTopics })).rejects.toMatchObject({
        code: 'SINK_REFUSED',
        message: expect.stringMatching(/topic \w+\.refused cannot be created: /),
      });
    });

    it('take DDL statements only if one is named for them', async () => {
      const sink = sinkWith({ brokers: kafka.brokers, statementTopic: `${schema}.ddl` });
      await sink.open(undefined, signal);
      const event = { type: 2, timestamp: 0, serverId: 1, flags: 0, bytes: Buffer.alloc(0), start: 0, end: 0 };
      const statements = ['CREATE TABLE a (b INT)', 'DROP TABLE a'].map((sql) => ({
        ...transaction(tableOf('a'), []),
        entries: [{ kind: 'statement' as const, schema, sql, event }],
      }));
      await sink.write(batchOf(...statements), signal);
      await sink.close();
      const read = await readTopic(kafka.brokers, `${schema}.ddl`);
      expect(read.map(({ value }) => value?.toString())).toEqual(['CREATE TABLE a (b INT)', 'DROP TABLE a']);

      const without = sinkWith({ brokers: kafka.brokers });
      await without.open(undefined, signal);
      await without.write(batchOf(...statements), signal);
      expect(without.state()).toMatchObject({ topics: {} });
      await without.close();
    });
  });

  describe('a record that is too large', () => {
    it('is refused before it is sent, with table, key, size and limit', async () => {
      const rows = [{ key: 'order-17', value: Buffer.alloc(1_048_600) }];
      await expect(writeRows('huge', rows)).rejects.toMatchObject({
        code: 'RECORD_TOO_LARGE',
        retryable: false,
        message: expect.stringMatching(
          /^table (\w+\.huge): the row with key order-17 makes a record of 10486\d\d bytes, and topic \1 takes 1048588$/,
        ),
        hint: expect.stringContaining('max.message.bytes'),
      });
    });

    it('is judged by the limit of its topic, to the byte', async () => {
      const createTopics = { config: { 'max.message.bytes': '5000' } };
      const overhead = 61 + 2 + 3 + 1 + 1 + 2 + 1;
      const fits = { key: 'k', value: Buffer.alloc(5_000 - overhead) };
      await writeRows('limited', [fits, { key: 'k', value: 'after' }], { createTopics });
      expect(await readTopic(kafka.brokers, `${schema}.limited`)).toHaveLength(2);
      const larger = { key: 'k', value: Buffer.alloc(5_001 - overhead) };
      await expect(writeRows('limited', [larger])).rejects.toThrow('makes a record of 5001 bytes');
    });

    it('is refused in plain words when the broker finds out first, and many small ones are not', async () => {
      const sink = sinkWith({ brokers: kafka.brokers, createTopics: { config: { 'max.message.bytes': '100000' } } });
      await sink.open(undefined, signal);
      await sink.write(batchOf(transaction(tableOf('shrunk'), [{ key: 'a', value: 'b' }])), signal);
      await withAdmin((admin) =>
        admin.alterConfigs({
          validateOnly: false,
          resources: [
            {
              type: kafkajs.ConfigResourceTypes.TOPIC,
              name: `${schema}.shrunk`,
              configEntries: [{ name: 'max.message.bytes', value: '1000' }],
            },
          ],
        }),
      );
      // Together they are too large as well, and go in parts.
      const small = Array.from({ length: 200 }, (_, i) => ({ key: `${i}`, value: '.'.repeat(300) }));
      await sink.write(batchOf(transaction(tableOf('shrunk'), small)), signal);
      const read = await readTopic(kafka.brokers, `${schema}.shrunk`);
      expect(read.map(({ key }) => key?.toString())).toEqual(['a', ...small.map(({ key }) => key)]);
      const large = batchOf(transaction(tableOf('shrunk'), [{ key: 'a', value: Buffer.alloc(2_000) }]));
      await expect(sink.write(large, signal)).rejects.toMatchObject({
        code: 'RECORD_TOO_LARGE',
        message: expect.stringMatching(/topic \w+\.shrunk, partition 0 refused a record of 2\d\d\d bytes/),
      });
      await sink.close();
    });
  });

  describe('the checkpoint', () => {
    const row = [{ key: 'a', value: 'b' }];

    it('binds the sink to its cluster and its topics', async () => {
      const state = await writeRows('bound', row);
      expect(state).toEqual({
        clusterId: expect.any(String),
        topics: { [`${schema}.bound`]: expect.stringMatching(/^[0-9a-f]{32}$/) },
      });
      const again = sinkWith({ brokers: kafka.brokers });
      await again.open(state, signal);
      expect(again.state()).toEqual(state);
      await again.close();
    });

    it('of another cluster is refused by name', async () => {
      const sink = sinkWith({ brokers: kafka.brokers });
      await expect(sink.open({ clusterId: 'elsewhere', topics: {} }, signal)).rejects.toMatchObject({
        code: 'SINK_CHANGED',
        message: expect.stringContaining('the checkpoint belongs to Kafka cluster elsewhere, and this is cluster '),
      });
    });

    it('of another kind of sink is refused', async () => {
      await expect(sinkWith({ brokers: kafka.brokers }).open({ bytes: 17 }, signal)).rejects.toMatchObject({
        code: 'SINK_CHANGED',
      });
    });

    it('refuses a topic that was deleted, and one that was created again', async () => {
      const state = await writeRows('fleeting', row);
      await deleteTopic(kafka.brokers, `${schema}.fleeting`);
      const sink = sinkWith({ brokers: kafka.brokers });
      await sink.open(state, signal);
      await expect(sink.write(batchOf(transaction(tableOf('fleeting'), row)), signal)).rejects.toMatchObject({
        code: 'SINK_CHANGED',
        message: `topic ${schema}.fleeting was deleted since the checkpoint was made`,
      });
      await sink.close();

      await writeRows('fleeting', row);
      await expect(sinkWith({ brokers: kafka.brokers }).open(state, signal)).rejects.toMatchObject({
        code: 'SINK_CHANGED',
        message: `topic ${schema}.fleeting was deleted and created again since the checkpoint was made`,
        hint: expect.stringContaining('remove the checkpoint'),
      });
    });

    it('notices while it runs that a topic was created again', async () => {
      const sink = sinkWith({ brokers: kafka.brokers });
      await sink.open(undefined, signal);
      await sink.write(batchOf(transaction(tableOf('replaced'), row)), signal);
      await deleteTopic(kafka.brokers, `${schema}.replaced`);
      const writing = sink.write(batchOf(transaction(tableOf('replaced'), row)), signal);
      const refused = expect(writing).rejects.toMatchObject({ code: 'SINK_CHANGED' });
      await writeRows('replaced', []);
      const creating = sinkWith({ brokers: kafka.brokers, topic: `${schema}.replaced` });
      await creating.open(undefined, signal);
      await creating.close();
      await refused;
      await sink.close();
    });
  });

  describe('sequences', () => {
    it('of a sink that was made anew in the same process fence what the old one may still send', async () => {
      const options = kafkaOptions.parse({ brokers: kafka.brokers });
      const write = (sink: KafkaSink, value: string) =>
        sink.write(batchOf(transaction(tableOf('fenced'), [{ key: 'a', value }])), signal);
      const old = new KafkaSink(options, testFormat);
      await old.open(undefined, signal);
      await write(old, '1');
      const young = new KafkaSink(options, testFormat);
      await young.open(old.state(), signal);
      await write(young, '2');
      await expect(write(old, 'late')).rejects.toMatchObject({ code: 'SINK_FENCED' });
      await write(young, '3');
      await old.close();
      await young.close();
      const read = await readTopic(kafka.brokers, `${schema}.fenced`);
      expect(read.map(({ value }) => value?.toString())).toEqual(['1', '2', '3']);
    });
  });
});

function repeat<T>(items: Iterable<T>, times: number): Iterable<T> {
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < times; i++) yield* items;
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaCluster, type KafkaNode, startKafkaCluster } from '../../servers/kafka.js';
import { needs } from '../../servers/suite.js';
import { signal, sinkWith, survives as survivesAt, Workload } from './workload.js';

const times = Number(process.env.KAFKA_TORTURE ?? 1);

needs('own').describe('the Kafka sink in a cluster', () => {
  let cluster: KafkaCluster;
  beforeAll(async () => {
    const properties = {
      'auto.create.topics.enable': false,
      'controlled.shutdown.enable': true,
      'replica.lag.time.max.ms': 3_000,
      'broker.session.timeout.ms': 3_000,
    };
    cluster = await startKafkaCluster({ nodes: 3, properties });
  });
  afterAll(() => cluster.remove());

  const survives = (topic: string, trouble: () => Promise<void>, options: object = {}): Promise<void> =>
    survivesAt(
      { brokers: cluster.brokers, topic, createTopics: { partitions: 3, replicationFactor: 3 }, ...options },
      trouble,
    );

  /** The node that leads partition 0, and all who have it. */
  async function leaderOf(topic: string): Promise<KafkaNode> {
    const admin = new kafkajs.Kafka({ brokers: cluster.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      for (;;) {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        const partitions = topics[0]?.partitions ?? [];
        const leader = cluster.nodes.find(({ id }) => id === partitions[0]?.leader);
        if (leader !== undefined && partitions.every(({ isr }) => isr.length === 3)) return leader;
        await sleep(100);
      }
    } finally {
      await admin.disconnect();
    }
  }

  describe('with three brokers and three replicas, every record is written once and in order through', () => {
    it('clean stops of the leader', async () => {
      await survives('stops', async () => {
        for (let i = 0; i < times; i++) {
          const leader = await leaderOf('stops');
          await leader.stop();
          await sleep(300);
          await leader.launch();
        }
      });
    }, 300_000);

    it('kill -9 of the leader', async () => {
      await survives('kills', async () => {
        for (let i = 0; i < times; i++) {
          const leader = await leaderOf('kills');
          await leader.kill();
          await sleep(300);
          await leader.launch();
        }
      });
    }, 300_000);

    it('a follower that freezes until it is no longer in sync', async () => {
      await survives(
        'frozen',
        async () => {
          const leader = await leaderOf('frozen');
          const follower = cluster.nodes.find((node) => node !== leader)!;
          follower.pause();
          await sleep(4_000);
          follower.resume();
          await leaderOf('frozen');
        },
        { requestTimeoutMs: 2_000, connectTimeoutMs: 1_000 },
      );
    }, 300_000);
  });

  describe('a partition without enough replicas', () => {
    it('fails the write after the delivery deadline and says so', async () => {
      // No broker is still coming back from the trouble before.
      await leaderOf('frozen');
      const createTopics = { replicationFactor: 3, config: { 'min.insync.replicas': '3' } };
      const sink = sinkWith({ brokers: cluster.brokers, topic: 'short', createTopics, deliveryTimeoutMs: 2_000 });
      await sink.open(undefined, signal);
      const workload = new Workload(sink, 'short');
      await workload.write(10);
      const leader = await leaderOf('short');
      const other = cluster.nodes.find((node) => node !== leader)!;
      await other.stop();
      await expect(workload.write(10)).rejects.toMatchObject({
        code: 'SINK_UNREACHABLE',
        retryable: true,
        message: expect.stringMatching(/topic short, partition 0 acknowledged nothing for \d+ s: NOT_ENOUGH_REPLICAS/),
      });
      await sink.close();
      await other.launch();
    });
  });
});

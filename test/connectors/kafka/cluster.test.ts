import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../connectors/kafka/clock.js';
import { kafkaOptions } from '../../../connectors/kafka/options.js';
import { Producer } from '../../../connectors/kafka/producer.js';
import { KafkaSink } from '../../../connectors/kafka/sink.js';
import { quietLog } from '../../checkpoint/quiet.js';
import { type KafkaCluster, startKafkaCluster } from '../../servers/kafka.js';
import { needs } from '../../servers/suite.js';
import { type Found, isRight, judge } from './once/check.js';
import { changeLeaders, leaderOf } from './once/leaders.js';
import { deliverDuring } from './once/numbers.js';
import { sceneOf } from './once/scene.js';
import { testFormat } from './rows.js';
import { signal, sinkWith, survives as survivesAt, Workload } from './workload.js';

const times = Number(process.env.KAFKA_TORTURE ?? 1);

/** For whom five seconds pass in one: what is waited for is worth a word after five. */
const hurried: Clock = { ...systemClock, now: () => 5 * systemClock.now() };

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

  describe('with three brokers and three replicas, every record is written once and in order through', () => {
    it.each(['at-least-once', 'exactly-once'] as const)(
      'changes of leaders, %s',
      async (delivery) => {
        const scene = sceneOf(cluster.brokers, { delivery, replicationFactor: 3 });
        const last = await deliverDuring(scene.sink, () =>
          changeLeaders(cluster, { topic: scene.name, changes: 2 * times, first: 0 }),
        );
        // Nothing repeats where no process died.
        expect(await judge(scene, last)).toSatisfy((found: Found) => isRight(found, 'exactly-once'));
      },
      300_000,
    );

    it('a follower that freezes until it is no longer in sync', async () => {
      await survives(
        'frozen',
        async () => {
          const leader = await leaderOf(cluster, 'frozen');
          const follower = cluster.nodes.find((node) => node !== leader)!;
          follower.pause();
          await sleep(4_000);
          follower.resume();
          await leaderOf(cluster, 'frozen');
        },
        { requestTimeoutMs: 2_000, connectTimeoutMs: 1_000 },
      );
    }, 300_000);
  });

  describe('a partition without enough replicas', () => {
    it('is waited for, visibly, up to the delivery deadline, which fails the write by name', async () => {
      // No broker is still coming back from the trouble before.
      await leaderOf(cluster, 'frozen');
      const createTopics = { replicationFactor: 3, config: { 'min.insync.replicas': '3' } };
      const common = { brokers: cluster.brokers, createTopics };
      const log = quietLog();
      const options = kafkaOptions.parse({ ...common, topic: 'patient' });
      const patient = new KafkaSink(options, testFormat, {
        producer: (servers) => Producer.open(servers, options, { clock: hurried, log }),
        written: () => undefined,
      });
      const hasty = sinkWith({ ...common, topic: 'short', deliveryTimeoutMs: 2_000 });
      // A topic that is new takes its time.
      const early = sinkWith({ ...common, topic: 'short' });
      for (const sink of [patient, early, hasty]) await sink.open(undefined, signal);
      const [waiting, failing] = [new Workload(patient, 'patient'), new Workload(hasty, 'short')];
      for (const workload of [waiting, new Workload(early, 'short')]) await workload.write(10);
      await early.close();
      const leader = await leaderOf(cluster, 'short');
      const other = cluster.nodes.find((node) => node !== leader)!;
      await other.stop();
      const written = waiting.write(10);
      await expect(failing.write(10)).rejects.toMatchObject({
        code: 'SINK_UNREACHABLE',
        retryable: true,
        message: expect.stringMatching(/topic short, partition 0 acknowledged nothing for \d+ s: NOT_ENOUGH_REPLICAS/),
      });
      while (log.heard.length === 0) await sleep(100);
      expect(log.heard[0]).toEqual({
        level: 'warn',
        message: 'waiting for Kafka',
        facts: { waitedMs: expect.any(Number), cause: 'topic patient, partition 0: NOT_ENOUGH_REPLICAS' },
      });
      await other.launch();
      await written;
      await waiting.check(cluster.brokers);
      for (const sink of [patient, hasty]) await sink.close();
    });
  });
});

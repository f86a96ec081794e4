import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaNode, startKafka } from '../../servers/kafka.js';
import type { Cut } from '../../servers/proxy.js';
import { needs } from '../../servers/suite.js';
import { signal, sinkWith, survives as survivesAt, Workload } from './workload.js';

/** More for a long run: `KAFKA_TORTURE=10 npx vitest run test/connectors/kafka/faults.test.ts`. */
const times = Number(process.env.KAFKA_TORTURE ?? 1);
const RESTARTS = 3 * times;
const CUTS = 30 * times;

needs('own').describe('the Kafka sink over broken connections and brokers', () => {
  let kafka: KafkaNode;
  beforeAll(async () => {
    kafka = await startKafka({ properties: { 'auto.create.topics.enable': false } });
  });
  afterAll(() => kafka.remove());

  const survives = (topic: string, trouble: () => Promise<void>, options: object = {}): Promise<void> =>
    survivesAt({ brokers: kafka.proxiedBrokers, topic, createTopics: { partitions: 3 }, ...options }, trouble);

  describe('every record is written once and in order through', () => {
    it(`${CUTS} cuts in the middle of requests and answers`, async () => {
      let seed = 7;
      const random = (below: number): number => {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
        return Math.floor((seed / 2 ** 31) * below);
      };
      const { proxy } = kafka;
      const before = proxy.cuts;
      await survives('cuts', async () => {
        proxy.plan = (): Cut =>
          random(2) === 0
            ? { direction: 'request', afterBytes: 400 + random(600_000) }
            : { direction: 'answer', afterBytes: 400 + random(2_000) };
        proxy.cutAll();
        while (proxy.cuts < before + CUTS) await sleep(20);
        proxy.plan = () => null;
      });
      expect(proxy.cuts - before).toBeGreaterThanOrEqual(CUTS);
    });

    it(`${RESTARTS} clean restarts of the broker`, async () => {
      await survives('restarts', async () => {
        for (let i = 0; i < RESTARTS; i++) {
          await sleep(200);
          await kafka.restart();
        }
      });
    });

    it(`${RESTARTS} kill -9 of the broker`, async () => {
      await survives('kills', async () => {
        for (let i = 0; i < RESTARTS; i++) {
          await sleep(200);
          await kafka.kill();
          await kafka.launch();
        }
      });
    });

    it('a broker that freezes for longer than a request may take', async () => {
      await survives(
        'frozen',
        async () => {
          for (let i = 0; i < 2 * times; i++) {
            await sleep(200);
            kafka.pause();
            await sleep(1_500);
            kafka.resume();
          }
        },
        { requestTimeoutMs: 600, connectTimeoutMs: 500 },
      );
    });
  });

  describe('a broker that does not come back', () => {
    it('fails the write after the delivery deadline, retryably, with place and cause', async () => {
      const sink = sinkWith({ brokers: kafka.proxiedBrokers, deliveryTimeoutMs: 1_500 });
      await sink.open(undefined, signal);
      const workload = new Workload(sink, 'shop.numbers');
      await workload.write(10);
      await kafka.kill();
      await expect(workload.write(10)).rejects.toMatchObject({
        code: 'SINK_UNREACHABLE',
        retryable: true,
        message: expect.stringMatching(
          /^topic shop\.numbers, partition 0 acknowledged nothing for \d+ s: .*127\.0\.0\.1:/,
        ),
      });
      await sink.close();
      await kafka.launch();
    });

    it('lets a write be given up at once', async () => {
      const sink = sinkWith({ brokers: kafka.proxiedBrokers });
      await sink.open(undefined, signal);
      kafka.pause();
      const stop = new AbortController();
      const writing = new Workload(sink, 'shop.numbers').write(10, { signal: stop.signal });
      stop.abort(new Error('stop'));
      await expect(writing).rejects.toThrow('stop');
      await sink.close();
      kafka.resume();
    });
  });
});

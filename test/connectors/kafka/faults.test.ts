import { setTimeout as sleep } from 'node:timers/promises';
import { checkpointed, memoryStore, PipelineControl, type ResumableSink, runPipeline, supervise } from 'rowtide';
import { positionAfter, syntheticSource } from 'rowtide/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../connectors/kafka/clock.js';
import type { Delivery } from '../../../connectors/kafka/delivery.js';
import kafkaSink from '../../../connectors/kafka/index.js';
import { kafkaOptions } from '../../../connectors/kafka/options.js';
import { Producer } from '../../../connectors/kafka/producer.js';
import { KafkaSink } from '../../../connectors/kafka/sink.js';
import { quietLog } from '../../checkpoint/quiet.js';
import { type KafkaNode, startKafka } from '../../servers/kafka.js';
import type { Cut } from '../../servers/proxy.js';
import { needs } from '../../servers/suite.js';
import { type Found, isRight, judge } from './once/check.js';
import { deliver } from './once/numbers.js';
import { sceneOf, sinksOf } from './once/scene.js';
import { readDecided } from './reading.js';
import { testFormat, testTable, transaction } from './rows.js';
import { deleteTopic } from './topics.js';
import { signal, sinkWith, survives as survivesAt, Workload } from './workload.js';

/** More for a long run: `KAFKA_TORTURE=10 npx vitest run test/connectors/kafka/faults.test.ts`. */
const times = Number(process.env.KAFKA_TORTURE ?? 1);
const RESTARTS = 3 * times;
const CUTS = 30 * times;

/** For whom twenty seconds pass in one. */
const hasty: Clock = {
  ...systemClock,
  now: () => 20 * systemClock.now(),
  sleep: (ms, until) => systemClock.sleep(ms / 20, until),
};

needs('own').describe('the Kafka sink over broken connections and brokers', () => {
  let kafka: KafkaNode;
  beforeAll(async () => {
    const properties = {
      'auto.create.topics.enable': false,
      'transaction.abort.timed.out.transaction.cleanup.interval.ms': 200,
      // It is killed again and again, and may come back only when its session is over.
      'broker.session.timeout.ms': 1_500,
    };
    kafka = await startKafka({ properties });
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

  describe('every record is written once and in order by a broker that', () => {
    it('refuses connections for a while', async () => {
      await survives('refused', async () => {
        await kafka.proxy.refuse(true);
        kafka.proxy.cutAll();
        await sleep(1_000);
        await kafka.proxy.refuse(false);
      });
    });

    it('is slower than a request may take', async () => {
      await survives(
        'slow',
        async () => {
          kafka.proxy.throttle(100_000);
          await sleep(2_000);
          kafka.proxy.throttle(Number.POSITIVE_INFINITY);
        },
        { requestTimeoutMs: 600, connectTimeoutMs: 500 },
      );
    });

    it.each(['at-least-once', 'exactly-once'] as const)('is down when a pipeline starts, %s', async (delivery) => {
      const name = `late-${delivery}`;
      const log = quietLog();
      const control = new PipelineControl();
      const options = kafkaSink.options.parse({ brokers: kafka.brokers, topic: name, delivery });
      const store = memoryStore();
      const sink = (): ResumableSink => {
        const made = kafkaSink.create(options, { pipeline: name, log });
        return 'state' in made ? checkpointed(made, store) : made;
      };
      const source = syntheticSource({ transactions: 20, rowsPerTransaction: 10 });
      const common = { name, log, control, signal };
      await kafka.kill();
      const running = supervise({
        ...common,
        retry: { delayMsMax: 200 },
        attempt: (until) => runPipeline({ ...common, source, sink: sink(), signal: until }),
      });
      while (control.stats.retries < 3) await sleep(20);
      expect(control.stats.error).toMatch(/^Kafka broker 127\.0\.0\.1:\d+ cannot be reached: ECONNREFUSED$/);
      expect(log.heard).toContainEqual(expect.objectContaining({ level: 'warn', message: 'trying again' }));
      await kafka.launch();
      expect(await running).toBe('ended');
      const read = await readDecided(kafka.brokers, name);
      expect(read.map(({ value }) => JSON.parse(String(value)).after.id)).toEqual(
        Array.from({ length: 200 }, (_, i) => i + 1),
      );
    });
  });

  describe('a topic that is deleted while it is written to', () => {
    it('stops the pipeline by name when it does not come back', async () => {
      const options = kafkaOptions.parse({ brokers: kafka.brokers, topic: 'gone' });
      const producer: Delivery['producer'] = (cluster) => Producer.open(cluster, options, { clock: hasty });
      const sink = new KafkaSink(options, testFormat, { producer, written: () => undefined });
      await sink.open(undefined, signal);
      const workload = new Workload(sink, 'gone');
      await workload.write(10);
      await deleteTopic(kafka.brokers, 'gone');
      await expect(workload.write(10)).rejects.toMatchObject({
        code: 'SINK_CHANGED',
        retryable: false,
        message: 'topic gone was deleted since the checkpoint was made',
      });
      await sink.close();
    });
  });

  describe('a transaction that takes longer than Kafka allows', () => {
    it('is given up by name, and written anew', async () => {
      const scene = sceneOf(kafka.proxiedBrokers);
      const make = sinksOf({ ...scene, options: { ...scene.options, transactionTimeoutMs: 1_000 } });
      const sink = make();
      await sink.open(signal);
      const some = transaction(testTable('numbers'), [{ key: '1', value: 'one' }]);
      // What is written is there a second and a half before the word to commit it can be said.
      kafka.proxy.delayMs = 1_500;
      await expect(sink.write({ transactions: [some], position: positionAfter(1) }, signal)).rejects.toMatchObject({
        code: 'SINK_UNREACHABLE',
        retryable: true,
        message: expect.stringMatching(/took \d+ ms and was given up by Kafka after 1000 ms$/),
        hint: expect.stringContaining('transactionTimeoutMs'),
      });
      kafka.proxy.delayMs = 0;
      await sink.close();
      const last = await deliver(make, { last: 5 });
      expect(await judge({ ...scene, sink: make }, last)).toSatisfy((found: Found) => isRight(found, 'exactly-once'));
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

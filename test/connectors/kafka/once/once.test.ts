import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type KafkaNode, startKafka } from '../../../servers/kafka.js';
import { needs } from '../../../servers/suite.js';
import { Random } from '../../../torture/random.js';
import { type Found, isRight, judge } from './check.js';
import { killAgainAndAgain } from './kills.js';
import { deliver } from './numbers.js';
import { contend } from './rivals.js';
import { type Delivery, type Scene, sceneOf } from './scene.js';

const SEED = 20_261_121;

const found = (kafka: KafkaNode, scene: Scene, last: number): Promise<Found> =>
  judge({ ...scene, options: { ...scene.options, brokers: kafka.brokers } }, last);
const right = (delivery: Delivery) => (each: Found) => isRight(each, delivery);

async function survivesKills(kafka: KafkaNode, delivery: Delivery, kills: number): Promise<void> {
  const scene = sceneOf(kafka.brokers, { delivery });
  const { killed, last } = await killAgainAndAgain({ pipeline: scene, kills, first: 0, seed: SEED });
  expect(killed).toBe(kills);
  expect(await deliver(scene.sink, { last })).toBe(last);
  expect(await found(kafka, scene, last)).toSatisfy(right(delivery));
}

/** A sample of `npm run torture -- exactly-once at-least-once`. */
describe.each([
  { level: 2, kills: 6 },
  // As clusters before Kafka 4 have them: without an epoch for each transaction.
  { level: 0, kills: 1 },
])('transactions of version $level', ({ level, kills }) => {
  let kafka: KafkaNode;
  beforeAll(async () => {
    kafka = await startKafka({ features: { 'transaction.version': level } });
  });
  afterAll(() => kafka.remove());

  needs('own').test(`give each row once through ${kills} kill -9 in the middle of requests`, () =>
    survivesKills(kafka, 'exactly-once', kills),
  );

  needs('own').test('give each row once through cuts in the middle of requests and answers', async () => {
    const scene = sceneOf(kafka.proxiedBrokers);
    const { proxy } = kafka;
    const before = proxy.cuts;
    let cut = 0;
    proxy.plan = () =>
      cut++ % 2 === 0
        ? { direction: 'request', afterBytes: 2_000 + 37_003 * cut }
        : { direction: 'answer', afterBytes: 600 + 411 * cut };
    const reached = await deliver(scene.sink, { last: 1_000, isOver: () => proxy.cuts >= before + 10 });
    proxy.plan = () => null;
    expect(proxy.cuts - before).toBeGreaterThanOrEqual(10);
    expect(await found(kafka, scene, reached)).toSatisfy(right('exactly-once'));
  });

  needs('own').test('give each row once while one instance after the other takes over, and each says so', async () => {
    const scene = sceneOf(kafka.brokers);
    const last = await contend(scene, { takeovers: 5, random: new Random(SEED, 'rivals') });
    expect(await found(kafka, scene, last)).toSatisfy(right('exactly-once'));
  });

  needs('own').test('are not needed to lose nothing, and to repeat only what was not saved', () =>
    survivesKills(kafka, 'at-least-once', level === 2 ? 3 : 1),
  );
});

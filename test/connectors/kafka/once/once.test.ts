import { afterAll, beforeAll, expect } from 'vitest';
import { type KafkaNode, startKafka } from '../../../servers/kafka.js';
import { needs } from '../../../servers/suite.js';
import { find, isRight } from './check.js';
import { killAgainAndAgain } from './kills.js';
import { deliver } from './numbers.js';
import { sceneOf } from './scene.js';

/** A sample of `npm run torture -- exactly-once`. */
needs('own').describe.each([
  { level: 2, kills: 3 },
  // As clusters before Kafka 4 have them: without an epoch for each transaction.
  { level: 0, kills: 1 },
])('transactions of version $level', ({ level, kills }) => {
  let kafka: KafkaNode;
  beforeAll(async () => {
    kafka = await startKafka({ features: { 'transaction.version': level } });
  });
  afterAll(() => kafka.remove());

  needs('own').test(`give each row once through ${kills} kill -9 in the middle of requests`, async () => {
    const { name, options, sink } = sceneOf(kafka.brokers);
    const { killed, last } = await killAgainAndAgain({ order: { options, pipeline: name }, kills, first: 0 });
    expect(killed).toBe(kills);
    expect(await deliver(sink, { last })).toBe(last);
    expect(await find(kafka.brokers, name, last)).toSatisfy(isRight);
  });

  needs('own').test('give each row once through cuts in the middle of requests and answers', async () => {
    const { name, sink } = sceneOf(kafka.proxiedBrokers);
    const { proxy } = kafka;
    const before = proxy.cuts;
    let cut = 0;
    proxy.plan = () =>
      cut++ % 2 === 0
        ? { direction: 'request', afterBytes: 2_000 + 37_003 * cut }
        : { direction: 'answer', afterBytes: 600 + 411 * cut };
    const reached = await deliver(sink, { last: 1_000, isOver: () => proxy.cuts >= before + 10 });
    proxy.plan = () => null;
    expect(proxy.cuts - before).toBeGreaterThanOrEqual(10);
    expect(await find(kafka.brokers, name, reached)).toSatisfy(isRight);
  });
});

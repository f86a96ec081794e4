/** The Kafka sink, against all that may happen to it, to its connections and to its brokers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Found, isRight, judge } from '../connectors/kafka/once/check.js';
import { killAgainAndAgain } from '../connectors/kafka/once/kills.js';
import { changeLeaders } from '../connectors/kafka/once/leaders.js';
import { deliver, deliverDuring } from '../connectors/kafka/once/numbers.js';
import { contend } from '../connectors/kafka/once/rivals.js';
import { type Delivery, sceneOf } from '../connectors/kafka/once/scene.js';
import { startKafka, startKafkaCluster } from '../servers/kafka.js';
import type { OwnPart, OwnRound } from './fuzz.js';
import { Random } from './random.js';

const ROUNDS = 10;

interface Task {
  readonly delivery: Delivery;
  readonly seed: number;
  /** How many faults others did before, in other rounds. */
  readonly first: number;
  readonly faults: number;
}

/** Judges what is in the topic while its broker is still there. */
type Inflict = (task: Task) => Promise<Found>;

export const DELIVERY_PARTS: readonly OwnPart[] = [
  part('exactly-once-kills', { what: 'kill -9 before, in and after each request', faults: 300, inflict: kills() }),
  part('exactly-once-kills-old', {
    what: 'the same, with transactions as before Kafka 4',
    faults: 100,
    inflict: kills({ 'transaction.version': 0 }),
  }),
  part('exactly-once-cuts', { what: 'cuts in the middle of requests and answers', faults: 200, inflict: cuts }),
  part('exactly-once-broker', { what: 'restarts of the broker', faults: 50, inflict: restarts }),
  part('exactly-once-leaders', { what: 'changes of leaders among three brokers', faults: 50, inflict: leaders }),
  part('exactly-once-rivals', { what: 'instances that take over from another', faults: 50, inflict: rivals }),
  part('at-least-once-kills', { what: 'kill -9 before, in and after each request', faults: 300, inflict: kills() }),
  part('at-least-once-cuts', { what: 'cuts in the middle of requests and answers', faults: 200, inflict: cuts }),
  part('at-least-once-broker', { what: 'restarts of the broker', faults: 50, inflict: restarts }),
  part('at-least-once-leaders', { what: 'changes of leaders among three brokers', faults: 50, inflict: leaders }),
];

interface Kind {
  readonly what: string;
  readonly faults: number;
  readonly inflict: Inflict;
}

function part(name: string, { what, faults, inflict }: Kind): OwnPart {
  const delivery = name.startsWith('exactly') ? 'exactly-once' : 'at-least-once';
  const share = faults / ROUNDS;
  const run: OwnPart['run'] = (seed, round) =>
    runRound(inflict, { delivery, seed, first: round * share, faults: share });
  return { name, what, faults, rounds: ROUNDS, run };
}

async function runRound(inflict: Inflict, task: Task): Promise<OwnRound> {
  const startedAt = performance.now();
  const common = { stages: {}, verdicts: {}, faults: task.faults };
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  try {
    const found = await inflict(task);
    const error = isRight(found, task.delivery) ? null : `what is in the topic is wrong: ${JSON.stringify(found)}`;
    return { ...common, seconds: seconds(), outcomes: { rows: found.wanted, repeats: found.repeated }, error };
  } catch (error) {
    return { ...common, seconds: seconds(), outcomes: {}, error: String(error) };
  }
}

function kills(features: Readonly<Record<string, number>> = {}): Inflict {
  return async ({ delivery, seed, first, faults }) => {
    await using kafka = await startKafka({ features });
    const scene = sceneOf(kafka.brokers, { delivery });
    const { killed, last } = await killAgainAndAgain({ pipeline: scene, kills: faults, first, seed });
    // Some requests are made by one of the two kinds of transactions only.
    if (killed < faults / 2) throw new Error(`only ${killed} of ${faults} lives were killed`);
    await deliver(scene.sink, { last });
    return await judge(scene, last);
  };
}

async function cuts({ delivery, first, faults }: Task): Promise<Found> {
  await using kafka = await startKafka();
  const scene = sceneOf(kafka.proxiedBrokers, { delivery });
  const { proxy } = kafka;
  let n = first;
  // An answer that is cut off is one to a request that was carried out.
  proxy.plan = () => {
    n++;
    const afterBytes = n % 2 === 0 ? 2_000 + ((n * 37_003) % 600_000) : 600 + ((n * 411) % 5_000);
    return { direction: n % 2 === 0 ? 'request' : 'answer', afterBytes };
  };
  const last = await deliver(scene.sink, { last: Number.POSITIVE_INFINITY, isOver: () => proxy.cuts >= faults });
  proxy.plan = () => null;
  return await judge({ ...scene, options: { ...scene.options, brokers: kafka.brokers } }, last);
}

async function restarts({ delivery, first, faults }: Task): Promise<Found> {
  await using kafka = await startKafka();
  const scene = sceneOf(kafka.brokers, { delivery });
  const last = await deliverDuring(scene.sink, async () => {
    for (let i = first; i < first + faults; i++) {
      await sleep(300 + ((i * 131) % 500));
      if (i % 2 === 0) await kafka.kill();
      await kafka.restart();
    }
  });
  return await judge(scene, last);
}

async function leaders({ delivery, first, faults }: Task): Promise<Found> {
  await using cluster = await startKafkaCluster({ nodes: 3, properties: { 'replica.lag.time.max.ms': 3_000 } });
  const scene = sceneOf(cluster.brokers, { delivery, replicationFactor: 3 });
  const last = await deliverDuring(scene.sink, () =>
    changeLeaders(cluster, { topic: scene.name, changes: faults, first }),
  );
  return await judge(scene, last);
}

async function rivals({ seed, first, faults }: Task): Promise<Found> {
  await using kafka = await startKafka();
  const scene = sceneOf(kafka.brokers);
  const last = await contend(scene, { takeovers: faults, random: new Random(seed, 'rivals', first) });
  return await judge(scene, last);
}

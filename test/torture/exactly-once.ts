import { setTimeout as sleep } from 'node:timers/promises';
import { find, isRight } from '../connectors/kafka/once/check.js';
import { killAgainAndAgain } from '../connectors/kafka/once/kills.js';
import { deliver } from '../connectors/kafka/once/numbers.js';
import { type Scene, sceneOf } from '../connectors/kafka/once/scene.js';
import { type KafkaNode, startKafka } from '../servers/kafka.js';
import type { OwnPart, OwnRound } from './fuzz.js';

const BATCHES_MAX = 100_000;
const ROUNDS = 10;

interface Task {
  readonly kafka: KafkaNode;
  /** How many faults others did before, in other rounds. */
  readonly first: number;
  readonly faults: number;
}

/** Resolves to the scene, and the last batch that it holds. */
type Inflict = (task: Task) => Promise<{ scene: Scene; last: number }>;

/** The Kafka sink in transactions, against all that may happen to it and to its broker. */
export const EXACTLY_ONCE_PARTS: readonly OwnPart[] = [
  part({ name: 'exactly-once-kills', what: 'kill -9 before, in and after each request', faults: 300 }, kills),
  part(
    { name: 'exactly-once-kills-old', what: 'the same, with transactions as before Kafka 4', faults: 100 },
    kills,
    0,
  ),
  part({ name: 'exactly-once-cuts', what: 'cuts in the middle of requests and answers', faults: 200 }, cuts),
  part({ name: 'exactly-once-broker', what: 'restarts of the broker', faults: 50 }, restarts),
];

function part(
  { name, what, faults }: { name: string; what: string; faults: number },
  inflict: Inflict,
  level = 2,
): OwnPart {
  return {
    name,
    what,
    faults,
    rounds: ROUNDS,
    run: (_, round) => runRound(inflict, { level, round, faults: faults / ROUNDS }),
  };
}

async function runRound(
  inflict: Inflict,
  { level, round, faults }: { level: number; round: number; faults: number },
): Promise<OwnRound> {
  const startedAt = performance.now();
  const common = { stages: {}, verdicts: {}, faults };
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  try {
    await using kafka = await startKafka({ features: { 'transaction.version': level } });
    const { scene, last } = await inflict({ kafka, first: round * faults, faults });
    const found = await find(kafka.brokers, scene.name, last);
    const error = isRight(found) ? null : `what was committed is wrong: ${JSON.stringify(found)}`;
    return { ...common, seconds: seconds(), outcomes: { rows: found.wanted }, error };
  } catch (error) {
    return { ...common, seconds: seconds(), outcomes: {}, error: String(error) };
  }
}

async function kills({ kafka, first, faults }: Task): Promise<{ scene: Scene; last: number }> {
  const scene = sceneOf(kafka.brokers);
  const order = { options: scene.options, pipeline: scene.name };
  const { killed, last } = await killAgainAndAgain({ order, kills: faults, first });
  // Some requests are made by one of the two kinds of transactions only.
  if (killed < faults / 2) throw new Error(`only ${killed} of ${faults} lives were killed`);
  await deliver(scene.sink, { last });
  return { scene, last };
}

async function cuts({ kafka, first, faults }: Task): Promise<{ scene: Scene; last: number }> {
  const scene = sceneOf(kafka.proxiedBrokers);
  const { proxy } = kafka;
  let n = first;
  proxy.plan = () => {
    n++;
    const afterBytes = n % 2 === 0 ? 2_000 + ((n * 37_003) % 600_000) : 600 + ((n * 411) % 5_000);
    return { direction: n % 2 === 0 ? 'request' : 'answer', afterBytes };
  };
  const isOver = (): boolean => proxy.cuts >= faults;
  const last = await deliver(scene.sink, { last: BATCHES_MAX, isOver });
  proxy.plan = () => null;
  return { scene, last };
}

async function restarts({ kafka, first, faults }: Task): Promise<{ scene: Scene; last: number }> {
  const scene = sceneOf(kafka.brokers);
  let isDone = false;
  const restarting = (async () => {
    for (let i = first; i < first + faults; i++) {
      await sleep(300 + ((i * 131) % 500));
      if (i % 2 === 0) await kafka.kill();
      await kafka.restart();
    }
  })().finally(() => {
    isDone = true;
  });
  const last = await deliver(scene.sink, { last: BATCHES_MAX, isOver: () => isDone });
  await restarting;
  return { scene, last };
}

/** `rowtide run` into a replica, against kill -9 of itself, of its source and its target, and cut connections to both. */
import type { OwnPart, OwnRound } from '../fuzz.js';
import { createTables, Load } from '../load.js';
import { Random } from '../random.js';
import { brokenParts } from './broken.js';
import { differenceOf } from './contents.js';
import { FAULTS, type Fault, Harm, type Tally } from './harm.js';
import type { Life } from './life.js';
import { Scene } from './scene.js';
import { stagesOf, type Way } from './stages.js';

/** A tenth of all: what is done in a round, in an order by chance. */
const TENTH: Plan = { 'kill ours': 30, 'kill target': 5, 'kill source': 5, 'cut target': 5, 'cut source': 5 };
/** A replica that is killed all the time is to keep up, or each round would be a long wait for it. */
const PAUSE_MS_MAX = 120;
/** So often the replica has to get over it all. */
const CATCH_UP_EVERY = 15;

export type Plan = Readonly<Record<Fault, number>>;

export const REPLICA_PARTS: readonly OwnPart[] = [
  part('replica-sql', { mode: 'sql', flavour: 'mysql' }),
  part('replica-binlog', { mode: 'binlog', flavour: 'mysql' }),
  part('replica-mariadb', { mode: 'binlog', flavour: 'mariadb' }),
  ...brokenParts,
];

function part(name: string, way: Way): OwnPart {
  return {
    name,
    what: `kills of rowtide run into a replica (mode ${way.mode}), of its source and target, and cuts`,
    faults: 500,
    rounds: 10,
    run: (seed, round) => runReplicaRound(way, { seed: `${seed}/${round}`, plan: TENTH }),
    missed: (results) =>
      stagesOf(way)
        .filter((stage) => results.every(({ outcomes }) => outcomes[`killed: ${stage}`] === undefined))
        .map((stage) => `no kill hit the stage ${stage}`),
  };
}

export async function runReplicaRound(way: Way, { seed, plan }: { seed: string; plan: Plan }): Promise<OwnRound> {
  const startedAt = performance.now();
  const tally: Tally = { faults: {}, stages: {} };
  let error: string | null = null;
  try {
    await using scene = await Scene.open(way);
    error = await torture(scene, { seed, plan, tally });
  } catch (thrown) {
    error = String(thrown);
  }
  const faults = Object.values(tally.faults).reduce((sum, count) => sum + count, 0);
  const stages = Object.entries(tally.stages).map(([stage, count]) => [`killed: ${stage}`, count] as const);
  return {
    faults,
    stages: {},
    seconds: (performance.now() - startedAt) / 1000,
    verdicts: {},
    outcomes: { ...tally.faults, ...Object.fromEntries(stages) },
    error: error === null ? null : `seed ${seed}: ${error}`,
  };
}

/** What is wrong at the end, or null. The source is written to all the time. */
async function torture(
  scene: Scene,
  { seed, plan, tally }: { seed: string; plan: Plan; tally: Tally },
): Promise<string | null> {
  const random = new Random(seed, 'replica', scene.way.mode);
  const harm = new Harm(scene, { random, tally });
  await createTables(scene.source.url);
  const load = Load.start({ url: scene.source.url, seed, twoPhase: true, pauseMsMax: PAUSE_MS_MAX });
  try {
    for (const [i, fault] of shuffled(random, plan).entries()) {
      if (i % CATCH_UP_EVERY === CATCH_UP_EVERY - 1) await settle(scene);
      // A life that is in the way of one that is aimed is killed, too.
      if ((tally.faults[fault] ?? 0) < plan[fault]) await harm.inflict(fault);
    }
    await load.stop();
    const life = await settle(scene);
    await life.stop();
  } finally {
    await load.stop().catch(() => undefined);
  }
  const { source, target, way } = scene;
  return differenceOf({ source, target, way, acknowledged: load.acknowledged });
}

/** The life that runs, or a new one, has got over what was done. */
async function settle(scene: Scene): Promise<Life> {
  const life = scene.life?.isRunning ? scene.life : await scene.start(0, null);
  await scene.catchUp(life);
  return life;
}

function shuffled(random: Random, plan: Plan): Fault[] {
  const all = FAULTS.flatMap((fault) => Array.from({ length: plan[fault] }, () => fault));
  const order = all.map((fault) => ({ fault, at: random.fraction() })).sort((a, b) => a.at - b.at);
  return order.map(({ fault }) => fault);
}

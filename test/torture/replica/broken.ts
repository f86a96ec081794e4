/** Builds broken on purpose, which the torture has to find out. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnPart, OwnRound } from '../fuzz.js';
import { createTables, Load } from '../load.js';
import { differenceOf } from './contents.js';
import type { Breakage, Telling } from './life.js';
import { Scene } from './scene.js';
import type { Mode } from './stages.js';

/** What brings each of them to light. */
const TELLING: Readonly<Record<Breakage, Omit<Telling, 'breakage'>>> = {
  'rows-first': { die: { stage: 'checkpoint', count: 5 } },
  unasked: { lose: 4 },
  skip: { die: { stage: 'answered', count: 2 } },
};

const WHAT: Readonly<Record<Breakage, string>> = {
  'rows-first': 'commits rows before what says that they are there',
  unasked: 'does a transaction again when the answer to its commit is lost, and does not ask',
  skip: 'passes over a transaction',
};

/** What a replica stops with where it meets what it does not expect, or how the ends differ. */
const CAUGHT =
  /SINK_(CONFLICT|DIVERGED|REFUSED)|torture\.\w+ is |^tables |^executed |acknowledged transactions are missing/;

const LIVES = 3;
const LIFE_MS = 10_000;

export const brokenParts: readonly OwnPart[] = (['sql', 'binlog'] as const).flatMap((mode) =>
  (['rows-first', 'unasked', 'skip'] as const).map((breakage) => ({
    name: `broken-${breakage}-${mode}`,
    what: `replica (mode ${mode}) that ${WHAT[breakage]}`,
    faults: 1,
    rounds: 1,
    run: (seed) => runBrokenRound(mode, { breakage, seed: `${seed}` }),
  })),
);

export async function runBrokenRound(
  mode: Mode,
  { breakage, seed }: { breakage: Breakage; seed: string },
): Promise<OwnRound> {
  const startedAt = performance.now();
  const found = await verdictOn(mode, { breakage, seed }).catch(String);
  const caught = CAUGHT.exec(found)?.[0];
  return {
    faults: 1,
    stages: {},
    seconds: (performance.now() - startedAt) / 1000,
    verdicts: {},
    outcomes: caught === undefined ? {} : { [`caught: ${caught.trim()}`]: 1 },
    error: caught === undefined ? `the broken build was not caught: ${found}` : null,
  };
}

async function verdictOn(mode: Mode, { breakage, seed }: { breakage: Breakage; seed: string }): Promise<string> {
  const way = { mode, flavour: 'mysql' } as const;
  await using scene = await Scene.open(way);
  const { url } = scene.source;
  await createTables(url);
  // What goes wrong is to be about rows, not about tables that are there already or not yet.
  const first = await scene.start(0, null);
  await scene.catchUp(first);
  await first.stop();
  // Of what is prepared in two phases a part is skipped that the server itself would miss.
  const load = Load.start({ url, seed, twoPhase: false });
  try {
    for (let i = 0; i < LIVES; i++) {
      const life = await scene.start(0, { ...TELLING[breakage], breakage });
      const end = await Promise.race([life.ended, sleep(LIFE_MS, null, { ref: false })]);
      if (end !== null && end !== 'SIGKILL') throw life.failed('ended by itself');
      await life.remove();
    }
    await load.stop();
    const life = await scene.start(0, null);
    await scene.catchUp(life);
    await life.stop();
  } finally {
    await load.stop().catch(() => undefined);
  }
  const { source, target } = scene;
  return (await differenceOf({ source, target, way, acknowledged: load.acknowledged })) ?? 'both ends are equal';
}

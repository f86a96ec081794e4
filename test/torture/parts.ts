/** The ways to be tortured. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Verdict } from './oracle.js';
import { type Arena, type RoundOptions, type RoundResult, runRound, type Servers } from './round.js';
import { STAGES, type Stage } from './stages.js';
import type { Breakage, SinkKind } from './subject.js';

export interface Part {
  readonly name: string;
  readonly what: string;
  /** How many of them, in `rounds` rounds. */
  readonly faults: number;
  readonly rounds: number;
  readonly sinks: readonly SinkKind[];
  /** A program broken on purpose, whose verdict must be guilty. */
  readonly breakage?: Breakage;
  readonly throughProxy?: boolean;
  inflict(arena: Arena): Promise<void>;
}

export const PARTS: readonly Part[] = [
  kills('kafka', 0),
  // Begins with the stages that a tenth of the other one does not get to.
  kills('file', 5),
  {
    name: 'cuts',
    what: 'cuts of the MySQL connection inside packets',
    faults: 50,
    rounds: 10,
    sinks: ['kafka', 'file'],
    throughProxy: true,
    inflict: cutConnections,
  },
  {
    name: 'broker',
    what: 'restarts of the broker',
    faults: 20,
    rounds: 10,
    sinks: ['kafka'],
    inflict: restart(({ kafka }) => kafka),
  },
  {
    name: 'mysql',
    what: 'restarts of MySQL',
    faults: 10,
    rounds: 10,
    sinks: ['kafka', 'file'],
    inflict: restart(({ mysql }) => mysql),
  },
  broken('save-first', 'kafka'),
  broken('save-first', 'file'),
  broken('gtid-at-event', 'kafka'),
  broken('gtid-at-event', 'file'),
];

export interface PartRound {
  readonly servers: Servers;
  readonly seed: number;
  readonly evidence?: string;
  /** From 0. */
  readonly round: number;
}

/** One of the rounds of a part: a tenth of it, or all where there is only one. */
export function runPartRound(part: Part, { round, ...common }: PartRound): Promise<RoundResult> {
  const faults = part.faults / part.rounds;
  const options: RoundOptions = {
    ...part,
    ...common,
    faults,
    first: round * faults,
    // The stream itself stops where an XA PREPARE was lost; of a broken build it is the oracle that has to notice.
    twoPhase: part.breakage === undefined,
    name: `${part.name}-${round}`,
  };
  return runRound(options);
}

/** Why rounds of a part do not pass, in sentences. A broken build has to be caught in one of them. */
export function failuresOf(part: Part, results: readonly RoundResult[]): string[] {
  const errors = results.flatMap(({ error }) => error ?? []);
  const findings = results.flatMap(({ verdicts }) => Object.entries(verdicts).flatMap(findingsOf));
  if (part.breakage === undefined) return [...errors, ...findings];
  return errors.length > 0 || findings.length > 0 ? errors : ['the broken build was not caught'];
}

function findingsOf([sink, { changes, findings }]: [string, Verdict]): string[] {
  if (changes === 0) return [`${sink}: nothing was logged, so nothing was proved`];
  return findings.map(({ count, violation, example }) => `${sink}: ${count} changes ${violation}, such as ${example}`);
}

/** Stages at which no kill hit. */
export function missedStages(results: readonly RoundResult[]): Stage[] {
  return STAGES.filter((stage) => !results.some(({ stages }) => (stages[stage] ?? 0) > 0));
}

function kills(sink: SinkKind, firstStage: number): Part {
  return {
    name: `kills-${sink}`,
    what: `kill -9 of rowtide run into ${sink === 'kafka' ? 'Kafka' : 'a file'}`,
    faults: 100,
    rounds: 10,
    sinks: [sink],
    inflict: (arena) => killAgainAndAgain(arena, firstStage),
  };
}

/** Every second one at a stage that is given, the others at any moment, and half of those without our overlay. */
async function killAgainAndAgain({ random, faults, first, tally, start }: Arena, firstStage: number): Promise<void> {
  for (let i = first; i < first + faults; i++) {
    const isAimed = i % 2 === 0;
    const stage = STAGES[(i / 2 + firstStage) % STAGES.length] ?? 'reading';
    const die = isAimed ? { die: { stage, count: entryOf(stage, random.between(1, 12)) } } : {};
    const subject = await start({ telling: i % 4 !== 3, ...die });
    await (isAimed
      ? Promise.race([subject.ended, sleep(AIMED_MS, null, { ref: false })])
      : sleep(random.between(50, 1800)));
    await subject.kill();
    const hit = subject.stage ?? 'untold';
    tally.stages[hit] = (tally.stages[hit] ?? 0) + 1;
    tally.faults++;
  }
}

/** In this time a run gets to every stage a dozen times; else it is killed where it is. */
const AIMED_MS = 30_000;

/** A run starts and opens once. */
function entryOf(stage: Stage, entry: number): number {
  return stage === 'starting' || stage === 'opening' ? 1 : entry;
}

/** Where there is most to lose: behind what claims to have been written, and before it is. */
const FATAL_STAGES: readonly Stage[] = ['writing', 'renamed'];

function broken(breakage: Breakage, sink: SinkKind): Part {
  return {
    name: `broken-${breakage}-${sink}`,
    what: `kill -9 of a build broken on purpose (${breakage}) into ${sink === 'kafka' ? 'Kafka' : 'a file'}`,
    faults: 6,
    rounds: 1,
    sinks: [sink],
    breakage,
    throughProxy: true,
    inflict: (arena) => killBroken(arena, breakage),
  };
}

async function killBroken({ servers, random, faults, first, tally, start }: Arena, breakage: Breakage): Promise<void> {
  // Slow enough that the reader is often in the middle of a transaction when a batch is handed over.
  servers.proxy.throttle(1_000_000);
  try {
    for (let i = first; i < first + faults; i++) {
      const die = { stage: FATAL_STAGES[i % FATAL_STAGES.length]!, count: random.between(2, 30) };
      const subject = await start({ telling: true, die, breakage });
      await Promise.race([subject.ended, sleep(AIMED_MS, null, { ref: false })]);
      await subject.kill();
      tally.faults++;
    }
  } finally {
    servers.proxy.throttle(Number.POSITIVE_INFINITY);
  }
}

async function cutConnections({ servers, random, faults, tally, start, caughtUp }: Arena): Promise<void> {
  const { proxy } = servers;
  const subject = await start({ telling: false });
  for (let i = 0; i < faults; i++) {
    await caughtUp(subject);
    // The stream itself; then, now and then, the very next connection while it logs in.
    await proxy.cutOpenAfterBytes(random.between(1, 100_000));
    if (random.chance(0.3)) proxy.cutAfterBytes(random.between(1, 300));
    tally.faults++;
  }
  await caughtUp(subject);
}

interface Restartable {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** In turn after a kill -9 and in good order. */
function restart(serverOf: (servers: Servers) => Restartable): Part['inflict'] {
  return async ({ servers, random, faults, first, tally, start, caughtUp }) => {
    const server = serverOf(servers);
    const subject = await start({ telling: false });
    for (let i = first; i < first + faults; i++) {
      await caughtUp(subject);
      await sleep(random.between(0, 1000));
      if (i % 2 === 0) await server.kill();
      await server.restart();
      tally.faults++;
    }
    await caughtUp(subject);
  };
}

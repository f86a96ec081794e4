import { killRelay, killSemiSync } from '../relay/kills.js';
import { SEMI_SYNC_SOURCES, type SemiSyncKind } from '../relay/sources.js';
import { Random } from '../roundtrip/random.js';
import type { OwnPart, OwnRound } from './fuzz.js';

const ROUNDS = 5;

/** Relays that are killed: with clients whose commits wait for them, and in the middle of writing as fast as they can. */
export const RELAY_PARTS: readonly OwnPart[] = SEMI_SYNC_SOURCES.flatMap((kind) => [
  semiSync(kind),
  broken(kind),
  relay(kind),
]);

function semiSync(kind: SemiSyncKind): OwnPart {
  return {
    name: `semi-sync-${kind.name}`,
    what: `kills of a semi-sync relay (50) and its source (20) under 2,000 commits of 16 clients on ${kind.title}`,
    faults: 70,
    rounds: ROUNDS,
    run: (seed, round) =>
      timed(14, async () => {
        const random = new Random(seed * 1000 + round);
        const result = await killSemiSync({ kind, random, clients: 16, commits: 400, kills: 10, restarts: 4 });
        const { lost, doubled, different, committed, kills, restarts } = result;
        const errors = [
          ...(lost.length > 0 ? [`${lost.length} commits are not in the relay, such as ${lost[0]}`] : []),
          ...(doubled.length > 0 ? [`${doubled.length} rows are in it twice, such as ${doubled[0]}`] : []),
          ...different,
        ];
        return {
          outcomes: { commits: committed, kills, restarts, lost: lost.length },
          error: errors.join('\n') || null,
        };
      }),
  };
}

/** It must be noticed. */
function broken(kind: SemiSyncKind): OwnPart {
  return {
    name: `semi-sync-broken-${kind.name}`,
    what: `kills of a relay that acknowledges to ${kind.title} before it writes`,
    faults: 5,
    rounds: 1,
    run: (seed) =>
      timed(5, async () => {
        const random = new Random(seed);
        const options = { kind, random, clients: 16, commits: 150, kills: 5, restarts: 0, acksFirst: true };
        const { lost, committed } = await killSemiSync(options);
        const error = lost.length > 0 ? null : 'the broken build was not caught';
        return { outcomes: { commits: committed, lost: lost.length }, error };
      }),
  };
}

function relay(kind: SemiSyncKind): OwnPart {
  return {
    name: `relay-${kind.name}`,
    what: `kill -9 of a relay of ${kind.title} in the middle of writing`,
    faults: 100,
    rounds: ROUNDS,
    run: (seed, round) =>
      timed(20, async () => {
        const result = await killRelay({ kind, random: new Random(seed * 1000 + round), kills: 20 });
        const { transactions, files, problems } = result;
        return { outcomes: { transactions, files }, error: problems.join('\n') || null };
      }),
  };
}

async function timed(faults: number, work: () => Promise<Pick<OwnRound, 'outcomes' | 'error'>>): Promise<OwnRound> {
  const startedAt = performance.now();
  const common = { stages: {}, verdicts: {}, faults };
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  try {
    const result = await work();
    return { ...common, ...result, seconds: seconds() };
  } catch (error) {
    return { ...common, outcomes: {}, seconds: seconds(), error: String(error) };
  }
}

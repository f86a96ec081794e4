import { statSync } from 'node:fs';
import { isPlain, recordedFiles } from '../fuzz/recorded.js';
import { fuzz, type Outcomes, type Work } from '../fuzz/run.js';
import type { RoundResult } from './round.js';

/** A way to be tortured that needs no server: the decoder against damaged logs. */
export interface FuzzPart {
  readonly name: string;
  readonly what: string;
  readonly faults: number;
  readonly rounds: number;
  work(seed: number, round: number): Work;
}

export interface FuzzRound extends RoundResult {
  readonly outcomes: Outcomes;
}

const MUTATIONS = 1_000_000;
const MUTATION_ROUNDS = 100;
const FLIP_ROUNDS = 200;

export const FUZZ_PARTS: readonly FuzzPart[] = [
  {
    name: 'fuzz-mutations',
    what: 'changed events in logs without checksums',
    faults: MUTATIONS,
    rounds: MUTATION_ROUNDS,
    work: (seed, round) => {
      const count = MUTATIONS / MUTATION_ROUNDS;
      return { kind: 'mutations', seed, first: round * count, count };
    },
  },
  {
    name: 'fuzz-flips',
    what: 'bits of logs with checksums, all of them, turned around one at a time',
    faults: recordedFiles()
      .filter(isPlain)
      .reduce((bits, { path }) => bits + statSync(path).size * 8, 0),
    rounds: FLIP_ROUNDS,
    work: (_, round) => ({ kind: 'flips', first: round, step: FLIP_ROUNDS }),
  },
];

export async function runFuzzRound(part: FuzzPart, seed: number, round: number): Promise<FuzzRound> {
  const startedAt = performance.now();
  const { done, outcomes, failures } = await fuzz(part.work(seed, round));
  const seconds = (performance.now() - startedAt) / 1000;
  return { faults: done, stages: {}, seconds, verdicts: {}, outcomes, error: failures.join('\n') || null };
}

/** A part's results for a person. */
export function fuzzSummary({ name, what }: FuzzPart, results: readonly FuzzRound[]): string {
  const total: Record<string, number> = {};
  for (const { outcomes } of results) {
    for (const [code, count] of Object.entries(outcomes)) total[code] = (total[code] ?? 0) + count;
  }
  const sum = (numberOf: (result: FuzzRound) => number): number =>
    results.reduce((all, result) => all + numberOf(result), 0);
  const lines = [
    `${name}: ${sum(({ faults }) => faults)} ${what}, ${sum(({ seconds }) => seconds).toFixed(0)} s`,
    ...Object.entries(total).map(([code, count]) => `  ${code.padEnd(20)} ${count}`),
    ...results.flatMap(({ error }) => (error === null ? [] : `  FAILED: ${error}`)),
  ];
  return `${lines.join('\n')}\n`;
}

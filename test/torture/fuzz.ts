import { statSync } from 'node:fs';
import { isPlain, recordedFiles } from '../fuzz/recorded.js';
import { fuzz, type Outcomes, type Work } from '../fuzz/run.js';
import type { RoundResult } from './round.js';

/** A way to be tortured that brings what it needs. */
export interface OwnPart {
  readonly name: string;
  readonly what: string;
  readonly faults: number;
  readonly rounds: number;
  run(seed: number, round: number): Promise<OwnRound>;
  /** What all rounds together should have done and did not, in sentences. */
  missed?(results: readonly OwnRound[]): readonly string[];
}

export interface OwnRound extends RoundResult {
  /** How often each came out, by name. */
  readonly outcomes: Outcomes;
}

const MUTATIONS = 1_000_000;
const MUTATION_ROUNDS = 100;
const FLIP_ROUNDS = 200;

/** The decoder against damaged logs. */
export const FUZZ_PARTS: readonly OwnPart[] = [
  {
    name: 'fuzz-mutations',
    what: 'changed events in logs without checksums',
    faults: MUTATIONS,
    rounds: MUTATION_ROUNDS,
    run: (seed, round) => {
      const count = MUTATIONS / MUTATION_ROUNDS;
      return runFuzz({ kind: 'mutations', seed, first: round * count, count });
    },
  },
  {
    name: 'fuzz-flips',
    what: 'bits of logs with checksums, all of them, turned around one at a time',
    faults: recordedFiles()
      .filter(isPlain)
      .reduce((bits, { path }) => bits + statSync(path).size * 8, 0),
    rounds: FLIP_ROUNDS,
    run: (_, round) => runFuzz({ kind: 'flips', first: round, step: FLIP_ROUNDS }),
  },
];

async function runFuzz(work: Work): Promise<OwnRound> {
  const startedAt = performance.now();
  const { done, outcomes, failures } = await fuzz(work);
  const seconds = (performance.now() - startedAt) / 1000;
  return { faults: done, stages: {}, seconds, verdicts: {}, outcomes, error: failures.join('\n') || null };
}

/** A part's results for a person. */
export function ownSummary(
  { name, what }: OwnPart,
  { results, failures }: { results: readonly OwnRound[]; failures: readonly string[] },
): string {
  const total: Record<string, number> = {};
  for (const { outcomes } of results) {
    for (const [code, count] of Object.entries(outcomes)) total[code] = (total[code] ?? 0) + count;
  }
  const sum = (numberOf: (result: OwnRound) => number): number =>
    results.reduce((all, result) => all + numberOf(result), 0);
  const lines = [
    `${name}: ${sum(({ faults }) => faults)} ${what}, ${sum(({ seconds }) => seconds).toFixed(0)} s`,
    ...Object.entries(total).map(([code, count]) => `  ${code.padEnd(20)} ${count}`),
    ...failures.map((failure) => `  FAILED: ${failure}`),
  ];
  return `${lines.join('\n')}\n`;
}

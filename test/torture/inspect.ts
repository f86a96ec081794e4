import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Comparison } from '../inspect/comparison/compare.js';
import { brokenFiles, combinationsOn, inputs, severalFiles, throughStdin } from '../inspect/comparison/comparisons.js';
import { run } from '../inspect/comparison/run.js';
import { RECORDED, record } from '../inspect/record.js';
import type { OwnPart, OwnRound } from './fuzz.js';

/** Statements of one random session. */
const STATEMENTS = 300;

/** What inspect prints against what the real tools print. */
export const INSPECT_PARTS: readonly OwnPart[] = [
  part('inspect-options', 'outputs of recorded logs, by every combination of options', () =>
    combinationsOn(inputs(), { sample: false }),
  ),
  part('inspect-files', 'outputs of several files and of pipes', () => [
    ...severalFiles(inputs()),
    ...throughStdin(inputs(), { sample: false }),
  ]),
  part('inspect-broken', 'outputs of broken files', (folder) => brokenFiles(inputs(), { folder, step: 1 })),
  {
    ...part('inspect-random', 'outputs of the logs of random sessions', () => []),
    faults: RECORDED.length,
    rounds: RECORDED.length,
    run: async (seed, round) => {
      const recorded = RECORDED[round]!;
      const options = { seed: `${seed}/${round}`, count: STATEMENTS };
      return inFolder(async (folder) => {
        await record(recorded, { folder, ...options });
        return compareAll([...combinationsOn(inputs(folder), { sample: true })]);
      });
    },
  },
];

function part(name: string, what: string, comparisons: (folder: string) => Iterable<Comparison>): OwnPart {
  const all = (): Promise<OwnRound> => inFolder((folder) => compareAll(comparisons(folder)));
  return { name, what: `${what} compared with those of the real tools`, faults: 1, rounds: 1, run: all };
}

async function compareAll(comparisons: Iterable<Comparison>): Promise<OwnRound> {
  const startedAt = performance.now();
  const { compared, equal, empty, differences } = await run(comparisons);
  const seconds = (performance.now() - startedAt) / 1000;
  const outcomes = { equal, 'equal but empty, not counted': empty, different: differences.length };
  return { faults: compared, stages: {}, seconds, verdicts: {}, outcomes, error: differences.join('\n') || null };
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-compare-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

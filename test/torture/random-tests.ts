import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnPart, OwnRound } from './fuzz.js';

const TESTS = join(import.meta.dirname, '..');
/** Unless the environment says how much. */
const MORE = { ROWTIDE_SCALE: '3', ROWTIDE_DDL: '400', ROWTIDE_KILLS: '6' } as const;

export interface RandomTestsOptions {
  readonly name: string;
  /** How many seeds each of them is run with. */
  readonly runs: number;
  /** Only tests of this folder. */
  readonly under?: string;
}

/** The suite's tests that draw values or statements at random, with seeds that nobody tried before, and more of them. */
export function randomTests({ name, runs, under = '' }: RandomTestsOptions): OwnPart {
  const files = randomFiles().filter((file) => file.startsWith(under));
  return {
    name,
    what: 'random test files, with more of everything',
    faults: files.length * runs,
    rounds: files.length * runs,
    run: (seed, round) => runFile(files[round % files.length]!, seed + Math.floor(round / files.length)),
  };
}

/** Test files that take the seed of the run. */
function randomFiles(): string[] {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
  return files.filter((name) =>
    /roundtrip\/random\.js|\.\/random\.js|\/properties\.js/.test(readFileSync(join(TESTS, name), 'utf8')),
  );
}

/** What fails is printed by vitest itself. */
async function runFile(file: string, seed: number): Promise<OwnRound> {
  process.stdout.write(`ROWTIDE_SEED=${seed} test/${file}\n`);
  const startedAt = performance.now();
  const passed = await passes(file, seed);
  const seconds = (performance.now() - startedAt) / 1000;
  const outcomes = passed ? { passed: 1 } : { failed: 1 };
  const error = passed ? null : `test/${file} with ROWTIDE_SEED=${seed}`;
  return { faults: 1, stages: {}, seconds, verdicts: {}, outcomes, error };
}

function passes(file: string, seed: number): Promise<boolean> {
  const args = ['run', `test/${file}`, '--silent=passed-only', '--testTimeout=600000'];
  const env = { ...MORE, ...process.env, ROWTIDE_SEED: String(seed) };
  const child = spawn('node_modules/.bin/vitest', args, { cwd: join(TESTS, '..'), env, stdio: 'inherit' });
  const kill = (): boolean => child.kill();
  process.once('exit', kill);
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('close', (code) => {
      process.off('exit', kill);
      resolve(code === 0);
    }),
  );
}

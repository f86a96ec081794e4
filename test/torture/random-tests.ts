/** The suite's tests that draw values or statements at random, with seeds that nobody tried before, and more of them. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TESTS = join(import.meta.dirname, '..');
const MORE = { ROWTIDE_SCALE: '3', ROWTIDE_DDL: '400', ROWTIDE_KILLS: '6' } as const;

/** Returns the seeds with which a test failed. `under`: only tests of this folder. */
export async function runRandomTests(runs: number, firstSeed: number | undefined, under = ''): Promise<number[]> {
  const files = randomTests().filter((name) => name.startsWith(join('test', under)));
  const failed: number[] = [];
  for (let run = 0; run < runs; run++) {
    const seed = firstSeed === undefined ? randomInt(2 ** 31) : firstSeed + run;
    process.stdout.write(`random ${run + 1} of ${runs}: ROWTIDE_SEED=${seed}, ${files.length} files\n`);
    if (!(await passes(files, seed))) failed.push(seed);
  }
  const verdict = failed.length === 0 ? 'no failures' : `FAILED with ROWTIDE_SEED=${failed.join(' and ')}`;
  process.stdout.write(`random: ${runs} seeds, ${verdict}\n`);
  return failed;
}

/** Test files that take the seed of the run. */
function randomTests(): string[] {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
  return files
    .filter((name) =>
      /roundtrip\/random\.js|\.\/random\.js|\/properties\.js/.test(readFileSync(join(TESTS, name), 'utf8')),
    )
    .map((name) => join('test', name));
}

/** What fails is printed by vitest itself. */
function passes(files: readonly string[], seed: number): Promise<boolean> {
  const env = { ...process.env, ...MORE, ROWTIDE_SEED: String(seed) };
  const args = ['vitest', 'run', ...files, '--silent=passed-only', '--testTimeout=600000'];
  const child = spawn('npx', args, { cwd: join(TESTS, '..'), env, stdio: 'inherit' });
  return new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve(code === 0)));
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
/** Held as a whole, it would be far above the bound. */
const BYTES = 384 * 2 ** 20;
/** The benchmark's own bound is 200, for a machine that does nothing else; beside other tests memory is freed later. */
const RSS_MIB_MAX = 320;

interface Result {
  readonly name: string;
  readonly rows: number;
  readonly rssMiB: number;
}

beforeAll(async () => {
  await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', join(ROOT, 'bench/tsconfig.json')]);
});

test('a transaction larger than memory may be goes through whole pipelines, and their memory stays bounded', async () => {
  const main = join(ROOT, 'bench/out/bench/main.js');
  const ended = run(process.execPath, [main, 'huge', 'file to null', 'file to JSON lines', '--bytes', `${BYTES}`]);
  // Above its own bound the benchmark ends with 1, and has said what it found all the same.
  const { stdout } = await ended.catch((error: { stdout: string }) => error);
  const { results } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { results: Result[] };
  expect(results.map(({ name }) => name)).toEqual(['file to null', 'file to JSON lines']);
  for (const { rssMiB } of results) expect(rssMiB).toBeLessThanOrEqual(RSS_MIB_MAX);
}, 180_000);

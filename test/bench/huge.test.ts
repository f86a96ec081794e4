import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
/** Six times what is held in memory; held as a whole, it would not fit under the bound. */
const BYTES = 192 * 2 ** 20;

interface Result {
  readonly name: string;
  readonly rows: number;
  readonly rssMiB: number;
  readonly rssMiBMax: number;
}

beforeAll(async () => {
  await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', join(ROOT, 'bench/tsconfig.json')]);
});

test('a transaction larger than memory may be goes through whole pipelines, and their memory stays bounded', async () => {
  const main = join(ROOT, 'bench/out/bench/main.js');
  const { stdout } = await run(process.execPath, [
    main,
    'huge',
    'file to null',
    'file to JSON lines',
    '--bytes',
    `${BYTES}`,
  ]);
  const { results } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { results: Result[] };
  expect(results.map(({ name }) => name)).toEqual(['file to null', 'file to JSON lines']);
  for (const { rssMiB, rssMiBMax } of results) expect(rssMiB).toBeLessThanOrEqual(rssMiBMax);
}, 180_000);

/** What `rowtide inspect` prints against what the real tools print; `npm run torture -- inspect` compares all of it. */

import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Comparison } from './compare.js';
import { brokenFiles, combinationsOn, inOtherStyle, inputs, severalFiles, throughStdin } from './comparisons.js';
import { run } from './run.js';

const files = inputs();
const folder = join(tmpdir(), `rowtide-broken-${process.pid}`);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('prints what the real tools print', () => {
  equal('with every combination of options', () => combinationsOn(files, { sample: true }), 200);
  equal('for several files in one call', () => severalFiles(files), 15);
  equal('for a file from a pipe', () => throughStdin(files, { sample: true }), 40);
  equal('in the other style', () => inOtherStyle(files), 15);
  equal('for broken files, with the same exit status', () => brokenFiles(files, { folder, step: 29 }), 50);
});

function equal(name: string, comparisons: () => Iterable<Comparison>, atLeast: number): void {
  test(name, async () => {
    const { compared, differences } = await run(comparisons());
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(atLeast);
  }, 300_000);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { compiled } from '../compiled.js';
import { Random, seedOf } from '../roundtrip/random.js';

const KILLS = 50;
const saver = join(import.meta.dirname, 'saver.ts');

/** Kills a process that saves without a pause, a random moment after its first save. */
const random = new Random(seedOf('moments of kills'));

async function killOnce(path: string): Promise<{ found: number; saved: number }> {
  const child = spawn(process.execPath, [await compiled(saver), path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let found = Number.NaN;
  let saved = 0;
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    const [what, sequence] = line.split(' ');
    if (what === 'found') found = Number(sequence);
    else saved = Number(sequence);
  });
  while (saved === 0) await once(lines, 'line');
  await delay(random.int(0, 20));
  const [exited, closed] = [once(child, 'exit'), once(lines, 'close')];
  child.kill('SIGKILL');
  await Promise.all([exited, closed]);
  return { found, saved };
}

test(`${KILLS} kills while saving: what was saved is always there, whole`, { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rowtide-kill-'));
  const path = join(folder, 'killed.json');
  let before = 0;
  let leftovers = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { found, saved } = await killOnce(path);
    // One more may have been saved than the killed process could still say.
    expect(found, `kill ${kill}`).toBeGreaterThanOrEqual(before);
    expect(found).toBeLessThanOrEqual(before + 1);
    before = Math.max(found, saved);
    const names = await readdir(folder);
    if (names.includes('killed.json.tmp') || !names.includes('killed.json')) leftovers++;
  }
  expect(before).toBeGreaterThanOrEqual(KILLS);
  // Otherwise no kill fell into a save, and nothing was tested.
  expect(leftovers).toBeGreaterThan(0);
  await rm(folder, { recursive: true });
});

import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { withLock } from './lock.js';

/** Outside the checkout, so that a fresh clone does not download again. */
export const cacheFolder =
  process.env.ROWTIDE_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rowtide');

/**
 * The folder `name` of the cache, built by `build` if it is not there yet. It appears whole or not at all, and two runs
 * that want the same one build it once.
 */
export async function cached(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder, name);
  if (existsSync(folder)) return folder;
  return withLock(folder, async () => {
    if (existsSync(folder)) return folder;
    const unfinished = `${folder}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await build(unfinished);
    await mkdir(dirname(folder), { recursive: true });
    await rename(unfinished, folder);
    return folder;
  });
}

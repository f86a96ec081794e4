import { copyFile } from 'node:fs/promises';
import type { StoredCheckpoint } from '../checkpoint/checkpoint.js';
import { readCheckpointFile, replaceCheckpointFile } from '../checkpoint/file.js';
import { RowtideError } from '../core/errors.js';
import type { LogPosition } from '../core/position.js';

/** What a checkpoint file holds. Throws IO if there is none. */
export async function readStored(path: string): Promise<StoredCheckpoint> {
  const stored = await readCheckpointFile(path);
  if (stored !== undefined) return stored;
  throw new RowtideError('IO', `there is no checkpoint ${path}`, {
    hint: 'A pipeline makes it when it first runs; where that one begins is what `from` and --from say.',
  });
}

/** Where the checkpoint that `moveStored` replaced is kept. */
export function replacedPath(path: string): string {
  return `${path}.replaced`;
}

/**
 * Moves a checkpoint on purpose, and keeps the one before. What its sink stored stays: the sink goes on from where it
 * is. Throws CHECKPOINT_LOCKED while a pipeline owns the file.
 */
export async function moveStored(
  path: string,
  to: (stored: StoredCheckpoint) => LogPosition,
): Promise<{ before: StoredCheckpoint; after: StoredCheckpoint }> {
  const before = await readStored(path);
  const after: StoredCheckpoint = {
    ...before,
    generation: before.generation + 1,
    // Prepared transactions that were held belong to the old place.
    position: { source: before.position.source, log: to(before), held: [] },
  };
  await copyFile(path, replacedPath(path));
  await replaceCheckpointFile(path, after);
  return { before, after };
}

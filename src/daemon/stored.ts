import { copyFile } from 'node:fs/promises';
import type { StoredCheckpoint } from '../checkpoint/checkpoint.js';
import { readCheckpointFile, replaceCheckpointFile } from '../checkpoint/file.js';
import { RowtideError } from '../core/errors.js';
import type { LogPosition } from '../core/position.js';
import { positionText } from './status.js';

/** What a checkpoint file holds. Throws IO if there is none. */
export async function readStored(path: string): Promise<StoredCheckpoint> {
  const stored = await readCheckpointFile(path);
  if (stored !== undefined) return stored;
  throw new RowtideError('IO', `there is no checkpoint ${path}`, {
    hint: 'A pipeline makes it when it first runs; where that one begins is what `from` and --from say.',
  });
}

/**
 * For sinks that keep their own checkpoints: throws CHECKPOINT_MISMATCH where the pipeline has one in a file, from another
 * delivery or sink, in place of which it would begin somewhere else.
 */
export async function refuseLeftCheckpoint(path: string, pipeline: string): Promise<void> {
  const left = await readCheckpointFile(path);
  if (left === undefined) return;
  const place = positionText(left.position);
  const message = `pipeline ${pipeline} has the checkpoint ${path} (at ${place}), and its sink, which keeps its own, would not go on from there`;
  throw new RowtideError('CHECKPOINT_MISMATCH', message, {
    hint: `Go back to the sink and the delivery before. To change them for good, let the source begin there (from: ${place}), and move the file away.`,
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

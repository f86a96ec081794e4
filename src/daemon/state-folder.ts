import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RowtideError } from '../core/errors.js';

/** Made for its owner alone: spooled transactions hold row data. */
export async function makeStateFolder(stateDir: string): Promise<void> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await chmod(stateDir, 0o700);
  } catch (cause) {
    throw new RowtideError('IO', `cannot make the state folder ${stateDir}: ${(cause as Error).message}`, {
      hint: 'It is named by `state` in the configuration, and must belong to the user that runs rowtide.',
      cause,
    });
  }
}

/** Where the daemon that owns the folder listens. */
export function controlPath(stateDir: string): string {
  return join(stateDir, 'control.sock');
}

/** The checkpoint of a pipeline whose sink does not remember for itself. */
export function checkpointPath(stateDir: string, pipeline: string): string {
  return join(stateDir, `${pipeline}.checkpoint.json`);
}

export function spoolPath(stateDir: string): string {
  return join(stateDir, 'spool');
}

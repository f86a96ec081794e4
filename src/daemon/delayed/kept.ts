import { type Files, ioError, readText, syncFolderOf, systemFiles, writeNewFile } from '../../checkpoint/files.js';
import { decodePosition, encodePosition, isObject } from '../../checkpoint/position.js';
import { RowtideError } from '../../core/errors.js';
import type { Position } from '../../core/position.js';

/** What a delayed replica remembers of what people said, over restarts. */
export interface Kept {
  /** It stands still until a person lets it go on. */
  readonly isPaused: boolean;
  /** Where it stood then, so that what waits behind it can be told before anything is applied. */
  readonly position: Position | undefined;
  /** Transactions that a person let through the guard: GTIDs, or file:offset. */
  readonly allowed: readonly string[];
}

const NOTHING: Kept = { isPaused: false, position: undefined, allowed: [] };

/** Of the pipeline whose checkpoint it stands beside. */
export function keptPath(checkpoint: string): string {
  return `${checkpoint}.delayed`;
}

export async function readKept(path: string, files: Files = systemFiles): Promise<Kept> {
  const text = await readText(path, files);
  if (text === undefined) return NOTHING;
  const refuse = (reason: string): RowtideError =>
    new RowtideError('CHECKPOINT_CORRUPT', `${path} is damaged: ${reason}`, {
      hint: 'It says whether the delayed replica was paused, and what a person let through its guard. Move it away, and say both again.',
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse('it is not JSON');
  }
  if (!isObject(json) || typeof json.isPaused !== 'boolean' || !isTexts(json.allowed)) throw refuse('it lacks a part');
  const position = json.position === undefined ? undefined : decodePosition(json.position, refuse);
  return { isPaused: json.isPaused, position, allowed: json.allowed };
}

/** Durable when it resolves. */
export async function writeKept(
  path: string,
  { isPaused, position, allowed }: Kept,
  files: Files = systemFiles,
): Promise<void> {
  const json = { isPaused, allowed, ...(position !== undefined && { position: encodePosition(position) }) };
  const aside = `${path}.tmp`;
  try {
    await files.rm(aside, { force: true });
    await writeNewFile(aside, `${JSON.stringify(json, null, 2)}\n`, files);
    await files.rename(aside, path);
    await syncFolderOf(path, files);
  } catch (cause) {
    throw ioError(`cannot save ${path}`, cause);
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

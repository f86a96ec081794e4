import { constants } from 'node:fs';
import * as promises from 'node:fs/promises';
import { dirname } from 'node:path';
import { RowtideError } from '../core/errors.js';

/** The calls that durable files are made of, so that a test can put failing ones in their place. */
export type Files = Pick<typeof promises, 'open' | 'rename' | 'rm' | 'link' | 'stat' | 'readFile' | 'writeFile'>;

export const systemFiles: Files = promises;

/** Text of a file, undefined without one. Symbolic links are refused: who plants one chooses what we read and replace. */
export async function readText(path: string, files: Files): Promise<string | undefined> {
  try {
    return await files.readFile(path, { encoding: 'utf8', flag: constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (codeOf(error) === 'ELOOP') throw symbolicLink(path);
    throw ioError(`cannot read ${path}`, error);
  }
}

/** A new file that is durable when this resolves; its name is not, before `syncFolderOf`. */
export async function writeNewFile(path: string, text: string, files: Files): Promise<void> {
  const file = await files.open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in `path`'s folder durable: a new or renamed file is not there for good until its folder is. */
export async function syncFolderOf(path: string, files: Files): Promise<void> {
  // Windows cannot open a folder, and needs not.
  if (process.platform === 'win32') return;
  const folder = await files.open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The system's name for an error: ENOSPC, ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** An IO error with the cause in its sentence. Only a lack of space is worth another try: space comes back. */
export function ioError(what: string, cause: unknown): RowtideError {
  const code = codeOf(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const hint = 'Make space: nothing is lost, the pipeline goes on from the last checkpoint.';
    return new RowtideError('IO', `${what}: no space left (${code})`, { cause, hint, retryable: true });
  }
  const message = `${what}: ${cause instanceof Error ? cause.message : String(cause)}`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const hint = 'Let this user write there, then start it again, or say rowtide resume: nothing is lost.';
    return new RowtideError('IO', message, { cause, hint });
  }
  return new RowtideError('IO', message, { cause });
}

function symbolicLink(path: string): RowtideError {
  return new RowtideError('IO', `${path} is a symbolic link`, { hint: 'Give the path that the link points to.' });
}

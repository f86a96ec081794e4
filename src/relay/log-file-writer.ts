import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RowtideError } from '../core/errors.js';
import { MAGIC } from './scan.js';

/** Writes one log file, whole events after each other. Every write has its place, so that none can be doubled. */
export class LogFileWriter {
  readonly path: string;
  readonly #file: FileHandle;
  #at: number;

  private constructor(path: string, file: FileHandle, at: number) {
    this.path = path;
    this.#file = file;
    this.#at = at;
  }

  /** A new file in the place of whatever was there. Its name is durable, and it holds what names it a log file. */
  static async create(path: string): Promise<LogFileWriter> {
    const file = await open(path, 'w', 0o640).catch(failure(path));
    try {
      const writer = new LogFileWriter(path, file, 0);
      await writer.append([MAGIC]);
      await syncFolder(dirname(path));
      return writer;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Goes on at `at` with a file that is there. What stands behind that was torn, and is cut off. */
  static async resume(path: string, at: number): Promise<LogFileWriter> {
    const file = await open(path, 'r+').catch(failure(path));
    await file.truncate(at).catch(failure(path));
    return new LogFileWriter(path, file, at);
  }

  async append(chunks: readonly Buffer[]): Promise<void> {
    let left = chunks;
    while (left.length > 0) {
      const { bytesWritten } = await this.#file.writev(left, this.#at).catch(failure(this.path));
      this.#at += bytesWritten;
      left = behind(left, bytesWritten);
    }
  }

  /** What was written is on the disk when this resolves. */
  async sync(): Promise<void> {
    await this.#file.datasync().catch(failure(this.path));
  }

  /** The same, and nothing more can be written. */
  async close(): Promise<void> {
    try {
      await this.#file.sync().catch(failure(this.path));
    } finally {
      await this.#file.close();
    }
  }
}

/** What is left of the chunks behind their first `bytes`. */
function behind(chunks: readonly Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  const rest: Buffer[] = [];
  for (const chunk of chunks) {
    if (left < chunk.length) rest.push(left === 0 ? chunk : chunk.subarray(left));
    left = Math.max(0, left - chunk.length);
  }
  return rest;
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder, and needs not.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r').catch(failure(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function failure(path: string): (cause: Error) => never {
  return (cause) => {
    throw new RowtideError('IO', `${path}: ${cause.message}`, {
      hint: 'Check the folder, its space, and that this user may write to it. What was written before is kept.',
      cause,
    });
  };
}

import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { RowtideError } from '../core/errors.js';

/** Bytes of one log file, or of several one after the other, wherever they come from. */
export interface Input {
  /** For messages. */
  readonly path: string;
  /** What positions call it. */
  readonly name: string;
  /** Null: only its end will tell. */
  size(): Promise<number | null>;
  /**
   * Reads from `offset` on what is there and fits, and waits only until `atLeast` bytes are; returns how many there
   * were: less than `atLeast` only at the end.
   */
  read(into: Buffer, offset: number, atLeast: number): Promise<number>;
  /** Whether a read may begin anywhere, and before another one is needed. */
  readonly isFile: boolean;
  /** Nothing before `offset` is read again. */
  forget(offset: number): void;
  close(): Promise<void>;
}

/** A path of a file, a pipe or a device. Errors are IO, and name it. */
export async function openInput(path: string, signal: AbortSignal): Promise<Input> {
  const handle = await open(path, 'r').catch((error: Error) => {
    throw ioError(path, error);
  });
  const stat = await handle.stat();
  if (stat.isFile()) return new FileInput(path, handle);
  await handle.close();
  if (stat.isDirectory()) throw ioError(path, new Error('it is a folder'));
  return new StreamInput(path, createReadStream(path, { signal }));
}

class FileInput implements Input {
  readonly isFile = true;
  readonly path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  get name(): string {
    return basename(this.path);
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(into: Buffer, offset: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead } = await this.#handle
        .read(into, filled, into.length - filled, offset + filled)
        .catch((error) => {
          throw ioError(this.path, error as Error);
        });
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  forget(): void {}

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** A pipe: what was read and is not forgotten stays here, so that it can be read again. */
export class StreamInput implements Input {
  readonly isFile = false;
  readonly path: string;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #kept: Buffer[] = [];
  /** Offsets of the first byte kept, and behind the last one. */
  #from = 0;
  #to = 0;
  #ended = false;

  constructor(path: string, stream: Readable) {
    this.path = path;
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  get name(): string {
    return basename(this.path);
  }

  async size(): Promise<null> {
    return null;
  }

  async read(into: Buffer, offset: number, atLeast: number): Promise<number> {
    while (!this.#ended && this.#to < offset + atLeast) await this.#more();
    let filled = 0;
    let at = this.#from;
    for (const chunk of this.#kept) {
      if (filled === into.length) break;
      if (at + chunk.length > offset) filled += chunk.copy(into, filled, Math.max(0, offset - at));
      at += chunk.length;
    }
    return filled;
  }

  async #more(): Promise<void> {
    const next = await this.#chunks.next();
    if (next.done === true) {
      this.#ended = true;
      return;
    }
    this.#kept.push(next.value);
    this.#to += next.value.length;
  }

  forget(offset: number): void {
    let first = this.#kept[0];
    while (first !== undefined && this.#from + first.length <= offset) {
      this.#from += first.length;
      this.#kept.shift();
      first = this.#kept[0];
    }
  }

  async close(): Promise<void> {
    this.#stream.destroy();
    this.#kept = [];
  }
}

function ioError(path: string, error: Error): RowtideError {
  return new RowtideError('IO', `${path}: ${error.message}`, {
    hint: 'Check the path, and that this user may read it.',
    cause: error,
  });
}

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { RowtideError } from '../../core/errors.js';
import type { Output } from '../../inspect/output.js';
import { hearErrors, writeChunk } from '../output.js';

const CHUNK_BYTES = 64 * 1024;

/** Where the text goes: standard output, or the file of --result-file. */
export class Writer {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
    hearErrors(stream);
  }

  /** Whether enough stands to be written. */
  isDue(output: Output): boolean {
    return output.length >= CHUNK_BYTES;
  }

  async write(output: Output): Promise<void> {
    const chunk = output.take();
    if (chunk.length > 0) await writeChunk(this.#stream, chunk);
    output.recycle(chunk);
  }

  async close(): Promise<void> {
    if (this.#stream === process.stdout) return;
    this.#stream.end();
    await once(this.#stream, 'close');
  }
}

/** Errors are IO, and name the file. */
export async function openWriter(path: string | undefined): Promise<Writer> {
  if (path === undefined) return new Writer(process.stdout);
  const stream = createWriteStream(path);
  try {
    await once(stream, 'open');
  } catch (cause) {
    throw new RowtideError('IO', `cannot write ${path}: ${(cause as Error).message}`, {
      hint: 'Check the folder, and that this user may write there.',
      cause,
    });
  }
  return new Writer(stream);
}

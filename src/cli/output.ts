import type { Writable } from 'node:stream';
import { RowtideError } from '../core/errors.js';
import type { ForgetfulSink } from '../core/sink.js';
import type { Printer } from './print/printer.js';

const CHUNK_CHARACTERS = 64 * 1024;

/** Prints what it is given; repeats what a crash left unsaved. Throws OUTPUT_CLOSED when nobody reads any more. */
export function printingSink(printer: Printer, stream: Writable): ForgetfulSink {
  return {
    async open() {
      hearErrors(stream);
    },
    async write({ transactions }, signal) {
      let text = '';
      for await (const chunk of printer(transactions, signal)) {
        if (typeof chunk !== 'string') await writeChunk(stream, chunk);
        else {
          text += chunk;
          if (text.length < CHUNK_CHARACTERS) continue;
          await writeChunk(stream, text);
          text = '';
        }
      }
      if (text !== '') await writeChunk(stream, text);
    },
    state: () => ({}),
    close: async () => undefined,
  };
}

function ignore(): void {}

/** The error of a write comes to its callback, and as an event: unheard, that would end the process. */
export function hearErrors(stream: Writable): void {
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
}

/** Resolves when the chunk may be used again. Throws OUTPUT_CLOSED when nobody reads any more. */
export function writeChunk(stream: Writable, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(failure(error)) : resolve()));
  });
}

function failure(error: NodeJS.ErrnoException): RowtideError {
  const isClosed = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
  const code = isClosed ? 'OUTPUT_CLOSED' : 'IO';
  return new RowtideError(code, `cannot write to standard output: ${error.message}`, { cause: error });
}

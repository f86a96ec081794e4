import type { Writable } from 'node:stream';
import {
  type Batch,
  type ForgetfulSink,
  type Format,
  ioError,
  LineWriter,
  RowtideError,
  type SinkState,
} from 'rowtide';

export interface StreamSinkOptions {
  /** Stays open: it is not ours. */
  readonly stream: Writable;
  readonly format: Format;
}

/**
 * A line for each change, to whoever reads. What was handed to the system cannot be taken back, so a crash before the
 * checkpoint repeats the last batch: at least once. Throws OUTPUT_CLOSED when the reader goes away.
 */
export class StreamSink implements ForgetfulSink {
  readonly #stream: Writable;
  readonly #lines: LineWriter;

  constructor({ stream, format }: StreamSinkOptions) {
    this.#stream = stream;
    this.#lines = new LineWriter(format);
  }

  async open(saved: SinkState | undefined): Promise<void> {
    if (saved !== undefined && saved.stdout !== true) {
      throw new RowtideError('SINK_CHANGED', 'the checkpoint is of another sink, not of the standard output', {
        hint: 'Give each sink its own checkpoint.',
      });
    }
    // Failures come through the callback of each write; without a listener they would end the process as well.
    this.#stream.on('error', ignore);
  }

  async write({ transactions }: Batch, signal: AbortSignal): Promise<void> {
    for await (const chunk of this.#lines.chunks(transactions, signal)) {
      signal.throwIfAborted();
      await this.#writeChunk(chunk, signal);
    }
  }

  state(): SinkState {
    return { stdout: true };
  }

  async close(): Promise<void> {
    // The stream tells of a failure once more, a moment after its callback.
    setImmediate(() => this.#stream.off('error', ignore));
  }

  /** Resolves when the system took all of it: a reader that stands still holds the pipeline, not the memory. */
  async #writeChunk(chunk: Buffer, signal: AbortSignal): Promise<void> {
    const giveUp = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { signal: giveUp.signal });
        this.#stream.write(chunk, (error) => (error ? reject(failure(error)) : resolve()));
      });
    } finally {
      giveUp.abort();
    }
  }
}

function ignore(): void {}

function failure(error: Error): RowtideError {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') {
    return new RowtideError('OUTPUT_CLOSED', 'whoever read our output went away', { cause: error });
  }
  return ioError('cannot write to the standard output', error);
}

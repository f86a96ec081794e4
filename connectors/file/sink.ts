import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import {
  type Batch,
  type Files,
  type ForgetfulSink,
  type Format,
  ioError,
  LineWriter,
  type Log,
  RowtideError,
  type SinkState,
  syncFolderOf,
  systemFiles,
} from 'rowtide';

export interface FileSinkOptions {
  readonly path: string;
  readonly format: Format;
  readonly log: Log;
  /** Whether a file with content may be begun on; it is kept, and written behind. */
  readonly append?: boolean;
  readonly files?: Files;
}

/** What a checkpoint says of the file. */
interface FileState {
  readonly bytes: number;
  /** CRC32 of the last bytes before that length: tells another file of the same name. */
  readonly tail: string;
}

const TAIL_BYTES = 4096;

/**
 * A line for each change. The file's length is part of the checkpoint, and `open` cuts off what was written after it,
 * so that a crash neither tears a line nor repeats one.
 */
export class FileSink implements ForgetfulSink {
  readonly #path: string;
  readonly #append: boolean;
  readonly #log: Log;
  readonly #files: Files;
  readonly #lines: LineWriter;
  #opened: OpenFile | undefined;
  #state: FileState = { bytes: 0, tail: '' };

  constructor({ path, format, log, append = false, files = systemFiles }: FileSinkOptions) {
    this.#path = path;
    this.#append = append;
    this.#log = log;
    this.#files = files;
    this.#lines = new LineWriter(format);
  }

  async open(saved: SinkState | undefined): Promise<void> {
    const path = this.#path;
    const state = saved === undefined ? undefined : parseState(saved, path);
    this.#opened = await OpenFile.open(path, this.#files, state === undefined);
    const bytes = await this.#opened.size();
    if (state === undefined) {
      await this.#begin(this.#opened, bytes);
      return;
    }
    if (bytes < state.bytes) throw tooShort(path, state.bytes, bytes);
    if ((await this.#opened.tail(state.bytes)) !== state.tail) throw otherContent(path, state.bytes);
    if (bytes > state.bytes) {
      this.#log.warn({ file: path, bytes: bytes - state.bytes }, 'cutting off what was written after the checkpoint');
      await this.#opened.truncate(state.bytes);
    }
    this.#state = state;
  }

  async write({ transactions }: Batch, signal: AbortSignal): Promise<void> {
    const file = this.#opened;
    if (file === undefined) throw new Error('open comes before write');
    if (transactions.length === 0) return;
    await file.assertOurs(this.#state.bytes);
    let bytes = this.#state.bytes;
    let writing = Promise.resolve();
    try {
      for await (const chunk of this.#lines.chunks(transactions, signal)) {
        await writing;
        signal.throwIfAborted();
        writing = file.write(chunk, bytes);
        // Awaited above or below; it may fail while the next chunk is made.
        writing.catch(() => undefined);
        bytes += chunk.length;
      }
      await writing;
    } finally {
      await writing.catch(() => undefined);
    }
    await file.sync();
    this.#state = { bytes, tail: await file.tail(bytes) };
  }

  state(): SinkState {
    return { ...this.#state };
  }

  async close(): Promise<void> {
    await this.#opened?.close();
    this.#opened = undefined;
  }

  async #begin(file: OpenFile, bytes: number): Promise<void> {
    if (bytes > 0 && !this.#append) throw notEmpty(this.#path, bytes);
    if (bytes > 0 && !(await file.endsALine(bytes))) throw unendedLine(this.#path);
    this.#state = { bytes, tail: await file.tail(bytes) };
  }
}

/** The open file, with errors that name it. */
class OpenFile {
  readonly #path: string;
  readonly #files: Files;
  readonly #handle: FileHandle;

  private constructor(path: string, files: Files, handle: FileHandle) {
    this.#path = path;
    this.#files = files;
    this.#handle = handle;
  }

  static async open(path: string, files: Files, create: boolean): Promise<OpenFile> {
    const handle = await openOrCreate(path, files, create);
    try {
      if (!(await handle.stat()).isFile()) throw notRegular(path);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new OpenFile(path, files, handle);
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  /** What the name leads to must be what we write to, and no longer than we made it. */
  async assertOurs(bytes: number): Promise<void> {
    const named = await this.#files.stat(this.#path).catch(() => undefined);
    const ours = await this.#handle.stat();
    if (named === undefined || named.ino !== ours.ino || named.dev !== ours.dev) throw movedAway(this.#path);
    if (ours.size !== bytes) throw fenced(this.#path, bytes, ours.size);
  }

  /** CRC32 of the last bytes before `end`. */
  async tail(end: number): Promise<string> {
    const from = Math.max(0, end - TAIL_BYTES);
    return crc32(await this.#read(from, end))
      .toString(16)
      .padStart(8, '0');
  }

  async endsALine(bytes: number): Promise<boolean> {
    return (await this.#read(bytes - 1, bytes))[0] === 0x0a;
  }

  async write(chunk: Buffer, at: number): Promise<void> {
    try {
      for (let done = 0; done < chunk.length; ) {
        done += (await this.#handle.write(chunk, done, chunk.length - done, at + done)).bytesWritten;
      }
    } catch (error) {
      throw ioError(`cannot write ${this.#path}`, error);
    }
  }

  async sync(): Promise<void> {
    try {
      await this.#handle.datasync();
    } catch (error) {
      throw ioError(`cannot make ${this.#path} durable`, error);
    }
  }

  async truncate(bytes: number): Promise<void> {
    try {
      await this.#handle.truncate(bytes);
    } catch (error) {
      throw ioError(`cannot cut ${this.#path}`, error);
    }
    await this.sync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #read(from: number, to: number): Promise<Buffer> {
    const bytes = Buffer.alloc(to - from);
    try {
      await this.#handle.read(bytes, 0, bytes.length, from);
    } catch (error) {
      throw ioError(`cannot read ${this.#path}`, error);
    }
    return bytes;
  }
}

async function openOrCreate(path: string, files: Files, create: boolean): Promise<FileHandle> {
  try {
    return await files.open(path, 'r+');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing) throw ioError(`cannot open ${path}`, error);
    if (!create) throw gone(path);
  }
  try {
    // Nobody else's business, as it holds rows; who wants other rights makes the empty file beforehand.
    const handle = await files.open(path, 'wx+', 0o600);
    await syncFolderOf(path, files);
    return handle;
  } catch (error) {
    throw ioError(`cannot make ${path}`, error);
  }
}

function parseState({ bytes, tail }: SinkState, path: string): FileState {
  if (typeof bytes === 'number' && typeof tail === 'string') return { bytes, tail };
  throw new RowtideError('SINK_CHANGED', `the checkpoint is of another sink, not of the file ${path}`, {
    hint: 'Give each sink its own checkpoint.',
  });
}

const START_OVER = 'or start over: move both the file and the checkpoint away.';

function gone(path: string): RowtideError {
  const hint = `Put the file back, ${START_OVER}`;
  return new RowtideError('SINK_CHANGED', `${path} is gone, but the checkpoint says that it was written`, { hint });
}

function tooShort(path: string, expected: number, found: number): RowtideError {
  const message = `${path} should have at least ${expected} bytes by the checkpoint, but has ${found}`;
  return new RowtideError('SINK_CHANGED', message, { hint: `Put the file back that was written, ${START_OVER}` });
}

function otherContent(path: string, expected: number): RowtideError {
  const message = `${path} is not the file of the checkpoint: what it holds before byte ${expected} is something else`;
  return new RowtideError('SINK_CHANGED', message, { hint: `Put the file back that was written, ${START_OVER}` });
}

function movedAway(path: string): RowtideError {
  return new RowtideError('SINK_CHANGED', `${path} was moved or deleted while it was written`, {
    hint: `Put it back, ${START_OVER} To rotate it, stop the pipeline first.`,
  });
}

function fenced(path: string, expected: number, found: number): RowtideError {
  const message = `another process writes to ${path}: it has ${found} bytes, we wrote up to ${expected}`;
  return new RowtideError('SINK_FENCED', message, { hint: 'Give each pipeline its own file.' });
}

function notEmpty(path: string, bytes: number): RowtideError {
  return new RowtideError('SINK_CHANGED', `${path} has ${bytes} bytes already, and no checkpoint says what they are`, {
    hint: 'Move the file away, put its checkpoint back, or set append: true to keep what it holds and write behind it.',
  });
}

function unendedLine(path: string): RowtideError {
  return new RowtideError('SINK_CHANGED', `${path} cannot be appended to: its last line does not end`, {
    hint: 'Complete or remove its last line.',
  });
}

function notRegular(path: string): RowtideError {
  return new RowtideError('SINK_REFUSED', `${path} is not a regular file`, {
    hint: 'A pipe or terminal cannot be cut back after a crash: use the stdout sink.',
  });
}

import { RowtideError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { decodeCheckpoint, encodeCheckpoint, type StoredCheckpoint } from './checkpoint.js';
import { type Files, ioError, readText, syncFolderOf, systemFiles, writeNewFile } from './files.js';
import { OwnerLock } from './owner.js';
import type { Checkpoint, CheckpointStore } from './store.js';

export interface FileStoreOptions {
  readonly path: string;
  /** Whose checkpoint it is; another one's is refused. */
  readonly pipeline: string;
  readonly log: Log;
  readonly files?: Files;
}

/**
 * A checkpoint in a file, the one before it beside it as `PATH.prev`, its owner in `PATH.lock`.
 * Every crash leaves a whole checkpoint: a new one is written to `PATH.tmp` and made durable before it takes the name.
 */
export function fileStore(options: FileStoreOptions): CheckpointStore {
  return new FileStore(options);
}

/** What a checkpoint file says, whoever owns it: for people. Undefined if there is none. */
export async function readCheckpointFile(path: string, files = systemFiles): Promise<StoredCheckpoint | undefined> {
  const text = await readText(path, files);
  return text === undefined ? undefined : decodeCheckpoint(text, path);
}

/** Puts a checkpoint into a file on purpose, whatever is there now. Refused while a pipeline owns the file. */
export async function replaceCheckpointFile(
  path: string,
  stored: StoredCheckpoint,
  files = systemFiles,
): Promise<void> {
  const lock = await OwnerLock.acquire(`${path}.lock`, files);
  try {
    await replace(path, encodeCheckpoint(stored), { files, keepPrevious: false });
  } finally {
    await lock.release();
  }
}

class FileStore implements CheckpointStore {
  readonly #path: string;
  readonly #pipeline: string;
  readonly #log: Log;
  readonly #files: Files;
  #lock: OwnerLock | undefined;
  /** What the file held when we last saw it: anything else there is another process's. */
  #text: string | undefined;
  /** Whether `#text` is worth keeping as the previous checkpoint: not if it is damaged. */
  #whole = false;
  #generation = 0;
  #failure: RowtideError | undefined;

  constructor({ path, pipeline, log, files = systemFiles }: FileStoreOptions) {
    this.#path = path;
    this.#pipeline = pipeline;
    this.#log = log;
    this.#files = files;
  }

  async load(): Promise<Checkpoint | undefined> {
    this.#lock = await OwnerLock.acquire(`${this.#path}.lock`, this.#files);
    this.#text = await readText(this.#path, this.#files);
    const stored = await this.#newest();
    if (stored === undefined) return undefined;
    if (stored.pipeline !== this.#pipeline) throw foreign(this.#path, stored.pipeline, this.#pipeline);
    this.#generation = stored.generation;
    return { position: stored.position, sink: stored.sink };
  }

  /** After a failure nothing is saved any more: a second fsync may claim success for what the first one lost. */
  async save({ position, sink }: Checkpoint): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const generation = this.#generation + 1;
    const text = encodeCheckpoint({ pipeline: this.#pipeline, generation, position, sink });
    try {
      await this.#assertUnchanged();
      await replace(this.#path, text, { files: this.#files, keepPrevious: this.#whole });
    } catch (error) {
      this.#failure = error instanceof RowtideError ? error : ioError(`cannot save ${this.#path}`, error);
      throw this.#failure;
    }
    this.#text = text;
    this.#whole = true;
    this.#generation = generation;
  }

  async close(): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
  }

  async #newest(): Promise<StoredCheckpoint | undefined> {
    const { stored, damage } = decodeIfWhole(this.#text, this.#path);
    this.#whole = stored !== undefined;
    if (stored !== undefined) return stored;
    const path = `${this.#path}.prev`;
    const previous = decodeIfWhole(await readText(path, this.#files), path);
    if (previous.stored !== undefined) {
      const facts = {
        file: path,
        generation: previous.stored.generation,
        cause: damage?.message ?? `${this.#path} is gone`,
      };
      this.#log.warn(facts, 'going on from the previous checkpoint: changes since then may come twice');
      return previous.stored;
    }
    if (damage !== undefined || previous.damage !== undefined) throw noneWhole(damage, previous.damage);
    return undefined;
  }

  /** Compare and set: a process that stood still while another one took over must not write an older position. */
  async #assertUnchanged(): Promise<void> {
    if (this.#lock === undefined) throw new Error('load comes before save');
    await this.#lock.assertOwned();
    if ((await readText(this.#path, this.#files)) !== this.#text) throw changed(this.#path);
  }
}

async function replace(path: string, text: string, how: { files: Files; keepPrevious: boolean }): Promise<void> {
  const { files, keepPrevious } = how;
  const aside = `${path}.tmp`;
  // Left by a crash; the lock says that nobody is writing it now.
  await files.rm(aside, { force: true });
  try {
    await writeNewFile(aside, text, files);
    // A crash between the two leaves only the previous one, which is whole; a link would not work on every file system.
    if (keepPrevious) await files.rename(path, `${path}.prev`);
    await files.rename(aside, path);
    await syncFolderOf(path, files);
  } catch (error) {
    await files.rm(aside, { force: true }).catch(() => undefined);
    throw error;
  }
}

interface Decoded {
  readonly stored?: StoredCheckpoint;
  readonly damage?: RowtideError;
}

function decodeIfWhole(text: string | undefined, path: string): Decoded {
  if (text === undefined) return {};
  try {
    return { stored: decodeCheckpoint(text, path) };
  } catch (error) {
    if (error instanceof RowtideError && error.code === 'CHECKPOINT_CORRUPT') return { damage: error };
    throw error;
  }
}

function noneWhole(...damages: readonly (RowtideError | undefined)[]): RowtideError {
  const causes = damages.filter((each) => each !== undefined);
  const message = causes.map((each) => each.message).join('; ');
  const hint =
    'Put a whole copy back, or choose where to go on with `rowtide checkpoint set`: what lies between is repeated or lost.';
  return new RowtideError('CHECKPOINT_CORRUPT', `no usable checkpoint: ${message}`, { hint, cause: causes[0] });
}

function foreign(path: string, found: string, wanted: string): RowtideError {
  return new RowtideError('CHECKPOINT_MISMATCH', `${path} belongs to pipeline "${found}", not to "${wanted}"`, {
    hint: 'Give each pipeline its own checkpoint, or rename the pipeline back.',
  });
}

function changed(path: string): RowtideError {
  return new RowtideError('CHECKPOINT_LOCKED', `${path} was changed by another process`, {
    hint: 'Two pipelines must not share a checkpoint: stop one of them, or give it another file.',
  });
}

import { type Files, ioError, readText, syncFolderOf, systemFiles, writeNewFile } from '../../checkpoint/files.js';
import { RowtideError } from '../../core/errors.js';
import { decodeHistory, encodeBeginning, encodeChange } from './encode.js';
import type { HistoryStore, RecordedChange, StoredHistory } from './store.js';

/** The history of a checkpoint stands beside it; who owns the one owns the other. */
export function historyPath(checkpoint: string): string {
  return `${checkpoint}.schemas`;
}

/** A history in a file that only grows. */
export function fileHistoryStore(path: string, files: Files = systemFiles): HistoryStore {
  return new FileHistoryStore(path, files);
}

class FileHistoryStore implements HistoryStore {
  readonly #path: string;
  readonly #files: Files;
  /** What is whole and durable. */
  #bytes = 0;
  #failure: RowtideError | undefined;

  constructor(path: string, files: Files) {
    this.#path = path;
    this.#files = files;
  }

  async load(): Promise<StoredHistory | undefined> {
    const text = await readText(this.#path, this.#files);
    if (text === undefined) return undefined;
    const { history, length } = decodeHistory(text, this.#path);
    this.#bytes = Buffer.byteLength(text.slice(0, length));
    return history;
  }

  async begin(history: StoredHistory): Promise<void> {
    const text = `${encodeBeginning(history)}${history.changes.map(encodeChange).join('')}`;
    const aside = `${this.#path}.tmp`;
    await this.#durably(async () => {
      await this.#files.rm(aside, { force: true });
      await writeNewFile(aside, text, this.#files);
      await this.#files.rename(aside, this.#path);
      await syncFolderOf(this.#path, this.#files);
    });
    this.#bytes = Buffer.byteLength(text);
  }

  async append(change: RecordedChange): Promise<void> {
    const line = Buffer.from(encodeChange(change));
    await this.#durably(async () => {
      const file = await this.#files.open(this.#path, 'r+');
      try {
        // A change that a crash cut off.
        await file.truncate(this.#bytes);
        await file.write(line, 0, line.length, this.#bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    });
    this.#bytes += line.length;
  }

  /** After a failure nothing is written any more: a second fsync may claim success for what the first one lost. */
  async #durably(write: () => Promise<void>): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await write();
    } catch (error) {
      this.#failure = error instanceof RowtideError ? error : ioError(`cannot save ${this.#path}`, error);
      throw this.#failure;
    }
  }
}

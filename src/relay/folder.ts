import { constants, existsSync } from 'node:fs';
import { open, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, ioError, readText, systemFiles } from '../checkpoint/files.js';
import { isObject } from '../checkpoint/position.js';
import { RowtideError } from '../core/errors.js';
import type { LogPoint } from '../core/event.js';
import type { LogPosition, SourceIdentity } from '../core/position.js';
import { checkSequence } from '../source/file-names.js';
import { syncFolder } from './log-file-writer.js';
import type { StoredFile } from './retention.js';

/** What a relay remembers of its source. */
export interface RelaySource extends SourceIdentity {
  /** How positions in its log are written down. */
  readonly positions: LogPosition['kind'];
}

const FORMAT = 1;
const SOURCE_FILE = 'relay.json';
const END_FILE = 'relay.end';
const INDEX = /^(.+)\.index$/;

/** Whether a relay has received something into it. */
export function isRelayFolder(path: string): boolean {
  return existsSync(join(path, SOURCE_FILE));
}

/**
 * The files of a relay beside its log files:
 *
 *   NAME.index   the log files, oldest first, as a server's index has them: `./NAME.000007`
 *   relay.json   whose log it is
 *   relay.end    `FILE OFFSET`: how far the log was on the disk a moment ago, or farther; only ever behind the truth
 *   FILE.unsynced  a file that could not be brought to the disk, and must not be believed
 */
export class RelayFolder {
  readonly path: string;
  #files: readonly string[] = [];
  #source: RelaySource | null = null;
  #indexChanged: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** Log files, oldest first. */
  get files(): readonly string[] {
    return this.#files;
  }

  /** Null until something was received. */
  get source(): RelaySource | null {
    return this.#source;
  }

  pathOf(file: string): string {
    return join(this.path, file);
  }

  /** What the folder holds. Throws RELAY_DAMAGED where that is not what was put into it. */
  async load(): Promise<void> {
    const names = await readdir(this.path).catch((cause) => {
      throw ioError(`cannot read the relay folder ${this.path}`, cause);
    });
    const unsynced = names.find((name) => name.endsWith('.unsynced'));
    if (unsynced !== undefined) throw notSynced(this.pathOf(unsynced.slice(0, -'.unsynced'.length)));
    this.#source = await this.#readSource();
    // Asked before the index, which names a file before anything in it is durable.
    const end = await this.lastEnd();
    const index = names.find((name) => INDEX.test(name));
    const text = index === undefined ? '' : ((await readText(this.pathOf(index), systemFiles)) ?? '');
    this.#files = text.split('\n').flatMap((line) => (line === '' ? [] : [line.replace(/^\.\//, '')]));
    // Its writer may have begun a file since the names were read, and removed one since the index was.
    const missing = this.#files.find((file) => !names.includes(file) && !existsSync(this.pathOf(file)));
    if (missing !== undefined) throw isMissing(this.pathOf(missing));
    if (end !== null && !this.#files.includes(end.file)) throw isUnlisted(this.pathOf(end.file));
    checkSequence(this.#files);
  }

  async remember(source: RelaySource): Promise<void> {
    const { flavour, id, positions } = source;
    await this.#replace(SOURCE_FILE, `${JSON.stringify({ format: FORMAT, flavour, id, positions }, null, 2)}\n`);
    this.#source = source;
  }

  /** A new file, behind all others. */
  add(file: string): Promise<void> {
    return this.#changeIndex((files) => (files.includes(file) ? files : [...files, file]));
  }

  /** The oldest files leave the index first, so that none is ever missing from it. */
  async remove(files: readonly string[]): Promise<void> {
    const left = (all: readonly string[]): readonly string[] => all.filter((file) => !files.includes(file));
    try {
      await this.#changeIndex(left);
    } catch (error) {
      if (!isFull(error)) throw error;
      // A full disk has no room for a new index, either.
      for (const file of files) await truncate(this.pathOf(file));
      await this.#changeIndex(left);
    }
    for (const file of files) await rm(this.pathOf(file), { force: true });
  }

  /** The oldest files that a crash kept `remove` from removing: emptied for their space, or not in the index any more. */
  async removeLeft(): Promise<void> {
    const sizes = await Promise.all(this.#files.map(async (file) => (await this.stored(file)).sizeBytes));
    const begin = sizes.findIndex((bytes) => bytes > 0);
    if (begin > 0) await this.#changeIndex((files) => files.slice(begin));
    const first = this.#files[0];
    if (first === undefined) return;
    const stem = first.replace(/\d+$/, '');
    const isLeft = (name: string): boolean =>
      name.startsWith(stem) &&
      /^\d+$/.test(name.slice(stem.length)) &&
      Number(name.slice(stem.length)) < numberOf(first);
    for (const name of (await readdir(this.path)).filter(isLeft)) await rm(this.pathOf(name), { force: true });
  }

  async stored(file: string): Promise<StoredFile> {
    try {
      const { size, mtimeMs } = await stat(this.pathOf(file));
      return { name: file, sizeBytes: size, modifiedMs: mtimeMs };
    } catch (error) {
      throw codeOf(error) === 'ENOENT' ? isMissing(this.pathOf(file)) : ioError(this.pathOf(file), error);
    }
  }

  /** Where the end was a moment ago; null where nobody said it. */
  async lastEnd(): Promise<LogPoint | null> {
    const text = (await readText(this.pathOf(END_FILE), systemFiles)) ?? '';
    const [, file, offset] = /^(\S+) 0*(\d+)\n$/.exec(text) ?? [];
    return file === undefined ? null : { file, offset: Number(offset) };
  }

  async openEndNote(): Promise<EndNote> {
    return EndNote.open(this.pathOf(END_FILE));
  }

  /** Durable, so that no later start believes what the system may have in memory only. */
  async noteUnsynced(file: string): Promise<void> {
    await this.#replace(`${file}.unsynced`, '');
  }

  async #readSource(): Promise<RelaySource | null> {
    const path = this.pathOf(SOURCE_FILE);
    const text = await readText(path, systemFiles);
    if (text === undefined) return null;
    const json = parsed(text);
    if (json !== null && json.format === FORMAT && typeof json.id === 'string') {
      const { flavour, id, positions } = json;
      const isFlavour = flavour === 'mysql' || flavour === 'mariadb';
      const isPositions = positions === 'gtid' || positions === 'mariadb-gtid' || positions === 'file';
      if (isFlavour && isPositions) return { flavour, id, positions };
    }
    throw damaged(`${path} does not say whose log the folder holds`, 'Restore the file, or take an empty folder.');
  }

  /** One change after the other: the source may begin a file while old ones are removed. */
  #changeIndex(change: (files: readonly string[]) => readonly string[]): Promise<void> {
    const changed = this.#indexChanged.then(() => this.#writeIndex(change(this.#files)));
    this.#indexChanged = changed.catch(() => undefined);
    return changed;
  }

  async #writeIndex(files: readonly string[]): Promise<void> {
    if (files === this.#files) return;
    const stem = (files[0] ?? this.#files[0] ?? '').replace(/\.\d+$/, '');
    await this.#replace(`${stem}.index`, files.map((file) => `./${file}\n`).join(''));
    this.#files = files;
  }

  /** The old text or the new one is there, whatever happens. */
  async #replace(name: string, text: string): Promise<void> {
    const path = this.pathOf(name);
    try {
      const file = await open(`${path}.new`, 'w', 0o640);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
    } catch (cause) {
      throw ioError(`cannot write ${path}`, cause);
    }
    await syncFolder(this.path);
  }
}

/** Says in a file of its own how far the log is durable: for other processes, and to tell damage from a torn end. */
export class EndNote {
  readonly #file: Awaited<ReturnType<typeof open>>;
  #latest: LogPoint | null = null;
  #writing: Promise<void> | null = null;

  private constructor(file: Awaited<ReturnType<typeof open>>) {
    this.#file = file;
  }

  static async open(path: string): Promise<EndNote> {
    try {
      // Not emptied: until the first note is written, the old one still tells damage.
      return new EndNote(await open(path, constants.O_WRONLY | constants.O_CREAT, 0o640));
    } catch (cause) {
      throw ioError(`cannot write ${path}`, cause);
    }
  }

  /** Nobody waits for it; of many that come while one is written, the last one is written next. */
  note(point: LogPoint): void {
    this.#latest = point;
    this.#writing ??= this.#write();
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(): Promise<void> {
    while (this.#latest !== null) {
      const { file, offset } = this.#latest;
      this.#latest = null;
      // Of one length for all files of a log, so that it is replaced in one write. A full disk only makes it older.
      const text = `${file} ${String(offset).padStart(16, '0')}\n`;
      await this.#file.write(text, 0).catch(() => undefined);
    }
    this.#writing = null;
  }
}

export function damaged(what: string, hint: string, cause?: unknown): RowtideError {
  return new RowtideError('RELAY_DAMAGED', what, { hint, cause });
}

function isMissing(path: string): RowtideError {
  const hint = 'Put the file back: from a backup, or from the source while that has it. Its events were acknowledged.';
  return damaged(`${path} is missing, and the index of the relay names it`, hint);
}

function isUnlisted(path: string): RowtideError {
  const hint =
    'Restore NAME.index, or write it anew: all log files that are here, oldest first, each as ./NAME in a line.';
  return damaged(`the log was durable in ${path}, which the index of the relay does not name`, hint);
}

/** Also for whoever finds it so later. */
export function notSynced(path: string, cause?: unknown): RowtideError {
  const hint =
    'What can be read of it may not be on the disk, so nothing more of it is acknowledged. Check the disk, put a whole copy in its place (the source may have it), then remove FILE.unsynced.';
  return damaged(`${path} could not be brought to the disk`, hint, cause);
}

/** No space is left, or none for this user. */
export function isFull(error: unknown): error is RowtideError {
  const code = error instanceof RowtideError ? codeOf(error.cause) : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
}

function numberOf(file: string): number {
  return Number(/\d+$/.exec(file)?.[0] ?? 0);
}

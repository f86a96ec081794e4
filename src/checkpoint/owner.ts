import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { RowtideError } from '../core/errors.js';
import { codeOf, type Files, ioError, readText } from './files.js';

/** Who holds a lock file. A process id alone is used again by other processes; its start tells them apart. */
interface Owner {
  readonly pid: number;
  /** Ticks since boot; null where the system does not tell. */
  readonly startedAt: string | null;
  readonly boot: string | null;
  /** Of this acquisition: tells two owners of one process apart. */
  readonly token: string;
}

/** Locks of ours that could not be removed when we were done: nobody holds them any more, although we live. */
const left = new Set<string>();

/**
 * Ownership of a file among the processes of a machine, by a lock file beside it. A lock that a dead process left is
 * taken over. This is a courtesy that prevents accidents: whoever deletes the lock of a living owner, or shares the
 * folder with another machine, gets two owners, so `assertOwned` tells the older one before each write.
 */
export class OwnerLock {
  readonly #files: Files;
  readonly #path: string;
  readonly #owned: string;

  private constructor(files: Files, path: string, owned: string) {
    this.#files = files;
    this.#path = path;
    this.#owned = owned;
  }

  /** Throws CHECKPOINT_LOCKED, with the process id, while a living process holds it. `path` is the lock file's. */
  static async acquire(path: string, files: Files): Promise<OwnerLock> {
    const owned = JSON.stringify(ourselves());
    // Written aside and linked into place, so that nobody ever reads half a lock.
    const aside = `${path}.${randomUUID()}`;
    try {
      await files.writeFile(aside, owned, { flag: 'wx', mode: 0o600 });
      while (!(await linked(files, aside, path))) await removeIfStale(files, path);
      return new OwnerLock(files, path, owned);
    } catch (error) {
      throw error instanceof RowtideError ? error : ioError(`cannot make the lock file ${path}`, error);
    } finally {
      await files.rm(aside, { force: true });
    }
  }

  /** Throws CHECKPOINT_LOCKED once somebody else took over. */
  async assertOwned(): Promise<void> {
    const found = await readText(this.#path, this.#files);
    if (found !== this.#owned) throw locked(this.#path, found === undefined ? undefined : parseOwner(found));
  }

  /** Also where the folder may not be written to any more, which is what its owner will have ended with. */
  async release(): Promise<void> {
    if ((await readText(this.#path, this.#files)) !== this.#owned) return;
    await this.#files.rm(this.#path, { force: true }).catch(() => left.add(this.#owned));
  }
}

async function linked(files: Files, from: string, to: string): Promise<boolean> {
  try {
    await files.link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Two processes may both find a lock stale and the slower one removes the faster one's: `assertOwned` tells that one. */
async function removeIfStale(files: Files, path: string): Promise<void> {
  const found = await readText(path, files);
  if (found === undefined) return;
  const owner = parseOwner(found);
  if (owner !== undefined && !left.has(found) && isAlive(owner)) throw locked(path, owner);
  await files.rm(path, { force: true });
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text);
    return Number.isSafeInteger(owner?.pid) && owner.pid > 0 ? owner : undefined;
  } catch {
    return undefined;
  }
}

function ourselves(): Owner {
  return { pid: process.pid, startedAt: startOf(process.pid), boot: bootId(), token: randomUUID() };
}

function isAlive(owner: Owner): boolean {
  if (owner.boot !== null && owner.boot !== bootId()) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if (codeOf(error) === 'ESRCH') return false;
  }
  return owner.startedAt === null || owner.startedAt === startOf(owner.pid);
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and parentheses. */
function startOf(pid: number): string | null {
  return readSystemFile(`/proc/${pid}/stat`)?.replace(/^.*\)/s, '').trim().split(' ')[19] ?? null;
}

function bootId(): string | null {
  return readSystemFile('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function readSystemFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function locked(path: string, owner: Owner | undefined): RowtideError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid}`;
  return new RowtideError('CHECKPOINT_LOCKED', `${path} is held by ${who}`, {
    hint: `Two pipelines must not share a file: stop ${who}, or give this one another path.`,
  });
}

import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { DumpedEvent } from '../binlog/dumped-events.js';
import { type LoggedGtids, TransactionEnds } from '../binlog/transaction-ends.js';
import { eventTypeName, ROTATE_EVENT } from '../binlog/types.js';
import { ioError, systemFiles } from '../checkpoint/files.js';
import { OwnerLock } from '../checkpoint/owner.js';
import { locateError, RowtideError } from '../core/errors.js';
import type { LogPoint } from '../core/event.js';
import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import type { LogSource } from '../core/source.js';
import { isAbort } from '../pipeline/abort.js';
import { nextFileName } from '../source/file-names.js';
import type { DumpBlock } from '../source/queue.js';
import { serverDump } from '../source/server.js';
import { Archive } from './archive.js';
import { DurableEnd } from './durable-end.js';
import { type EndNote, isFull, notSynced, RelayFolder, type RelaySource } from './folder.js';
import { syncFolder } from './log-file-writer.js';
import { firstFileFor, type ReadableRelay, type RelayLogOptions, relayLog } from './reader.js';
import { cutOff, recover } from './recover.js';
import { expired, type Retention, type StoredFile } from './retention.js';
import { isIntact } from './scan.js';
import { checkedSource, type RelayServer, startAt } from './server.js';

export interface RelayOptions {
  readonly folder: string;
  readonly log: Log;
}

export interface ReceiveOptions {
  readonly signal: AbortSignal;
  readonly streaming?: () => void;
}

/**
 * A durable copy of a server's log, as the files that the server wrote. One process writes it (`open`, then `receive` as
 * often as the connection breaks, then `close`); `reader` gives it as a log to any number of readers in that process.
 */
export class Relay implements ReadableRelay {
  readonly folder: RelayFolder;
  readonly end = new DurableEnd();
  readonly #log: Log;
  #lock: OwnerLock | null = null;
  #note: EndNote | null = null;
  #ends = new TransactionEnds();
  /** How often the source was told that it need not wait any more. */
  acknowledged = 0;
  /** Behind the last event that was taken. */
  #taken: LogPoint = { file: '', offset: 0 };

  constructor({ folder, log }: RelayOptions) {
    this.folder = new RelayFolder(folder);
    this.#log = log;
  }

  get logged(): LoggedGtids {
    return this.#ends.logged;
  }

  reader(options: RelayLogOptions = {}): LogSource {
    return relayLog(this, options);
  }

  /** Takes the folder for this process, and cuts off what a crash left behind the last whole transaction. */
  async open(): Promise<void> {
    const { path } = this.folder;
    await makeFolder(path);
    this.#lock = await OwnerLock.acquire(this.folder.pathOf('relay.lock'), systemFiles);
    await this.folder.load();
    await this.folder.removeLeft();
    const { end, ends } = await recover(this.folder).catch(async (error: unknown) => {
      throw await this.#judged(error);
    });
    this.#ends = ends;
    this.#note = await this.folder.openEndNote();
    this.end.moveTo(end);
    this.#log.info({ folder: path, end, gtids: ends.logged?.toString() }, 'the relay is open');
  }

  async close(): Promise<void> {
    await this.#note?.close();
    await this.#lock?.release();
    this.#note = null;
    this.#lock = null;
  }

  async source(signal: AbortSignal): Promise<RelaySource> {
    for (;;) {
      const seen = this.end.point;
      const { source } = this.folder;
      if (source !== null && seen !== null) return source;
      await this.end.movedFrom(seen, signal);
    }
  }

  /**
   * Receives until `signal` aborts; the connection's end and whatever else is wrong is thrown. `streaming` is called when
   * the first events have come.
   */
  async receive(server: RelayServer, options: ReceiveOptions): Promise<void> {
    try {
      await this.#receive(server, options);
    } catch (error) {
      if (!isAbort(error, options.signal)) throw await this.#judged(error);
    }
  }

  async #receive(server: RelayServer, { signal, streaming }: ReceiveOptions): Promise<void> {
    const source = await checkedSource(this.folder, server, signal);
    await this.#cutBack();
    const archive = new Archive(this.folder.pathOf('/'), (file) => this.folder.add(file));
    const place = await archive.resume(await startAt(this.folder, server, signal));
    if (this.folder.source?.positions !== source.positions) await this.folder.remember(source);
    this.#ends.abandon();
    this.#taken = { file: '', offset: 0 };
    const request = { ...place, exclude: null, annotateRows: true, semiSync: server.semiSync };
    try {
      for await (const block of serverDump({ ...server, reusesMemory: true }, request, signal)) {
        streaming?.();
        await this.#take(archive, block);
        if (block.awaited === null) continue;
        block.acknowledge();
        this.acknowledged++;
      }
    } finally {
      await archive.close();
    }
  }

  /** The log files, oldest first. */
  async stored(): Promise<StoredFile[]> {
    const stored = await Promise.all(this.folder.files.map((file) => this.#stored(file)));
    return stored.filter((file) => file !== null);
  }

  /** Null where it was removed meanwhile. */
  async #stored(file: string): Promise<StoredFile | null> {
    try {
      return await this.folder.stored(file);
    } catch (error) {
      if (this.folder.files.includes(file)) throw error;
      return null;
    }
  }

  /** The oldest file that somebody at this position still reads; null where that cannot be told. */
  async neededBy(position: Position | undefined, signal: AbortSignal): Promise<string | null> {
    if (position === undefined || this.end.point === null) return null;
    return firstFileFor(this, position, signal);
  }

  /**
   * Removes what its retention does not keep and no consumer at these positions needs. Where one of them is not known
   * yet, all is kept; and so is what has not come to its durable end.
   */
  async purge(
    retention: Retention,
    consumers: readonly (Position | undefined)[],
    { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
  ): Promise<readonly string[]> {
    const { point } = this.end;
    if (point === null) return [];
    let needed: string | null = point.file;
    for (const consumer of consumers) {
      const file = await this.neededBy(consumer, signal);
      needed = file === null || needed === null ? null : this.#older(file, needed);
    }
    const gone = expired(await this.stored(), { retention, needed, nowMs });
    if (gone.length > 0) await this.folder.remove(gone);
    return gone;
  }

  #older(left: string, right: string): string {
    const { files } = this.folder;
    return files.indexOf(left) < files.indexOf(right) ? left : right;
  }

  /** What came behind the last whole transaction before the connection broke will come again. */
  async #cutBack(): Promise<void> {
    const last = this.folder.files.at(-1);
    const { point } = this.end;
    if (last !== undefined) await cutOff(this.folder.pathOf(last), point?.file === last ? point.offset : 0);
  }

  /** Writes what came together, and brings it to the disk once a transaction of it is whole. */
  async #take(archive: Archive, { events, awaited }: DumpBlock): Promise<void> {
    let end: LogPoint | null = null;
    for (const dumped of events) if (this.#follow(dumped)) end = this.#taken;
    await archive.write(events);
    if (end !== null || awaited !== null) await archive.sync();
    if (end === null) return;
    this.#ends.settle();
    this.end.moveTo(end);
    this.#note?.note(end);
  }

  /** Checks that an event is the one that comes next, and undamaged; true if a transaction ends with it that is new. */
  #follow(dumped: DumpedEvent): boolean {
    const { file, event, raw, format, artificial } = dumped;
    const { point } = this.end;
    if (artificial) {
      if (event.type === ROTATE_EVENT) this.#turnTo({ file, offset: event.start });
      return false;
    }
    if (file !== this.#taken.file || event.start !== this.#taken.offset) throw gap(dumped, this.#taken);
    if (format.checksum === 'crc32' && !isIntact(raw)) throw flipped(dumped);
    this.#taken = { file, offset: event.end };
    // The last event that is there was asked for once more, to see that it is the same.
    if (point?.file === file && event.end <= point.offset) return false;
    try {
      return this.#ends.take(event, format);
    } catch (error) {
      throw locateError(error, `${file}:${event.start}`);
    }
  }

  #turnTo(begin: LogPoint): void {
    // In what is being taken, there may be files that are not in the folder yet.
    const last = this.#taken.file === '' ? this.folder.files.at(-1) : this.#taken.file;
    if (last !== undefined && begin.file !== last && begin.file !== nextFileName(last)) {
      throw new RowtideError('LOG_GAP', `the server goes on with ${begin.file}, and the relay ends with ${last}`, {
        hint: 'The server has begun its log anew. Take an empty folder for what it logs now.',
      });
    }
    this.#taken = begin;
  }

  /**
   * What the disk did not take may be lost although it can still be read, so that file is not to be believed any more,
   * by no later start either. Space comes back.
   */
  async #judged(error: unknown): Promise<unknown> {
    const cause = error instanceof RowtideError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    const last = this.folder.files.at(-1);
    if (last !== undefined && (cause?.syscall === 'fsync' || cause?.syscall === 'fdatasync')) {
      await this.folder.noteUnsynced(last);
      return notSynced(this.folder.pathOf(last), cause);
    }
    return isFull(error) ? full(this.folder.path, cause) : error;
  }
}

/** Durable itself, and so is each folder above it that was not there. */
async function makeFolder(path: string): Promise<void> {
  try {
    const first = await mkdir(path, { recursive: true, mode: 0o750 });
    if (first === undefined) return;
    for (let made = resolve(path); made.length >= resolve(first).length; made = dirname(made))
      await syncFolder(dirname(made));
  } catch (cause) {
    throw ioError(`cannot make the relay folder ${path}`, cause);
  }
}

function full(path: string, cause: unknown): RowtideError {
  return new RowtideError('IO', `${path}: no space left for the relay`, {
    hint: 'Make space, or give the relay a shorter retention: it goes on by itself. Until then a semi-sync source waits, or times out.',
    retryable: true,
    cause,
  });
}

function gap({ file, event }: DumpedEvent, expected: LogPoint): RowtideError {
  const message = `${file}:${event.start}: an event where ${expected.file}:${expected.offset} is expected`;
  return new RowtideError('LOG_GAP', message, {
    hint: 'Something between the log and here lost events; the relay ends in front of them.',
  });
}

function flipped({ file, event }: DumpedEvent): RowtideError {
  const message = `${file}:${event.start}: the checksum of ${eventTypeName(event.type)} does not match`;
  return new RowtideError('EVENT_CHECKSUM', message, {
    hint: 'It was damaged on the source’s disk or on the way. Look at the place with mysqlbinlog --verify-binlog-checksum on the source.',
  });
}

import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { DumpedEvent } from '../binlog/dumped-events.js';
import { FORMAT_DESCRIPTION_EVENT, ROTATE_EVENT } from '../binlog/types.js';
import { RowtideError } from '../core/errors.js';
import { LogFileWriter } from './log-file-writer.js';
import { type Scan, scanLogFile } from './scan.js';

/** Where a server has to be asked to begin. */
export interface ArchivePlace {
  readonly file: string;
  readonly offset: number;
}

/** A file of the archive that is to be gone on with, and how much of it the server sends again. */
interface Resumed {
  readonly name: string;
  readonly scan: Scan;
  /** Where the events that come next stand in the file already. */
  at: number;
}

/**
 * Copies of a server's log files, byte for byte as it sends them, each under its name behind a prefix. Events are taken
 * in the order in which a raw dump has them; a new file is begun where the server says that one begins.
 *
 * An archive goes on where it was left, however that happened: `resume` finds the last whole event of a file, the
 * server is asked for the log from that event on, and only if it sends the same format and the same event is the
 * torn rest cut off and the file gone on with.
 */
export class Archive {
  readonly #prefix: string;
  #name = '';
  #writer: LogFileWriter | null = null;
  #resumed: Resumed | null = null;

  readonly #begun: (name: string) => Promise<void>;

  /** `begun` is told of each new file, once its name is durable and before anything else is written to it. */
  constructor(prefix: string, begun: (name: string) => Promise<void> = async () => undefined) {
    this.#prefix = prefix;
    this.#begun = begun;
  }

  /** Where the file was left; `from` where there is none, or nothing of use in it, so that it is begun anew. */
  async resume(from: ArchivePlace): Promise<ArchivePlace> {
    this.#resumed = null;
    const scan = await this.#scan(from.file);
    if (scan?.format == null || scan.last === null) return from;
    this.#resumed = { name: from.file, scan, at: scan.last.at };
    return { file: from.file, offset: scan.last.logOffset };
  }

  /** The last of the files that are there and follow each other, beginning with `file`; `file` itself without any. */
  latest(file: string, next: (name: string) => string | null): string {
    let latest = file;
    for (let name: string | null = file; name !== null && existsSync(this.#pathOf(name)); name = next(name))
      latest = name;
    return latest;
  }

  /** Writes whole events; they have left for the system when it resolves. */
  async write(events: readonly DumpedEvent[]): Promise<void> {
    let pending: Buffer[] = [];
    for (const event of events) {
      const { type } = event.event;
      if (type === ROTATE_EVENT && event.artificial) {
        await this.#append(pending);
        pending = [];
        await this.#turnTo(event.file);
      } else if (this.#resumed !== null) {
        await this.#repeated(this.#resumed, event);
      } else {
        if (type === FORMAT_DESCRIPTION_EVENT && this.#writer === null) {
          this.#writer = await LogFileWriter.create(this.#pathOf(this.#name));
          await this.#begun(this.#name);
        }
        pending.push(event.raw);
      }
    }
    await this.#append(pending);
  }

  /** What was written is on the disk when this resolves. */
  async sync(): Promise<void> {
    await this.#writer?.sync();
  }

  /** The same, and the file is closed. */
  async close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = null;
    await writer?.close();
  }

  async #append(chunks: readonly Buffer[]): Promise<void> {
    if (chunks.length > 0) await this.#writer?.append(chunks);
  }

  /** A file is on the disk before the next one is begun, so that only the last one can ever be torn. */
  async #turnTo(name: string): Promise<void> {
    if (this.#resumed !== null && this.#resumed.name !== name) throw this.#diverged(this.#resumed);
    await this.close();
    this.#name = name;
  }

  /** Takes what stands in the file already, until the server has come to its end. */
  async #repeated(resumed: Resumed, { event, raw, artificial }: DumpedEvent): Promise<void> {
    const { scan } = resumed;
    if (event.type === FORMAT_DESCRIPTION_EVENT) {
      if (scan.format === null || !isSameFormat(raw, scan.format)) throw this.#diverged(resumed);
      return;
    }
    if (artificial) return;
    if (resumed.at === scan.last?.at && !raw.equals(scan.last.raw)) throw this.#diverged(resumed);
    resumed.at += raw.length;
    if (resumed.at < scan.wholeBytes) return;
    if (resumed.at > scan.wholeBytes) throw this.#diverged(resumed);
    this.#resumed = null;
    this.#writer = await LogFileWriter.resume(this.#pathOf(resumed.name), resumed.at);
  }

  async #scan(name: string): Promise<Scan | null> {
    const path = this.#pathOf(name);
    const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return null;
      throw new RowtideError('IO', `${path}: ${cause.message}`, { cause });
    });
    if (file === null) return null;
    try {
      const scan = await scanLogFile(file);
      if (scan.isLogFile) return scan;
      throw new RowtideError('NOT_A_BINLOG', `${path} is there already, and is not a log file`, {
        hint: 'Choose another prefix (--result-file), or move the file away.',
      });
    } finally {
      await file.close();
    }
  }

  #pathOf(name: string): string {
    return `${this.#prefix}${name}`;
  }

  #diverged({ name, scan }: Resumed): RowtideError {
    const where = `${this.#pathOf(name)}, which ends at ${scan.wholeBytes}`;
    return new RowtideError('SOURCE_DIVERGED', `the server’s ${name} does not go on with ${where}`, {
      hint: 'The file is of another server, or of a log that this one has begun anew or lost the end of. Move it away, or choose another prefix (--result-file).',
    });
  }
}

/** Where a server begins in the middle of a file, it sends the format without its place and the time of its start. */
function isSameFormat(sent: Buffer, stored: Buffer): boolean {
  return plainFormat(sent).equals(plainFormat(stored));
}

/** Without checksum, end in the log, flags, and the time of the server's start. */
function plainFormat(raw: Buffer): Buffer {
  const plain = Buffer.from(raw.subarray(0, -4));
  plain.fill(0, 13, 19);
  plain.fill(0, CREATED_AT, CREATED_AT + 4);
  return plain;
}

/** Behind the header: binlog version u16, server version char[50]. */
const CREATED_AT = 19 + 2 + 50;

import { REUSED_BYTES_MAX } from '../binlog/event-memory.js';
import { PIECE_BYTES_MAX, pieceBytes } from '../binlog/memory-pool.js';
import { decodeRotate } from '../binlog/rotate.js';
import { ROTATE_EVENT, START_ENCRYPTION_EVENT, STOP_EVENT } from '../binlog/types.js';
import { RowtideError } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type LogBlock, type RawEvent } from '../core/event.js';
import { EventChain, FIRST_OFFSET } from './events.js';
import type { Input } from './input.js';

export const MAGIC = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);
const MAGIC_ENCRYPTED = Buffer.from([0xfd, 0x62, 0x69, 0x6e]);
const BLOCK_BYTES = 2 ** 20;
/** The format of a file lists 255 types of events at the most. */
const FORMAT_BYTES_MAX = 1024;
/** Where an event's header says where it ends, in 32 bits; 0 where it does not. */
const LOGGED_END_AT = 13;

/**
 * Reads the events of one file. Every read begins at an event, so that nothing is ever put together: a block's events
 * are views of it, and an event larger than a block gets a buffer of its own.
 */
export class FileReader {
  readonly #input: Input;
  readonly #eventBytesMax: number;
  readonly #chain: EventChain;
  /** Where the current file begins in the input: servers' files can come one after the other through a pipe. */
  #base = 0;
  #format: FormatDescription | null = null;
  #events: RawEvent[] = [];
  #last: RawEvent | null = null;
  readonly #reusesMemory: boolean;
  readonly #blockBytes: number;
  /** Two that are written to again in turns: one is used while the other one is read into. */
  readonly #blocks: Buffer[] = [];
  /** For events larger than a block, where memory is used again. */
  #piece = Buffer.alloc(0);
  /** The block behind the last one, read while that one is used: otherwise a fifth of the time is spent waiting. */
  #ahead: { readonly at: number; readonly bytes: Buffer; readonly read: Promise<number> } | null = null;

  /** `reusesMemory`: the events of a block hold until the next one is asked for. */
  constructor(input: Input, options: { eventBytesMax: number; reusesMemory?: boolean }) {
    this.#input = input;
    this.#reusesMemory = options.reusesMemory === true;
    this.#blockBytes = this.#reusesMemory ? REUSED_BYTES_MAX : BLOCK_BYTES;
    this.#eventBytesMax = options.eventBytesMax;
    this.#chain = new EventChain({
      prefix: dirOf(input),
      origin: 'file',
      skipsExecuted: false,
      handler: (event, _, format) => {
        if (event.type === START_ENCRYPTION_EVENT) throw encrypted(`${this.#place(event.end)}: what follows`);
        this.#events.push(event);
        this.#last = event;
        this.#format = format;
      },
    });
  }

  /** Where the next event begins. */
  get offset(): number {
    return this.#chain.offset;
  }

  /** The file that the log says to go on with. */
  get rotatedTo(): string | null {
    return this.#last?.type === ROTATE_EVENT ? decodeRotate(this.#last.bytes).file : null;
  }

  /** Whether the file is long enough to begin: its server makes it first and writes it then. */
  async hasFirst(): Promise<boolean> {
    const head = Buffer.alloc(FIRST_OFFSET + HEADER_BYTES);
    const read = await this.#input.read(head, 0, head.length);
    const length = head.readUInt32LE(FIRST_OFFSET + 9);
    if (read < head.length) return false;
    // What is too long will be refused, and is not waited for.
    return (
      length > FORMAT_BYTES_MAX || ((await this.#input.size()) ?? Number.POSITIVE_INFINITY) >= FIRST_OFFSET + length
    );
  }

  /** Checks that it is a log file, and reads its format; `next` goes on from `offset`. */
  async first(offset: number): Promise<RawEvent> {
    await checkMagic(this.#input);
    await this.#checkStart(offset);
    this.#chain.open(this.#input.name, offset);
    return this.#readFormat();
  }

  /** The next events, about a block's worth; null where no whole event is left. */
  async next(): Promise<LogBlock | null> {
    if (this.#endsFile() && !(await this.#nextFile())) return null;
    const file = this.#chain.file;
    if (this.#events.length === 0) await this.#readBlock();
    const events = this.#events;
    if (events.length === 0 || this.#format === null) return null;
    this.#events = [];
    return { file, format: this.#format, events };
  }

  /** BINLOG_TRUNCATED if bytes are left that are no whole event. */
  async checkEnd(): Promise<void> {
    const rest = await this.#input.read(Buffer.alloc(1), this.#base + this.#chain.offset, 1);
    if (rest > 0) throw this.#truncated(this.#chain.offset, 'inside of the event that begins there');
  }

  async #readFormat(): Promise<RawEvent> {
    const at = this.#base + FIRST_OFFSET;
    const head = Buffer.alloc(HEADER_BYTES);
    const read = await this.#input.read(head, at, HEADER_BYTES);
    const length = read < HEADER_BYTES ? Number.POSITIVE_INFINITY : this.#lengthOf(head, 0);
    if (length === Number.POSITIVE_INFINITY) throw this.#truncated(FIRST_OFFSET, 'inside of its first event');
    if (length > FORMAT_BYTES_MAX) throw this.#malformed(FIRST_OFFSET, `a first event of ${length} bytes`);
    const bytes = Buffer.allocUnsafe(length);
    if ((await this.#input.read(bytes, at, length)) < length)
      throw this.#truncated(FIRST_OFFSET, 'inside of its first event');
    this.#chain.add(bytes, 0, length);
    return this.#last!;
  }

  /** Reads a block, or, where the next event is larger, that event. */
  async #readBlock(): Promise<void> {
    const at = this.#base + this.#chain.offset;
    this.#input.forget(at);
    if (await this.#addAhead(at)) return;
    let wanted = HEADER_BYTES;
    while (wanted < Number.POSITIVE_INFINITY) {
      const bytes = wanted > this.#blockBytes ? this.#own(wanted) : this.#block();
      const read = await this.#input.read(bytes, at, wanted);
      if (read < wanted) return;
      if (this.#addAll(bytes, read) > 0) {
        if (read === bytes.length) this.#readAhead();
        return;
      }
      wanted = this.#lengthOf(bytes, 0);
      if (wanted > this.#blockBytes && !(await this.#isThere(at, wanted, bytes))) return;
    }
  }

  /** Looks before memory is taken for a large event whether a damaged length made it one. */
  async #isThere(at: number, length: number, bytes: Buffer): Promise<boolean> {
    const start = this.#chain.offset;
    const loggedEnd = bytes.readUInt32LE(LOGGED_END_AT);
    if (this.#format?.binlogVersion === 4 && loggedEnd !== 0 && loggedEnd !== (start + length) % 2 ** 32) {
      throw this.#malformed(start, `an event of ${length} bytes that ends at ${loggedEnd}`);
    }
    const size = await this.#input.size();
    return size === null || at + length <= size;
  }

  /** Takes the block that was read ahead, if it is a whole one: behind a short one the file may have grown. */
  async #addAhead(at: number): Promise<boolean> {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead === null) return false;
    // Also where it is of no use: nothing may be read into its block any more.
    const read = await ahead.read;
    if (ahead.at !== at || read < this.#blockBytes || this.#addAll(ahead.bytes, read) === 0) return false;
    this.#readAhead();
    return true;
  }

  #readAhead(): void {
    if (!this.#input.isFile) return;
    const at = this.#base + this.#chain.offset;
    const bytes = this.#block();
    // An error is met again by the read in earnest.
    this.#ahead = { at, bytes, read: this.#input.read(bytes, at, bytes.length).catch(() => 0) };
  }

  #block(): Buffer {
    const block = this.#blocks.length < 2 ? Buffer.allocUnsafe(this.#blockBytes) : this.#blocks.shift()!;
    if (this.#reusesMemory) this.#blocks.push(block);
    return block;
  }

  #own(bytes: number): Buffer {
    if (!this.#reusesMemory || bytes > PIECE_BYTES_MAX) return Buffer.allocUnsafe(bytes);
    if (this.#piece.length < bytes) this.#piece = Buffer.allocUnsafeSlow(pieceBytes(bytes));
    return this.#piece.subarray(0, bytes);
  }

  /** Takes the whole events of a block; returns how many bytes they were. */
  #addAll(block: Buffer, to: number): number {
    let at = 0;
    while (to - at >= HEADER_BYTES && !this.#endsFile()) {
      try {
        const length = this.#lengthOf(block, at);
        if (length > to - at) break;
        this.#chain.add(block, at, at + length);
        at += length;
      } catch (error) {
        // What came before goes out first; then this event is read again, as the first of a block.
        if (at === 0) throw error;
        break;
      }
    }
    return at;
  }

  /** What a crash left behind a file's end is zeros, and is no event: infinitely long, so to say. */
  #lengthOf(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32LE(at + 9);
    if (length === 0 && bytes.subarray(at, at + HEADER_BYTES).every((byte) => byte === 0))
      return Number.POSITIVE_INFINITY;
    if (length >= HEADER_BYTES && length <= this.#eventBytesMax) return length;
    throw this.#malformed(this.#chain.offset, `an event of ${length} bytes`);
  }

  #endsFile(): boolean {
    return this.#last !== null && (this.#last.type === ROTATE_EVENT || this.#last.type === STOP_EVENT);
  }

  /** Behind the last event of a file, a pipe may bring the next file. */
  async #nextFile(): Promise<boolean> {
    const magic = Buffer.alloc(MAGIC.length);
    const base = this.#base + this.#chain.offset;
    await this.#input.read(magic, base, MAGIC.length);
    if (!magic.equals(MAGIC)) return false;
    this.#chain.open(this.rotatedTo ?? this.#input.name, FIRST_OFFSET);
    this.#base = base;
    await this.#readFormat();
    return true;
  }

  async #checkStart(offset: number): Promise<void> {
    const size = await this.#input.size();
    if (offset >= FIRST_OFFSET && (size === null || offset <= Math.max(size, FIRST_OFFSET))) return;
    throw new RowtideError(
      'SOURCE_DIVERGED',
      `${this.#place(offset)} is outside of the file, which has ${size} bytes`,
      {
        hint: 'The file lost its end since the position was taken, or the position was written by hand.',
      },
    );
  }

  #malformed(offset: number, what: string): RowtideError {
    return new RowtideError('EVENT_MALFORMED', `${this.#place(offset)}: ${what}`, {
      hint: 'The file is damaged here, or the position is not the begin of an event.',
    });
  }

  #truncated(offset: number, where: string): RowtideError {
    return new RowtideError('BINLOG_TRUNCATED', `${this.#place(offset)}: the file ends ${where}`, {
      hint: 'Everything before was handed on. If its server still writes the file, follow it; otherwise get a whole copy.',
    });
  }

  #place(offset: number): string {
    return `${this.#chain.file === '' ? this.#input.path : `${dirOf(this.#input)}${this.#chain.file}`}:${offset}`;
  }
}

/** NOT_A_BINLOG, BINLOG_ENCRYPTED or BINLOG_TRUNCATED where a file does not begin as a log file does. */
export async function checkMagic(input: Input): Promise<void> {
  const magic = Buffer.alloc(MAGIC.length);
  const read = await input.read(magic, 0, MAGIC.length);
  checkMagicBytes(magic.subarray(0, read), input.path);
}

/** The same of the first four bytes of a file, or of fewer where it has no more. */
export function checkMagicBytes(magic: Buffer, path: string): void {
  if (magic.equals(MAGIC)) return;
  if (magic.equals(MAGIC_ENCRYPTED)) throw encrypted(path);
  if (magic.equals(MAGIC.subarray(0, magic.length))) {
    throw new RowtideError('BINLOG_TRUNCATED', `${path}:0: the file ends after ${magic.length} bytes`, {
      hint: 'If its server still writes the file, follow it; otherwise get a whole copy.',
    });
  }
  throw new RowtideError('NOT_A_BINLOG', `${path} is not a binary log: it begins with ${hex(magic)}`, {
    hint: 'A log file begins with fe 62 69 6e. What MariaDB keeps in InnoDB (.ibb) is read through its server.',
  });
}

export function encrypted(what: string): RowtideError {
  return new RowtideError('BINLOG_ENCRYPTED', `${what} is encrypted`, {
    hint: 'Only its server has the key: read it through the server, as mysql://user@host.',
  });
}

/** The path in front of the name, so that a message can be copied into a command. */
function dirOf(input: Input): string {
  return input.path.slice(0, input.path.length - input.name.length);
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').replace(/(..)(?=.)/g, '$1 ');
}

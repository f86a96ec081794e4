import { decodeFormat, formatChecksumBytes } from '../binlog/format-description.js';
import { withPlainHeader } from '../binlog/header.js';
import {
  eventTypeName,
  FLAG_IGNORABLE,
  FLAG_IN_USE,
  FORMAT_DESCRIPTION_EVENT,
  PREVIOUS_GTIDS_LOG_EVENT,
  ROTATE_EVENT,
  START_ENCRYPTION_EVENT,
  START_EVENT_V3,
  UNKNOWN_EVENT,
} from '../binlog/types.js';
import { type ErrorCode, locateError, RowtideError } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES } from '../core/event.js';
import type { LoggedEvent } from '../inspect/logged-event.js';
import { checksumOf, FIRST_OFFSET, rawEvent } from './events.js';
import { checkMagic, MAGIC } from './file-reader.js';
import type { Input } from './input.js';

/** What is taken for the format of a file that does not say it: a server's of today, without checksums. */
const POST_HEADER_BYTES = Buffer.from(
  '000d0008000000000400040000006300041a08000000000000020000000a0a0a2a2a001234000a280000',
  'hex',
);
export const FORMAT_UNSAID: FormatDescription = {
  binlogVersion: 4,
  serverVersion: '',
  createdAt: 0,
  headerBytes: HEADER_BYTES,
  checksum: 'none',
  postHeaderBytes: (type) => POST_HEADER_BYTES[type - 1] ?? 0,
};

const DAMAGES: ReadonlySet<ErrorCode> = new Set(['EVENT_MALFORMED', 'EVENT_CHECKSUM'] as const);
const BLOCK_BYTES = 2 ** 20;
const CHECKSUM_BYTES = 4;
const LENGTH_AT = 9;

export interface LenientOptions {
  /** Where reading begins; the format of the file is read in any case. */
  readonly startOffset: number;
  readonly verifyChecksums: boolean;
  /** Events whose checksum does not match are told as of no known type, in place of an error. */
  readonly showsDamaged?: boolean;
  readonly eventBytesMax: number;
  /** Called for what is passed over on the way to `startOffset`; throws where that could not be read. */
  readonly check?: ((passed: LoggedEvent) => void) | undefined;
  /** Where a format is said to stand that is read in front of `startOffset`: where mysqlbinlog says, or where it is. */
  readonly formatAt?: 'search end' | 'own place';
  /** The bytes of events hold only until `next` is called again: for who keeps none of them, and reads faster so. */
  readonly reusesMemory?: boolean;
  readonly warn: (message: string) => void;
}

/**
 * Reads the events of one file as they are, for who wants to look at them: they need not follow each other, and their
 * checksums are looked at only on request.
 */
export class LenientReader {
  readonly #input: Input;
  readonly #options: LenientOptions;
  #offset = FIRST_OFFSET;
  #format = FORMAT_UNSAID;
  #isInUse = false;
  /**
   * Behind MariaDB's START_ENCRYPTION nothing but lengths can be read, and checksums are those of what was encrypted.
   * mariadb-binlog does not know it of a file that it begins to read behind there.
   */
  #isEncrypted = false;
  #begun = false;
  /** What is passed over on the way to the begin must be there. */
  #isSearching = false;
  /** The block behind the last one, read while that one is used. */
  #ahead: { readonly at: number; readonly bytes: Buffer; readonly read: Promise<number> } | null = null;
  /** Used in turns. */
  readonly #blocks: Buffer[] = [];

  constructor(input: Input, options: LenientOptions) {
    this.#input = input;
    this.#options = options;
  }

  /** Where the next event begins. */
  get offset(): number {
    return this.#offset;
  }

  /** The next events, about a block's worth; null at the end. Events before an error come first. */
  async next(): Promise<LoggedEvent[] | null> {
    if (this.#begun) return this.#readToEnd();
    this.#begun = true;
    await checkMagic(this.#input);
    this.#isSearching = true;
    const format = await this.#readFormatBefore(this.#options.startOffset);
    this.#isSearching = false;
    if (format === null) return this.#readToEnd();
    const { startOffset, formatAt } = this.#options;
    // mysqlbinlog does not begin inside of the format.
    this.#offset = formatAt === 'own place' && format !== null ? startOffset : Math.max(this.#offset, startOffset);
    return [format];
  }

  /** mariadb-binlog takes damage for the end of a file that its server still writes. */
  async #readToEnd(): Promise<LoggedEvent[] | null> {
    try {
      return await this.#readBlock();
    } catch (error) {
      const isDamage = error instanceof RowtideError && DAMAGES.has(error.code);
      if (!isDamage || !this.#isInUse || this.#options.formatAt !== 'own place') throw error;
      this.#options.warn(`${error.message}; its server still writes it, or crashed`);
      return null;
    }
  }

  /**
   * The format of what stands at an offset: in a relay log that of the server stands behind that of the replica, with a
   * PREVIOUS_GTIDS and a ROTATE between them. mysqlbinlog says that it stands where the search for it ended.
   */
  async #readFormatBefore(offset: number): Promise<LoggedEvent | null> {
    let found: LoggedEvent | null = null;
    let searchedTo = this.#offset;
    while (this.#offset < offset) {
      const next = (await this.#readBlock(1))?.[0];
      if (next === undefined) break;
      this.#options.check?.(next);
      searchedTo = next.event.start;
      if (next.event.type === FORMAT_DESCRIPTION_EVENT) found = next;
      else if (next.event.type !== PREVIOUS_GTIDS_LOG_EVENT && next.event.type !== ROTATE_EVENT) break;
    }
    if (this.#options.formatAt === 'own place') return found;
    return found === null ? null : { ...found, event: { ...found.event, start: searchedTo } };
  }

  async #readBlock(count = Number.POSITIVE_INFINITY): Promise<LoggedEvent[] | null> {
    this.#input.forget(this.#offset);
    const ahead = await this.#takeAhead(count);
    if (ahead.length > 0) return ahead;
    let wanted = HEADER_BYTES;
    for (;;) {
      // A single event is looked for, and may be kept.
      const block = count === 1 ? Buffer.allocUnsafe(Math.max(BLOCK_BYTES, wanted)) : this.#block(wanted);
      const read = await this.#input.read(block, this.#offset, wanted);
      if (read === 0) return null;
      if (read < wanted) return this.#truncated(read);
      const events = this.#take(block.subarray(0, read), count);
      if (events.length > 0) {
        if (read === block.length && events.length < count) this.#readAhead();
        return events;
      }
      wanted = this.#skipMagic(block) + this.#lengthOf(block, this.#skipMagic(block));
    }
  }

  /** What was read ahead, if it is a whole block: behind a short one the file may have grown. */
  async #takeAhead(count: number): Promise<LoggedEvent[]> {
    const ahead = this.#ahead;
    this.#ahead = null;
    // Waited for in any case: its memory is used again.
    if (ahead === null || (await ahead.read) < BLOCK_BYTES || ahead.at !== this.#offset) return [];
    const events = this.#take(ahead.bytes, count);
    if (events.length > 0 && events.length < count) this.#readAhead();
    return events;
  }

  #readAhead(): void {
    if (!this.#input.isFile) return;
    const bytes = this.#block(0);
    // An error is met again by the read in earnest.
    this.#ahead = {
      at: this.#offset,
      bytes,
      read: this.#input.read(bytes, this.#offset, BLOCK_BYTES).catch(() => 0),
    };
  }

  #block(bytesMin: number): Buffer {
    if (bytesMin > BLOCK_BYTES || this.#options.reusesMemory !== true)
      return Buffer.allocUnsafe(Math.max(BLOCK_BYTES, bytesMin));
    const block = this.#blocks.length < 2 ? Buffer.allocUnsafeSlow(BLOCK_BYTES) : this.#blocks.shift()!;
    this.#blocks.push(block);
    return block;
  }

  /** The whole events of a block. */
  #take(block: Buffer, count: number): LoggedEvent[] {
    const events: LoggedEvent[] = [];
    let at = 0;
    while (block.length - at >= HEADER_BYTES && events.length < count) {
      try {
        const begin = at + this.#skipMagic(block, at);
        if (block.length - begin < HEADER_BYTES) break;
        const length = this.#lengthOf(block, begin);
        if (length > block.length - begin) break;
        events.push(this.#event(block.subarray(begin, begin + length), begin + length - at));
        at = begin + length;
      } catch (error) {
        // What came before goes out first; then this event is read again, as the first of a block.
        if (events.length === 0) throw error;
        break;
      }
    }
    return events;
  }

  /** Files can come one after the other through a pipe, each with its own begin. */
  #skipMagic(block: Buffer, at = 0): number {
    if (this.#input.isFile || block.compare(MAGIC, 0, MAGIC.length, at, at + MAGIC.length) !== 0) return 0;
    this.#isEncrypted = false;
    return MAGIC.length;
  }

  #lengthOf(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32LE(at + LENGTH_AT);
    if (length >= HEADER_BYTES && length <= this.#options.eventBytesMax) return length;
    throw this.#malformed(`an event of ${length} bytes`);
  }

  #event(raw: Buffer, advance: number): LoggedEvent {
    try {
      const type = raw[4]!;
      const isFormat = !this.#isEncrypted && (type === FORMAT_DESCRIPTION_EVENT || type === START_EVENT_V3);
      const format = isFormat ? this.#beginFormat(raw) : this.#format;
      const hasChecksum = isFormat ? formatChecksumBytes(raw) > 0 : format.checksum === 'crc32';
      const body = hasChecksum ? raw.subarray(0, raw.length - CHECKSUM_BYTES) : raw;
      const isVerified = this.#options.verifyChecksums && !this.#isEncrypted && format.checksum === 'crc32';
      const isDamaged = isVerified && !matches(raw, body);
      if (isDamaged && (isFormat || this.#options.showsDamaged !== true)) throw checksumError(raw);
      const bytes = isFormat || format.headerBytes === HEADER_BYTES ? body : withPlainHeader(body, format);
      const event = rawEvent(bytes, this.#offset, this.#offset + advance);
      this.#offset += advance;
      if (type === START_ENCRYPTION_EVENT && (event.flags & FLAG_IGNORABLE) === 0)
        this.#isEncrypted = !this.#isSearching;
      const shown = isDamaged ? { ...event, type: UNKNOWN_EVENT } : event;
      return { file: this.#input.name, format, event: shown, raw };
    } catch (error) {
      throw locateError(error, this.#place());
    }
  }

  #beginFormat(raw: Buffer): FormatDescription {
    // A copy, since a format reads its own bytes for as long as its file is read.
    const body = Buffer.from(raw.subarray(0, raw.length - formatChecksumBytes(raw)));
    this.#format = decodeFormat(body, { anyVersion: true });
    this.#isInUse = (raw.readUInt16LE(17) & FLAG_IN_USE) !== 0;
    return this.#format;
  }

  #truncated(rest: number): null {
    const what = `the file ends ${rest} bytes behind the begin of an event`;
    if (!this.#isInUse || this.#isSearching) {
      throw new RowtideError('BINLOG_TRUNCATED', `${this.#place()}: ${what}`, {
        hint:
          this.#options.startOffset > FIRST_OFFSET
            ? '--start-position may not be the begin of an event; else get a whole copy of the file.'
            : 'Everything before was shown. Get a whole copy of the file.',
      });
    }
    this.#options.warn(`${this.#place()}: ${what}; its server still writes it, or crashed`);
    return null;
  }

  #malformed(what: string): RowtideError {
    return new RowtideError('EVENT_MALFORMED', `${this.#place()}: ${what}`, {
      hint: 'The file is damaged here, or --start-position is not the begin of an event.',
    });
  }

  #place(): string {
    return `${this.#input.path}:${this.#offset}`;
  }
}

function matches(raw: Buffer, body: Buffer): boolean {
  return raw.readUInt32LE(body.length) === checksumOf(body);
}

function checksumError(raw: Buffer): RowtideError {
  return new RowtideError('EVENT_CHECKSUM', `the checksum of ${eventTypeName(raw[4]!)} does not match`, {
    hint: 'The event was damaged on disk or on the way. Without --verify-binlog-checksum it is shown as it is.',
  });
}

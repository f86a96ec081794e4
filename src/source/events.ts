import { decodeFormat, formatChecksumBytes } from '../binlog/format-description.js';
import { withPlainHeader } from '../binlog/header.js';
import { decodeHeartbeat } from '../binlog/heartbeat.js';
import { decodeRotate } from '../binlog/rotate.js';
import { isMariadb } from '../binlog/server-version.js';
import {
  BINLOG_CHECKPOINT_EVENT,
  eventTypeName,
  FLAG_ARTIFICIAL,
  FLAG_IN_USE,
  FORMAT_DESCRIPTION_EVENT,
  GTID_EVENT,
  GTID_LIST_EVENT,
  HEARTBEAT_LOG_EVENT,
  HEARTBEAT_LOG_EVENT_V2,
  ROTATE_EVENT,
  START_ENCRYPTION_EVENT,
  START_EVENT_V3,
  STOP_EVENT,
} from '../binlog/types.js';
import { crc32 } from '../core/crc32.js';
import { RowtideError } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';

const CHECKSUM_BYTES = 4;
const TWO_TO_32 = 0x100000000;
/** A log file begins with four bytes that name it a log file. */
export const FIRST_OFFSET = 4;

/** Gets every event of the log, with its file and the format that its file is written in. */
export type EventHandler = (event: RawEvent, file: string, format: FormatDescription) => void;

/**
 * Makes events of their bytes, from a server or a file, and asserts that they follow each other: each begins where the
 * one before it ended, its checksum holds, and every file begins with its format. What is only about the connection
 * (heartbeats, and the artificial ROTATE that a server sends before each file) moves the place and goes no further.
 *
 * Offsets are counted here in 64 bits. The header has only the low 32, which are compared.
 */
export class EventChain {
  readonly #prefix: string;
  readonly #origin: 'server' | 'file';
  readonly #skipsExecuted: boolean;
  readonly #handler: EventHandler;
  #file = '';
  #offset = 0;
  #format: FormatDescription | null = null;

  /**
   * `prefix` is what messages put before file and offset: `db1:3306 `, or the path that the file is in.
   * `origin`: only a server makes up a ROTATE before each file.
   * `skipsExecuted`: the server leaves out the transactions that it was told we have.
   */
  constructor(options: {
    prefix: string;
    origin: 'server' | 'file';
    skipsExecuted: boolean;
    handler: EventHandler;
  }) {
    this.#prefix = options.prefix;
    this.#origin = options.origin;
    this.#skipsExecuted = options.skipsExecuted;
    this.#handler = options.handler;
  }

  get file(): string {
    return this.#file;
  }

  /** Where the next event begins. */
  get offset(): number {
    return this.#offset;
  }

  /** The next event is the format of this file; the one after it begins at `offset`. */
  open(file: string, offset: number): void {
    this.#file = file;
    this.#offset = offset;
    this.#format = null;
  }

  /** Takes one event: header, body and, where the format says so, checksum. */
  add(bytes: Buffer, from: number, to: number): void {
    const length = to - from;
    if (length < HEADER_BYTES || bytes.readUInt32LE(from + 9) !== length) {
      throw this.#wrong('EVENT_MALFORMED', `${length} bytes are not an event of the length that its header tells`);
    }
    const type = bytes[from + 4]!;
    const flags = bytes.readUInt16LE(from + 17);
    // Needed for as long as the file is read, which may be longer than its memory holds.
    if (type === FORMAT_DESCRIPTION_EVENT || type === START_EVENT_V3)
      this.#beginFile(Buffer.from(bytes.subarray(from, to)));
    else if (type === ROTATE_EVENT && (flags & FLAG_ARTIFICIAL) !== 0 && this.#origin === 'server')
      this.#moveTo(bytes.subarray(from, to));
    else this.#addLogged(bytes, from, to);
  }

  #addLogged(bytes: Buffer, from: number, to: number): void {
    const type = bytes[from + 4]!;
    const format = this.#format;
    if (format === null) {
      throw this.#wrong('LOG_GAP', `${eventTypeName(type)}, where the file's FORMAT_DESCRIPTION_EVENT is expected`);
    }
    const logged = format.checksum === 'crc32' ? this.#verified(bytes, from, to) : bytes.subarray(from, to);
    const body = format.headerBytes === HEADER_BYTES ? logged : this.#located(() => withPlainHeader(logged, format));
    if (type === HEARTBEAT_LOG_EVENT || type === HEARTBEAT_LOG_EVENT_V2) {
      this.#skipTo(body, type);
      return;
    }
    const length = to - from;
    const loggedEnd = endOf(body, format, length);
    // Said again to a reader who begins behind it, as the format is.
    if (type === START_ENCRYPTION_EVENT && loggedEnd === 0) return;
    if (type === GTID_LIST_EVENT && (body.readUInt16LE(17) & FLAG_ARTIFICIAL) !== 0) {
      // MariaDB has left out transactions, and says where it goes on.
      this.#offset += this.#skippedTo(type, loggedEnd);
      return;
    }
    // Zero: the server made the event up for this connection, or it writes none inside of transactions.
    if (loggedEnd !== 0 && loggedEnd !== (this.#offset + length) % TWO_TO_32) {
      if (!isSaidBetween(type, format)) throw this.#gap(type, loggedEnd - length);
      this.#offset += this.#skippedTo(type, loggedEnd - length);
    }
    const start = this.#offset;
    this.#offset = start + length;
    this.#handler(rawEvent(body, start, this.#offset), this.#file, format);
  }

  /** How far it is to an offset of which the low 32 bits are known, where a server may have left out transactions. */
  #skippedTo(type: number, low: number): number {
    const skipped = (low - (this.#offset % TWO_TO_32) + TWO_TO_32) % TWO_TO_32;
    if (skipped !== 0 && (!this.#skipsExecuted || skipped > TWO_TO_32 / 2)) throw this.#gap(type, low);
    return skipped;
  }

  /** The format has a checksum of its own whenever it names an algorithm, and lies at the beginning of its file. */
  #beginFile(bytes: Buffer): void {
    // A damaged type is not noticed by a checksum that only the format promises.
    if (this.#format !== null)
      throw this.#wrong('LOG_GAP', `another ${eventTypeName(bytes[4]!)} in the middle of a file`);
    const checksumBytes = this.#located(() => formatChecksumBytes(bytes));
    const body = checksumBytes === 0 ? bytes : this.#verified(bytes, 0, bytes.length);
    const format = this.#located(() => decodeFormat(body));
    const end = FIRST_OFFSET + bytes.length;
    this.#format = format;
    // Reading from the middle of a file, its format comes first nevertheless, and the place does not move.
    if (this.#offset <= FIRST_OFFSET) this.#offset = end;
    this.#handler(rawEvent(body, FIRST_OFFSET, end), this.#file, format);
  }

  /**
   * The artificial ROTATE comes before the format that would say whether it has a checksum, and after a change of
   * binlog_checksum neither the old file's format nor the new one's does: the value itself tells. One that is wrong
   * looks like the end of the name, which is a number.
   */
  #moveTo(bytes: Buffer): void {
    const body = bytes.subarray(0, -CHECKSUM_BYTES);
    const hasChecksum = body.length > HEADER_BYTES && crc32(body) === bytes.readUInt32LE(body.length);
    const { file, offset } = this.#located(() => decodeRotate(hasChecksum ? body : bytes));
    if (!LOG_NAME.test(file))
      throw this.#wrong('EVENT_MALFORMED', `a ROTATE_EVENT to the file ${JSON.stringify(file)}`);
    this.open(file, offset);
  }

  /** A server that has left out transactions says by a heartbeat where it goes on. */
  #skipTo(bytes: Buffer, type: number): void {
    const { file, offset } = this.#located(() => decodeHeartbeat(bytes, type));
    if (file !== this.#file) throw this.#wrong('LOG_GAP', `a heartbeat of the file ${file}`);
    const low = bytes.readUInt32LE(13);
    const skipped =
      offset === null ? (low - (this.#offset % TWO_TO_32) + TWO_TO_32) % TWO_TO_32 : offset - this.#offset;
    if (skipped === 0) return;
    if (!this.#skipsExecuted || skipped < 0 || skipped > TWO_TO_32 / 2) {
      throw this.#wrong('LOG_GAP', `a heartbeat of the offset ${offset ?? low}`);
    }
    this.#offset += skipped;
  }

  #verified(bytes: Buffer, from: number, to: number): Buffer {
    if (to - from < HEADER_BYTES + CHECKSUM_BYTES) throw this.#wrong('EVENT_MALFORMED', 'an event without a checksum');
    const body = bytes.subarray(from, to - CHECKSUM_BYTES);
    const computed = checksumOf(body);
    const logged = bytes.readUInt32LE(to - CHECKSUM_BYTES);
    if (computed === logged) return body;
    throw new RowtideError(
      'EVENT_CHECKSUM',
      `${this.#place()}: the checksum of ${eventTypeName(body[4]!)} does not match: logged ${hex(logged)}, computed ${hex(computed)}`,
      {
        hint: 'The event was damaged on disk or on the way. Read the server’s own file with mysqlbinlog --verify-binlog-checksum to see where.',
      },
    );
  }

  #gap(type: number, found: number): RowtideError {
    const expected = this.#offset % TWO_TO_32;
    return this.#wrong('LOG_GAP', `${eventTypeName(type)} begins at ${found}, and ${expected} is expected`);
  }

  #wrong(code: 'EVENT_MALFORMED' | 'LOG_GAP', what: string): RowtideError {
    return new RowtideError(code, `${this.#place()}: ${what}`, {
      hint:
        code === 'LOG_GAP'
          ? 'Something between the log and here lost events; nothing was passed on past this place.'
          : 'The log is damaged. Check it with the server’s own mysqlbinlog.',
    });
  }

  /** Decoders do not know the place. */
  #located<T>(decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      if (!(error instanceof RowtideError)) throw error;
      throw new RowtideError(error.code, `${this.#place()}: ${error.message}`, { ...hintOf(error), cause: error });
    }
  }

  #place(): string {
    return this.#file === '' ? this.#prefix.trim() : `${this.#prefix}${this.#file}:${this.#offset}`;
  }
}

const LOG_NAME = /^[^\0]+\.\d+$/;

/** What stands between transactions: in front of it MariaDB may have left out some, and says so by its offset only. */
function isSaidBetween(type: number, format: FormatDescription): boolean {
  switch (type) {
    case GTID_EVENT:
    case GTID_LIST_EVENT:
    case BINLOG_CHECKPOINT_EVENT:
      return true;
    case ROTATE_EVENT:
    case STOP_EVENT:
      return isMariadb(format.serverVersion);
    default:
      return false;
  }
}

export function rawEvent(bytes: Buffer, start: number, end: number): RawEvent {
  return new LoggedEvent(bytes, start, end);
}

/** No literal, for the reason that `KeptEvent` tells. */
class LoggedEvent implements RawEvent {
  readonly type: number;
  readonly timestamp: number;
  readonly serverId: number;
  readonly flags: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.type = bytes[4]!;
    this.timestamp = bytes.readUInt32LE(0);
    this.serverId = bytes.readUInt32LE(5);
    this.flags = bytes.readUInt16LE(17);
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }
}

/** Where the event says that it ends, in 32 bits, or 0. */
function endOf(body: Buffer, { binlogVersion }: FormatDescription, length: number): number {
  const logged = body.readUInt32LE(13);
  return binlogVersion === 3 && logged !== 0 ? (logged + length) % TWO_TO_32 : logged;
}

/** A file that is not closed is flagged so in its format, after the checksum was computed. */
export function checksumOf(body: Buffer): number {
  if (body[4] !== FORMAT_DESCRIPTION_EVENT || (body[17]! & FLAG_IN_USE) === 0) return crc32(body);
  const closed = Buffer.from(body);
  closed[17] = body[17]! & ~FLAG_IN_USE;
  return crc32(closed);
}

function hintOf(error: RowtideError): { hint?: string } {
  return error.hint === undefined ? {} : { hint: error.hint };
}

function hex(checksum: number): string {
  return `0x${checksum.toString(16).padStart(8, '0')}`;
}

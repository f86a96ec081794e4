import { type FormatDescription, HEADER_BYTES, type LogPoint, type RawEvent } from '../core/event.js';
import type { LoggedEvent } from '../inspect/logged-event.js';
import { decodeFormat, formatChecksumBytes } from './format-description.js';
import { withPlainHeader } from './header.js';
import { decodeHeartbeat } from './heartbeat.js';
import { decodeRotate } from './rotate.js';
import {
  FLAG_ARTIFICIAL,
  FORMAT_DESCRIPTION_EVENT,
  GTID_LIST_EVENT,
  HEARTBEAT_LOG_EVENT,
  HEARTBEAT_LOG_EVENT_V2,
  ROTATE_EVENT,
  START_ENCRYPTION_EVENT,
  START_EVENT_V3,
} from './types.js';

/** An event as it came over a connection, whether it stands in the log or not. */
export interface DumpedEvent extends LoggedEvent {
  /**
   * Made up for this connection: where a file begins, and what its reader has to know who begins in the middle of it.
   * It takes no room in the log, so that `start` and `end` are both the place in front of which it was sent.
   */
  readonly artificial: boolean;
}

const TWO_TO_32 = 2 ** 32;
/** In the header: where the event ends in the log, in 32 bits. 0: it is not in the log, or its server does not say. */
const LOGGED_END_AT = 13;

/** What a server that has not said anything else sends: no checksum, plain headers. */
const BEFORE_FORMAT: FormatDescription = {
  binlogVersion: 4,
  serverVersion: '',
  createdAt: 0,
  headerBytes: HEADER_BYTES,
  checksum: 'none',
  postHeaderBytes: () => 0,
};

/**
 * Makes events of what a server sends after a dump command, without judging them: for those who show or keep the log.
 * Heartbeats move the place and are no events. The connection must have asked for no checksum (`@source_binlog_checksum
 * = 'NONE'`): events then come as they were logged, and only the first artificial ROTATE, which no format precedes, has
 * none.
 */
export class DumpedEvents {
  readonly #handler: (event: DumpedEvent) => void;
  #file: string;
  #offset: number;
  #format = BEFORE_FORMAT;

  /** `from`: of a file that is read in place of a connection, where no ROTATE says it. */
  constructor(handler: (event: DumpedEvent) => void, from: LogPoint = { file: '', offset: 0 }) {
    this.#handler = handler;
    this.#file = from.file;
    this.#offset = from.offset;
  }

  get file(): string {
    return this.#file;
  }

  /** Where the next event begins, as far as the server has said. */
  get offset(): number {
    return this.#offset;
  }

  /** Takes one event: the bytes must not be written to afterwards. */
  add(bytes: Buffer, from: number, to: number): void {
    const raw = bytes.subarray(from, to);
    const type = raw[4];
    if (type === HEARTBEAT_LOG_EVENT || type === HEARTBEAT_LOG_EVENT_V2) this.#skipTo(raw, type);
    else if (type === ROTATE_EVENT && raw.readUInt32LE(0) === 0) this.#moveTo(raw);
    else if (type === FORMAT_DESCRIPTION_EVENT || type === START_EVENT_V3) this.#begin(raw);
    else this.#logged(raw);
  }

  #moveTo(raw: Buffer): void {
    const { file, offset } = decodeRotate(this.#withoutChecksum(raw));
    this.#file = file;
    this.#offset = offset;
    this.#emit(raw, true);
  }

  #begin(raw: Buffer): void {
    this.#format = decodeFormat(raw.subarray(0, raw.length - formatChecksumBytes(raw)));
    this.#emit(raw, raw.readUInt32LE(LOGGED_END_AT) === 0);
  }

  #logged(raw: Buffer): void {
    const low = raw.readUInt32LE(LOGGED_END_AT);
    const isArtificial = isRepeated(raw);
    if (low !== 0) this.#forwardTo(isArtificial ? low : low - raw.length);
    this.#emit(raw, isArtificial);
  }

  #skipTo(raw: Buffer, type: number): void {
    const { offset } = decodeHeartbeat(this.#withoutChecksum(raw), type);
    if (offset === null) this.#forwardTo(raw.readUInt32LE(LOGGED_END_AT));
    else this.#offset = offset;
  }

  /** A server may leave out transactions; it never goes back. `low` are the lower 32 bits of the place. */
  #forwardTo(low: number): void {
    const skipped = (((low - this.#offset) % TWO_TO_32) + TWO_TO_32) % TWO_TO_32;
    if (skipped < TWO_TO_32 / 2) this.#offset += skipped;
  }

  #emit(raw: Buffer, artificial: boolean): void {
    const format = this.#format;
    const isFormat = raw[4] === FORMAT_DESCRIPTION_EVENT;
    const body = isFormat ? raw.subarray(0, raw.length - formatChecksumBytes(raw)) : this.#withoutChecksum(raw);
    const start = this.#offset;
    if (!artificial) this.#offset += raw.length;
    const bytes = format.headerBytes === HEADER_BYTES ? body : withPlainHeader(body, format);
    const event = new HeadedEvent(raw, bytes, start, this.#offset);
    this.#handler(new Dumped(this.#file, format, event, raw, artificial));
  }

  #withoutChecksum(raw: Buffer): Buffer {
    return this.#format.checksum === 'crc32' ? raw.subarray(0, -4) : raw;
  }
}

/** What a reader has to know who begins in the middle of a file: its key; where MariaDB's GTIDs are. */
function isRepeated(raw: Buffer): boolean {
  if (raw[4] === START_ENCRYPTION_EVENT) return raw.readUInt32LE(LOGGED_END_AT) === 0;
  return raw[4] === GTID_LIST_EVENT && (raw.readUInt16LE(17) & FLAG_ARTIFICIAL) !== 0;
}

/** Classes and no literals, which V8 may make in the old part of its heap: see binlog/event-memory.ts. */
class HeadedEvent implements RawEvent {
  readonly type: number;
  readonly timestamp: number;
  readonly serverId: number;
  readonly flags: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;

  constructor(raw: Buffer, bytes: Buffer, start: number, end: number) {
    this.type = raw[4] ?? 0;
    this.timestamp = raw.readUInt32LE(0);
    this.serverId = raw.readUInt32LE(5);
    this.flags = raw.readUInt16LE(17);
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }
}

class Dumped implements DumpedEvent {
  readonly file: string;
  readonly format: FormatDescription;
  readonly event: RawEvent;
  readonly raw: Buffer;
  readonly artificial: boolean;

  constructor(file: string, format: FormatDescription, event: RawEvent, raw: Buffer, artificial: boolean) {
    this.file = file;
    this.format = format;
    this.event = event;
    this.raw = raw;
    this.artificial = artificial;
  }
}

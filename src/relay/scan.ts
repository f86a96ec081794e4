import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { decodeFormat, formatChecksumBytes } from '../binlog/format-description.js';
import { FORMAT_DESCRIPTION_EVENT } from '../binlog/types.js';
import { RowtideError } from '../core/errors.js';
import { HEADER_BYTES } from '../core/event.js';

export const MAGIC = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);
const BLOCK_BYTES = 2 ** 20;
const CHECKSUM_BYTES = 4;
const TWO_TO_32 = 2 ** 32;
/** In an event's header: where it ends in the log, in 32 bits; 0 where its server does not say. */
const LOGGED_END_AT = 13;

/** An event of a file: where it begins in it and in its server's log, and all of its bytes. */
export interface StoredEvent {
  readonly at: number;
  readonly logOffset: number;
  readonly raw: Buffer;
}

/** What stands in a log file that was written event by event until its writer was stopped, or lost its power. */
export interface Scan {
  readonly isLogFile: boolean;
  /** The event that every file begins with. Null: not even that is whole. */
  readonly format: Buffer | null;
  /** The last whole event behind the format that a server can be asked for by its place, which has 32 bits. */
  readonly last: StoredEvent | null;
  /** Up to here, every event is whole. What stands behind it was torn. */
  readonly wholeBytes: number;
  readonly sizeBytes: number;
}

/**
 * Reads a log file from its begin up to where it is whole: lengths that fit, and checksums that hold where its format
 * has them. Takes a second or so for a gigabyte. `each` gets every whole event, in memory that is used again.
 */
export async function scanLogFile(file: FileHandle, each?: (raw: Buffer) => void): Promise<Scan> {
  const sizeBytes = (await file.stat()).size;
  const magic = await read(file, Buffer.alloc(MAGIC.length), 0);
  // A file that was made and not written to yet may hold no more than a part of it.
  const isLogFile = MAGIC.subarray(0, magic.length).equals(magic);
  if (!isLogFile || magic.length < MAGIC.length) {
    return { isLogFile, format: null, last: null, wholeBytes: 0, sizeBytes };
  }
  const events = new EventScan(each);
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  for (;;) {
    const filled = await read(file, block, events.at);
    const before = events.at;
    const needed = events.add(filled);
    const mayBeThere = needed !== null && events.at + needed <= sizeBytes;
    if (!mayBeThere || filled.length < block.length) break;
    // An event that is larger than a block gets one of its own size.
    if (events.at === before) block = Buffer.allocUnsafe(needed);
  }
  return { isLogFile, format: events.format, last: events.last, wholeBytes: events.at, sizeBytes };
}

/** Reads as much as is there and fits. */
async function read(file: FileHandle, into: Buffer, at: number): Promise<Buffer> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return into.subarray(0, filled);
}

class EventScan {
  /** Behind the last whole event. */
  at = MAGIC.length;
  format: Buffer | null = null;
  last: StoredEvent | null = null;
  #hasChecksums = false;
  /** How far behind its place in the file an event is in the log: an archive may begin in the middle, or leave out. */
  #shift = 0;
  readonly #each: ((raw: Buffer) => void) | undefined;

  constructor(each: ((raw: Buffer) => void) | undefined) {
    this.#each = each;
  }

  /** Takes the whole events of a block. Returns how many bytes the next one has, or null where none can follow. */
  add(block: Buffer): number | null {
    let from = 0;
    let last: { from: number; at: number; logOffset: number } | null = null;
    let needed: number | null = HEADER_BYTES;
    while (block.length - from >= HEADER_BYTES) {
      const length = block.readUInt32LE(from + 9);
      needed = length < HEADER_BYTES ? null : length;
      if (needed === null || from + length > block.length) break;
      const raw = block.subarray(from, from + length);
      if (!this.#take(raw)) {
        needed = null;
        break;
      }
      this.#each?.(raw);
      const logOffset = this.at + this.#shift;
      if (this.at > MAGIC.length && logOffset < TWO_TO_32) last = { from, at: this.at, logOffset };
      this.at += length;
      from += length;
      needed = HEADER_BYTES;
    }
    // Copied once for each block, whose memory is used again.
    if (last !== null) this.last = { ...last, raw: Buffer.from(eventAt(block, last.from)) };
    return needed;
  }

  /** Whether the event is whole; what it says about the log is noted. */
  #take(raw: Buffer): boolean {
    if (this.format === null) return this.#takeFormat(raw);
    if (this.#hasChecksums && !isIntact(raw)) return false;
    const loggedEnd = raw.readUInt32LE(LOGGED_END_AT);
    if (loggedEnd !== 0) {
      const low = (this.at + this.#shift + raw.length) % TWO_TO_32;
      this.#shift += (loggedEnd - low + TWO_TO_32) % TWO_TO_32;
    }
    return true;
  }

  #takeFormat(raw: Buffer): boolean {
    const hasChecksums = checksumsOf(raw);
    if (hasChecksums === null) return false;
    this.#hasChecksums = hasChecksums;
    this.format = Buffer.from(raw);
    return true;
  }
}

/** Whether a format says that events have checksums; null where it is torn. */
function checksumsOf(raw: Buffer): boolean | null {
  if (raw[4] !== FORMAT_DESCRIPTION_EVENT) return null;
  try {
    const checksumBytes = formatChecksumBytes(raw);
    if (checksumBytes > 0 && !isIntact(raw)) return null;
    return decodeFormat(raw.subarray(0, raw.length - checksumBytes)).checksum === 'crc32';
  } catch (error) {
    if (error instanceof RowtideError) return null;
    throw error;
  }
}

function eventAt(block: Buffer, from: number): Buffer {
  return block.subarray(from, from + block.readUInt32LE(from + 9));
}

/** Whether the checksum holds that an event ends with. */
export function isIntact(raw: Buffer): boolean {
  if (raw.length < HEADER_BYTES + CHECKSUM_BYTES) return false;
  return crc32(raw.subarray(0, -CHECKSUM_BYTES)) === raw.readUInt32LE(raw.length - CHECKSUM_BYTES);
}

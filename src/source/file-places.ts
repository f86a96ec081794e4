import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeFormat, formatChecksumBytes } from '../binlog/format-description.js';
import { decodeGtidList } from '../binlog/gtid-list.js';
import { withPlainHeader } from '../binlog/header.js';
import { decodePreviousGtids } from '../binlog/previous-gtids.js';
import {
  BINLOG_CHECKPOINT_EVENT,
  GTID_LIST_EVENT,
  PREVIOUS_GTIDS_LOG_EVENT,
  START_ENCRYPTION_EVENT,
} from '../binlog/types.js';
import { locateError, malformed, RowtideError } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import type { FileHead, FilesOfLog, TransactionBegin } from '../inspect/search/place.js';
import { BeginFinder } from '../inspect/search/transaction-begins.js';
import { FIRST_OFFSET, rawEvent } from './events.js';
import { checkMagicBytes, encrypted } from './file-reader.js';

/** The begin of a file, whose GTIDs mostly are few. */
const HEAD_BYTES = 512;
/** A header, and the GTID behind it. */
const HOP_BYTES = 128;
/** After so many hops, fewer and larger reads are cheaper than few bytes. */
const HOPS_MAX = 4000;
const BLOCK_BYTES = 64 * 1024;
const CHECKSUM_BYTES = 4;

export interface FilePlaces extends FilesOfLog {
  /** What was read so far. */
  readonly bytesRead: number;
}

/**
 * Places in the files of a log, which are read by hops: of a file that is not the right one its first two events, of the
 * right one a header, or a GTID, for each transaction. Synchronously, because each read is small.
 */
export function filePlaces(paths: readonly string[]): FilePlaces {
  let bytesRead = 0;
  const count = (bytes: number): void => {
    bytesRead += bytes;
  };
  return {
    count: paths.length,
    get bytesRead() {
      return bytesRead;
    },
    async head(index) {
      const file = new HoppingFile(paths[index]!, count);
      try {
        return file.head();
      } finally {
        file.close();
      }
    },
    *begins(index) {
      const file = new HoppingFile(paths[index]!, count);
      try {
        yield* file.begins();
      } finally {
        file.close();
      }
    },
  };
}

interface Header {
  readonly type: number;
  readonly length: number;
}

class HoppingFile {
  readonly #path: string;
  readonly #count: (bytes: number) => void;
  readonly #fd: number;
  readonly #size: number;
  #bytes = Buffer.alloc(0);
  /** Where in the file they begin. */
  #from = 0;
  #hops = 0;

  constructor(path: string, count: (bytes: number) => void) {
    this.#path = path;
    this.#count = count;
    this.#fd = attempt(path, () => openSync(path, 'r'));
    this.#size = attempt(path, () => fstatSync(this.#fd).size);
  }

  close(): void {
    closeSync(this.#fd);
  }

  head(): FileHead {
    const { first, format, next } = this.#begin();
    let before: FileHead['before'] = null;
    for (let at = next; before === null; ) {
      const header = this.#header(at);
      if (header === null) break;
      if (header.type === PREVIOUS_GTIDS_LOG_EVENT) before = decodePreviousGtids(this.#event(at, header, format));
      else if (header.type === GTID_LIST_EVENT) before = decodeGtidList(this.#event(at, header, format));
      else if (header.type === START_ENCRYPTION_EVENT) throw encrypted(this.#path);
      else if (header.type !== BINLOG_CHECKPOINT_EVENT) break;
      at += header.length;
    }
    return { beganAt: first.timestamp, before };
  }

  *begins(): Generator<TransactionBegin> {
    const { format, next } = this.#begin();
    const finder = new BeginFinder();
    let at = next;
    for (let header = this.#header(at); header !== null; header = this.#header(at)) {
      if (header.type === START_ENCRYPTION_EVENT) throw encrypted(this.#path);
      this.#hops++;
      let length = header.length;
      if (finder.needs(header.type)) {
        const found = finder.begin(this.#event(at, header, format), format);
        if (found !== null) {
          yield found.begin;
          if (found.bytes > length && this.#leadsTo(at + found.bytes)) length = found.bytes;
        }
      } else finder.passes(header.type);
      at += length;
    }
  }

  /** Whether an event begins there: the length of a transaction that its GTID tells is trusted only then. */
  #leadsTo(at: number): boolean {
    if (at + HEADER_BYTES > this.#size) return at === this.#size;
    const bytes = this.#at(at, HEADER_BYTES);
    const end = at + bytes.readUInt32LE(9);
    return end <= this.#size && bytes.readUInt32LE(13) === end % 2 ** 32;
  }

  #begin(): { first: RawEvent; format: FormatDescription; next: number } {
    this.#read(0, HEAD_BYTES);
    checkMagicBytes(this.#bytes.subarray(0, FIRST_OFFSET), this.#path);
    const header = this.#header(FIRST_OFFSET);
    if (header === null) throw this.#malformed(FIRST_OFFSET, 'the file ends before its first event');
    const raw = this.#at(FIRST_OFFSET, header.length);
    const body = raw.subarray(0, raw.length - formatChecksumBytes(raw));
    const next = FIRST_OFFSET + header.length;
    return { first: rawEvent(body, FIRST_OFFSET, next), format: decodeFormat(body), next };
  }

  /** Null where no whole event is left: a file may still be written, or have lost its end. */
  #header(at: number): Header | null {
    if (at + HEADER_BYTES > this.#size) return null;
    const bytes = this.#at(at, HEADER_BYTES);
    const length = bytes.readUInt32LE(9);
    if (length === 0) return null;
    if (length < HEADER_BYTES) throw this.#malformed(at, `an event of ${length} bytes`);
    if (at + length > this.#size) return null;
    return { type: bytes[4]!, length };
  }

  #event(at: number, { length }: Header, format: FormatDescription): RawEvent {
    const raw = this.#at(at, length);
    const body = format.checksum === 'crc32' ? raw.subarray(0, raw.length - CHECKSUM_BYTES) : raw;
    try {
      return rawEvent(format.headerBytes === HEADER_BYTES ? body : withPlainHeader(body, format), at, at + length);
    } catch (error) {
      throw locateError(error, `${this.#path}:${at}`);
    }
  }

  /** Those bytes, which are in the file. */
  #at(at: number, length: number): Buffer {
    const isHere = at >= this.#from && at + length <= this.#from + this.#bytes.length;
    if (!isHere) this.#read(at, Math.max(length, this.#hops < HOPS_MAX ? HOP_BYTES : BLOCK_BYTES));
    const from = at - this.#from;
    if (from + length > this.#bytes.length) throw this.#malformed(at, `the file ends inside of ${length} bytes`);
    return this.#bytes.subarray(from, from + length);
  }

  #read(at: number, length: number): void {
    const bytes = Buffer.allocUnsafe(length);
    const read = attempt(this.#path, () => readSync(this.#fd, bytes, 0, length, at));
    this.#count(read);
    this.#bytes = bytes.subarray(0, read);
    this.#from = at;
  }

  #malformed(at: number, what: string): RowtideError {
    return locateError(malformed(what), `${this.#path}:${at}`);
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new RowtideError('IO', `${path}: ${(cause as Error).message}`, {
      hint: 'Check the path, and that this user may read it.',
      cause,
    });
  }
}

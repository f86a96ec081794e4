import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Spool, SpoolFile } from '../binlog/spool.js';
import { RowtideError } from '../core/errors.js';
import type { RawEvent } from '../core/event.js';

const WRITE_BYTES = 1024 * 1024;
const READ_BYTES = 256 * 1024;
/** Used again by the next file: what lies outside of the heap is collected late, and new ones would pile up. */
const spareBuffers: Buffer[] = [];
const SPARE_BUFFERS_MAX = 2;
/** type u32, timestamp u32, serverId u32, flags u32, start f64, end f64, length u32 */
const FRAME_BYTES = 36;

/**
 * Spool files in `folder`, made on first use. A file is unlinked as soon as it is open, so that even a kill leaves
 * nothing behind; it holds row data, so nobody else may read it.
 */
export function diskSpool(folder: string): Spool {
  return { create: () => new DiskSpoolFile(folder) };
}

class DiskSpoolFile implements SpoolFile {
  readonly #folder: string;
  readonly #fd: number;
  #open = true;
  /** Offset behind each event, to cut off what a savepoint took back. */
  readonly #ends: number[] = [];
  #written = 0;
  /** What is not written yet. */
  readonly #pending = spareBuffers.pop() ?? Buffer.allocUnsafeSlow(WRITE_BYTES);
  #pendingBytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
    const path = join(folder, `transaction-${randomUUID()}.spool`);
    this.#fd = this.#attempt('create', () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const fd = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
      return fd;
    });
  }

  append(event: RawEvent): void {
    const length = event.bytes.length;
    if (this.#pendingBytes + FRAME_BYTES + length > WRITE_BYTES) this.#flush();
    const at = this.#pendingBytes;
    const frame = this.#pending;
    frame.writeUInt32LE(event.type, at);
    frame.writeUInt32LE(event.timestamp, at + 4);
    frame.writeUInt32LE(event.serverId, at + 8);
    frame.writeUInt32LE(event.flags, at + 12);
    frame.writeDoubleLE(event.start, at + 16);
    frame.writeDoubleLE(event.end, at + 24);
    frame.writeUInt32LE(length, at + 32);
    this.#pendingBytes += FRAME_BYTES;
    if (FRAME_BYTES + length <= WRITE_BYTES) {
      event.bytes.copy(this.#pending, this.#pendingBytes);
      this.#pendingBytes += length;
    } else {
      this.#flush();
      this.#write(event.bytes, length);
    }
    this.#ends.push(this.#written + this.#pendingBytes);
  }

  truncate(count: number): void {
    this.#flush();
    this.#ends.length = count;
    this.#written = this.#ends.at(-1) ?? 0;
    this.#attempt('cut', () => ftruncateSync(this.#fd, this.#written));
  }

  *events({ reusesMemory = false } = {}): Generator<RawEvent> {
    this.#flush();
    const memory = reusesMemory ? Buffer.allocUnsafeSlow(READ_BYTES) : null;
    let block: Buffer = Buffer.alloc(0);
    let blockAt = 0;
    const read = (at: number, length: number): Buffer => {
      if (at < blockAt || at + length > blockAt + block.length) {
        const wanted = Math.max(length, Math.min(READ_BYTES, this.#written - at));
        block = this.#read(at, memory !== null && wanted <= READ_BYTES ? memory.subarray(0, wanted) : null, wanted);
        blockAt = at;
      }
      return block.subarray(at - blockAt, at - blockAt + length);
    };
    for (let at = 0; at < this.#written; ) {
      const frame = read(at, FRAME_BYTES);
      const length = frame.readUInt32LE(32);
      yield {
        type: frame.readUInt32LE(0),
        timestamp: frame.readUInt32LE(4),
        serverId: frame.readUInt32LE(8),
        flags: frame.readUInt32LE(12),
        start: frame.readDoubleLE(16),
        end: frame.readDoubleLE(24),
        bytes: read(at + FRAME_BYTES, length),
      };
      at += FRAME_BYTES + length;
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
    if (spareBuffers.length < SPARE_BUFFERS_MAX) spareBuffers.push(this.#pending);
  }

  #flush(): void {
    if (this.#pendingBytes === 0) return;
    this.#write(this.#pending, this.#pendingBytes);
    this.#pendingBytes = 0;
  }

  #write(bytes: Buffer, length: number): void {
    this.#attempt('write', () => {
      for (let done = 0; done < length; ) done += writeSync(this.#fd, bytes, done, length - done, this.#written + done);
    });
    this.#written += length;
  }

  #read(at: number, into: Buffer | null, length: number): Buffer {
    const bytes = into ?? Buffer.allocUnsafe(length);
    const got = this.#attempt('read', () => {
      let done = 0;
      while (done < length) {
        const count = readSync(this.#fd, bytes, done, length - done, at + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    });
    if (got !== length) {
      throw new RowtideError(
        'IO',
        `a spool file in ${this.#folder} has ${fstatSync(this.#fd).size} bytes, expected ${at + length}`,
      );
    }
    return bytes;
  }

  #attempt<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (cause) {
      const { message } = cause as Error;
      throw new RowtideError('IO', `cannot ${what} a spool file in ${this.#folder}: ${message}`, {
        hint: 'Large transactions wait there for their commit: give it the space of the largest one, or name another folder.',
        retryable: (cause as NodeJS.ErrnoException).code === 'ENOSPC',
        cause,
      });
    }
  }
}

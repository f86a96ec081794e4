import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RowtideError } from '../core/errors.js';

const MEMORY_BYTES = 1024 * 1024;
const READ_BYTES = 1024 * 1024;
/** Behind each text its length u32, so that reading backwards needs no index. */
const LENGTH_BYTES = 4;

/**
 * Texts that are appended and read back from the last one to the first: in memory while they are few, then in a file that
 * is unlinked as soon as it is open, so that even a kill leaves nothing behind.
 */
export class BackwardSpool {
  readonly #folder: string;
  #fd: number | null = null;
  #written = 0;
  /** One for all that is appended: memory outside of the heap is collected late. */
  #memory: Buffer | null = null;
  #held = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns where `read` finds it again. */
  append(text: string): number {
    const bytes = Buffer.byteLength(text) + LENGTH_BYTES;
    if (this.#held + bytes > MEMORY_BYTES) this.#flush();
    if (bytes > MEMORY_BYTES) this.#write(framed(Buffer.allocUnsafe(bytes), 0, text), bytes);
    else {
      this.#memory ??= Buffer.allocUnsafeSlow(MEMORY_BYTES);
      framed(this.#memory, this.#held, text);
      this.#held += bytes;
    }
    return this.#written + this.#held;
  }

  read(end: number): string {
    if (end > this.#written) this.#flush();
    const length = this.#readBefore(end, LENGTH_BYTES).readUInt32LE(0);
    return this.#readBefore(end, LENGTH_BYTES + length).utf8Slice(0, length);
  }

  /** What it yields is valid until the next one: all are read into the same memory. */
  *backwards(): Generator<Buffer> {
    if (this.#memory !== null) yield* textsBackwards(this.#memory.subarray(0, this.#held));
    const memory = Buffer.allocUnsafeSlow(Math.min(this.#written, READ_BYTES));
    for (let end = this.#written; end > 0; ) {
      let block = this.#readBefore(end, Math.min(end, READ_BYTES), memory);
      const last = block.readUInt32LE(block.length - LENGTH_BYTES) + LENGTH_BYTES;
      if (last > block.length) block = this.#readBefore(end, last);
      end -= block.length - (yield* textsBackwards(block));
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    this.#memory = null;
    this.#held = 0;
  }

  #flush(): void {
    if (this.#memory !== null) this.#write(this.#memory, this.#held);
    this.#held = 0;
  }

  #write(bytes: Buffer, length: number): void {
    this.#attempt('write', () => {
      this.#fd ??= this.#create();
      for (let done = 0; done < length; ) done += writeSync(this.#fd, bytes, done, length - done, this.#written + done);
    });
    this.#written += length;
  }

  #create(): number {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, `backward-${randomUUID()}.spool`);
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return fd;
  }

  #readBefore(end: number, length: number, memory: Buffer | null = null): Buffer {
    const bytes = memory?.subarray(0, length) ?? Buffer.allocUnsafe(length);
    this.#attempt('read', () => {
      for (let done = 0; done < length; ) {
        const count = readSync(this.#fd!, bytes, done, length - done, end - length + done);
        if (count === 0) throw new Error('it became shorter');
        done += count;
      }
    });
    return bytes;
  }

  #attempt(what: string, action: () => void): void {
    try {
      action();
    } catch (cause) {
      throw new RowtideError('IO', `cannot ${what} a spool file in ${this.#folder}: ${(cause as Error).message}`, {
        hint: 'What undoes a range waits there until all of it is known: it takes some times the range’s size. Name another folder with TMPDIR.',
        cause,
      });
    }
  }
}

function framed(to: Buffer, at: number, text: string): Buffer {
  const length = to.write(text, at);
  to.writeUInt32LE(length, at + length);
  return to;
}

/** The whole texts of a block, which ends with one, from the last on; returns how many bytes are left in front of them. */
function* textsBackwards(block: Buffer): Generator<Buffer, number> {
  let end = block.length;
  while (end >= LENGTH_BYTES) {
    const begin = end - LENGTH_BYTES - block.readUInt32LE(end - LENGTH_BYTES);
    if (begin < 0) break;
    yield block.subarray(begin, end - LENGTH_BYTES);
    end = begin;
  }
  return end;
}

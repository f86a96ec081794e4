import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RowtideError } from '../core/errors.js';

const MEMORY_BYTES_MAX = 1024 * 1024;
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
  #memory: Buffer[] = [];
  #memoryBytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns where `read` finds it again. */
  append(text: string): number {
    const bytes = Buffer.from(text);
    this.#memory.push(bytes);
    this.#memoryBytes += bytes.length + LENGTH_BYTES;
    const end = this.#written + this.#memoryBytes;
    if (this.#memoryBytes > MEMORY_BYTES_MAX) this.#flush();
    return end;
  }

  read(end: number): string {
    if (end > this.#written) this.#flush();
    const length = this.#readBefore(end, LENGTH_BYTES).readUInt32LE(0);
    return this.#readBefore(end, LENGTH_BYTES + length).utf8Slice(0, length);
  }

  *backwards(): Generator<Buffer> {
    for (let i = this.#memory.length - 1; i >= 0; i--) yield this.#memory[i]!;
    let end = this.#written;
    while (end > 0) {
      let block = this.#readBefore(end, Math.min(end, READ_BYTES));
      const last = block.readUInt32LE(block.length - LENGTH_BYTES) + LENGTH_BYTES;
      if (last > block.length) block = this.#readBefore(end, last);
      const begin = end - block.length;
      for (;;) {
        const left = end - begin;
        if (left < LENGTH_BYTES) break;
        const length = block.readUInt32LE(left - LENGTH_BYTES);
        if (length + LENGTH_BYTES > left) break;
        yield block.subarray(left - LENGTH_BYTES - length, left - LENGTH_BYTES);
        end -= length + LENGTH_BYTES;
      }
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    this.#memory = [];
  }

  #flush(): void {
    const lengths = this.#memory.map((bytes) => {
      const length = Buffer.allocUnsafe(LENGTH_BYTES);
      length.writeUInt32LE(bytes.length);
      return length;
    });
    const all = Buffer.concat(this.#memory.flatMap((bytes, i) => [bytes, lengths[i]!]));
    this.#attempt('write', () => {
      this.#fd ??= this.#create();
      for (let done = 0; done < all.length; )
        done += writeSync(this.#fd, all, done, all.length - done, this.#written + done);
    });
    this.#written += all.length;
    this.#memory = [];
    this.#memoryBytes = 0;
  }

  #create(): number {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, `backward-${randomUUID()}.spool`);
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return fd;
  }

  #readBefore(end: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
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

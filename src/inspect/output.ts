const CAPACITY_BYTES = 256 * 1024;
/** Behind what was reserved, so that writers may copy whole words. */
const SLACK_BYTES = 8;

/**
 * Text that is appended to, as bytes. Whoever does I/O takes it away when it is long, so that it never holds a file.
 * Writers of many small parts reserve room once and write into `bytes` themselves.
 */
export class Output {
  /** Valid until the next `reserve` or `take`. */
  bytes: Buffer = Buffer.allocUnsafeSlow(CAPACITY_BYTES);
  /** Of the same memory. */
  view: DataView = viewOf(this.bytes);
  length = 0;
  #spare: Buffer | null = null;

  /** Makes room for so many bytes and returns where they begin. The writer sets `length` to where they ended. */
  reserve(bytesMax: number): number {
    const needed = this.length + bytesMax + SLACK_BYTES;
    if (needed > this.bytes.length) this.#grow(needed);
    return this.length;
  }

  /** Appends a text as UTF-8. */
  text(text: string): void {
    // A UTF-16 unit takes 3 bytes at most.
    const at = this.reserve(text.length * 3);
    this.length = at + this.bytes.write(text, at);
  }

  copy(bytes: Buffer, from = 0, to: number = bytes.length): void {
    const at = this.reserve(to - from);
    this.length = at + bytes.copy(this.bytes, at, from, to);
  }

  /** Hands over what stands, and begins anew. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.#use(this.#spare ?? Buffer.allocUnsafeSlow(CAPACITY_BYTES));
    this.#spare = null;
    this.length = 0;
    return taken;
  }

  /** Takes back the memory of what was taken, when that has been written. New memory each time costs page faults. */
  recycle(taken: Buffer): void {
    if (taken.buffer.byteLength === CAPACITY_BYTES) this.#spare = Buffer.from(taken.buffer as ArrayBuffer);
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(grown, 0, 0, this.length);
    this.#use(grown);
  }

  #use(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

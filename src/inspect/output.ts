const CAPACITY_BYTES = 256 * 1024;
/** Behind what was reserved, so that writers may copy whole words. */
const SLACK_BYTES = 8;

/** Text on its way out, as bytes. Who does the writing takes what stands from time to time, so that it stays small. */
export class Output {
  #bytes: Buffer = Buffer.allocUnsafeSlow(CAPACITY_BYTES);
  #view = viewOf(this.#bytes);
  #length = 0;
  #spare: Buffer | null = null;

  get length(): number {
    return this.#length;
  }

  /** Any text, as UTF-8. */
  text(text: string): void {
    // A UTF-16 unit takes 3 bytes at most.
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /** Text whose characters are bytes: faster than `text`. */
  ascii(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  bytes(from: Uint8Array, at = 0, end: number = from.length): void {
    this.#reserve(end - at);
    this.#bytes.set(at === 0 && end === from.length ? from : from.subarray(at, end), this.#length);
    this.#length += end - at;
  }

  /**
   * For writers that keep their own offset: memory for at least `bytes` more, which begins at `length`, and a few bytes
   * of slack behind. `advance` says up to where it was used; nothing else may be called in between.
   */
  reserve(bytes: number): Buffer {
    this.#reserve(bytes);
    return this.#bytes;
  }

  /** Of the memory that `reserve` has just returned. */
  get view(): DataView {
    return this.#view;
  }

  advance(to: number): void {
    this.#length = to;
  }

  /** Hands over what stands, and begins anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#use(this.#spare ?? Buffer.allocUnsafeSlow(CAPACITY_BYTES));
    this.#spare = null;
    this.#length = 0;
    return taken;
  }

  /** Takes back the memory of what was taken, once it is written: new memory each time costs page faults. */
  recycle(taken: Buffer): void {
    if (taken.buffer.byteLength === CAPACITY_BYTES) this.#spare = Buffer.from(taken.buffer as ArrayBuffer);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes + SLACK_BYTES;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#use(larger);
  }

  #use(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Writes one request in wire order into a buffer that grows. */
export class Writer {
  #bytes: Buffer;
  #at = 0;

  constructor(capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** What was written so far; shares memory with the writer. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  get length(): number {
    return this.#at;
  }

  i8(value: number): this {
    const at = this.#room(1);
    this.#bytes.writeInt8(value, at);
    return this;
  }

  i16(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }

  i32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  i64(value: bigint): this {
    const at = this.#room(8);
    this.#bytes.writeBigInt64BE(value, at);
    return this;
  }

  boolean(value: boolean): this {
    return this.i8(value ? 1 : 0);
  }

  /** 32 hex digits. */
  uuid(value: string): this {
    const at = this.#room(16);
    this.#bytes.write(value, at, 'hex');
    return this;
  }

  unsignedVarint(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      this.i8((((rest & 0x7f) | 0x80) << 24) >> 24);
      rest >>>= 7;
    }
    return this.i8(rest);
  }

  nullableString(value: string | null): this {
    if (value === null) return this.i16(-1);
    const length = Buffer.byteLength(value);
    this.i16(length).#text(value, length);
    return this;
  }

  compactNullableString(value: string | null): this {
    if (value === null) return this.unsignedVarint(0);
    const length = Buffer.byteLength(value);
    this.unsignedVarint(length + 1).#text(value, length);
    return this;
  }

  blob(value: Buffer): this {
    const at = this.i32(value.length).#room(value.length);
    value.copy(this.#bytes, at);
    return this;
  }

  array<T>(items: readonly T[], item: (writer: this, item: T) => void): this {
    this.i32(items.length);
    for (const each of items) item(this, each);
    return this;
  }

  compactArray<T>(items: readonly T[], item: (writer: this, item: T) => void): this {
    this.unsignedVarint(items.length + 1);
    for (const each of items) item(this, each);
    return this;
  }

  /** An empty list of tagged fields, with which flexible structures end. */
  noTags(): this {
    return this.unsignedVarint(0);
  }

  #text(value: string, length: number): void {
    const at = this.#room(length);
    this.#bytes.write(value, at, 'utf8');
  }

  /** Where the next bytes go. It may replace `#bytes`: look at that afterwards. */
  #room(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, at + length));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.#at = at + length;
    return at;
  }
}

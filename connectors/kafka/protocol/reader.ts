import { RowtideError } from 'rowtide';

/** Reads one response in wire order. "Compact" lengths are varints of length + 1, where 0 is null. */
export class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Of what is read next. */
  get offset(): number {
    return this.#at;
  }

  i8(): number {
    return this.#bytes.readInt8(this.#take(1));
  }

  i16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  i32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  i64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  boolean(): boolean {
    return this.i8() !== 0;
  }

  /** A UUID as 32 hex digits. */
  uuid(): string {
    return this.#bytes.toString('hex', this.#take(16), this.#at);
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#take(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw malformed('a varint is longer than five bytes');
  }

  nullableString(): string | null {
    return this.#text(this.i16());
  }

  string(): string {
    return present(this.nullableString());
  }

  compactNullableString(): string | null {
    return this.#text(this.unsignedVarint() - 1);
  }

  compactString(): string {
    return present(this.compactNullableString());
  }

  /** Shares memory with what is read; null is no bytes. */
  blob(): Buffer {
    const length = Math.max(0, this.i32());
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  array<T>(item: (reader: Reader) => T): T[] {
    return this.#items(this.i32(), item);
  }

  compactArray<T>(item: (reader: Reader) => T): T[] {
    return this.#items(this.unsignedVarint() - 1, item);
  }

  /** Fields that a newer broker added; none of them is needed. */
  skipTags(): void {
    for (let left = this.unsignedVarint(); left > 0; left--) {
      this.unsignedVarint();
      this.#take(this.unsignedVarint());
    }
  }

  /** The tagged field of that number, behind which the others are skipped too; null if it is not there. */
  tag(wanted: number): Reader | null {
    let found: Reader | null = null;
    for (let left = this.unsignedVarint(); left > 0; left--) {
      const number = this.unsignedVarint();
      const length = this.unsignedVarint();
      const at = this.#take(length);
      if (number === wanted) found = new Reader(this.#bytes.subarray(at, at + length));
    }
    return found;
  }

  /** A signed number of a record. */
  varint(): number {
    const zigzag = this.unsignedVarint();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** Skips a signed number of up to 64 bits. */
  skipVarlong(): void {
    while ((this.i8() & 0x80) !== 0);
  }

  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  #text(length: number): string | null {
    if (length < 0) return null;
    return this.#bytes.toString('utf8', this.#take(length), this.#at);
  }

  #items<T>(length: number, item: (reader: Reader) => T): T[] {
    const items: T[] = [];
    for (let left = length; left > 0; left--) items.push(item(this));
    return items;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw malformed(`it ends at byte ${this.#bytes.length}`);
    this.#at = at + length;
    return at;
  }
}

function present(text: string | null): string {
  if (text === null) throw malformed('a string that must be there is null');
  return text;
}

function malformed(cause: string): RowtideError {
  return new RowtideError('SINK_REFUSED', `the broker's answer cannot be read: ${cause}`, {
    hint: 'Is this address really an Apache Kafka broker of version 2.8 or newer?',
  });
}

/** Appends little-endian numbers and bytes, in wire order. */
export class ByteWriter {
  #parts: Buffer[] = [];

  u8(value: number): void {
    this.uint(value, 1);
  }

  u16(value: number): void {
    this.uint(value, 2);
  }

  u32(value: number): void {
    this.uint(value, 4);
  }

  uint(value: number, width: number): void {
    const bytes = Buffer.allocUnsafe(width);
    bytes.writeUIntLE(value, 0, width);
    this.#parts.push(bytes);
  }

  lengthEncoded(value: number): void {
    if (value < 251) {
      this.u8(value);
      return;
    }
    this.u8(0xfc);
    this.u16(value);
  }

  bytes(bytes: Buffer): void {
    this.#parts.push(bytes);
  }

  /** All that was written. */
  take(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

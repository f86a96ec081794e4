/**
 * Stands for a text whose bytes mean nothing in their character set: a cut character, half of a surrogate pair, a code
 * that the server itself has no character for. The bytes are as they were logged.
 */
export class InvalidText {
  readonly bytes: Uint8Array;
  /** The server's name of the character set. */
  readonly charset: string;

  constructor(bytes: Uint8Array, charset: string) {
    this.bytes = bytes;
    this.charset = charset;
  }

  /** What JSON has in place of the string. */
  toJSON(): { $invalid: string; charset: string } {
    const { buffer, byteOffset, byteLength } = this.bytes;
    return { $invalid: Buffer.from(buffer, byteOffset, byteLength).toString('base64'), charset: this.charset };
  }

  toString(): string {
    return `invalid ${this.charset} 0x${Buffer.from(this.bytes).toString('hex')}`;
  }
}

declare global {
  // What toString(encoding, start, end) calls; without its look-up of the encoding for each cell.
  interface Buffer {
    utf8Slice(start: number, end: number): string;
    latin1Slice(start: number, end: number): string;
    ucs2Slice(start: number, end: number): string;
    hexSlice(start: number, end: number): string;
  }
}

/** Text between two offsets as a JavaScript string; null where the bytes are not valid in the character set. */
export type TextDecode = (bytes: Buffer, from: number, to: number) => string | null;

/** In maps: no character. Servers map some codes to U+FFFD themselves, and have no character for them either. */
export const HOLE = 0xfffd;

/** Room for UTF-16 code units that become one string. Little-endian, as all machines that Node runs on but s390x. */
export class Units {
  readonly #bytes: Buffer;
  readonly at: Uint16Array;

  constructor(count: number) {
    this.#bytes = Buffer.allocUnsafeSlow(count * 2);
    this.at = new Uint16Array(this.#bytes.buffer, this.#bytes.byteOffset, count);
  }

  text(count: number): string {
    return this.#bytes.ucs2Slice(0, count * 2);
  }
}

const SHARED_UNITS = 64 * 1024;
const shared = new Units(SHARED_UNITS);

/** Valid until the next call. */
export function unitsFor(count: number): Units {
  return count <= SHARED_UNITS ? shared : new Units(count);
}

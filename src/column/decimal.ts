import { ascii } from './ascii.js';
import type { Codec, Visitor } from './visitor.js';

/** Bytes that hold 0 to 8 left-over digits. */
const PARTIAL_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4] as const;
const GROUP_DIGITS = 9;
const GROUP_BYTES = 4;

/**
 * NEWDECIMAL(precision, scale): big-endian groups of 9 digits in 4 bytes, the integer part's short group first, the
 * fraction's last. The first bit is flipped; a negative number has all bytes inverted.
 */
export class DecimalCodec implements Codec {
  readonly width: number;
  readonly #integerDigits: number;
  readonly #scale: number;

  constructor(precision: number, scale: number) {
    this.#integerDigits = precision - scale;
    this.#scale = scale;
    this.width = decimalBytes(precision, scale);
  }

  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    const end = writeDecimal(ascii, 0, { bytes, at, integerDigits: this.#integerDigits, scale: this.#scale });
    return visitor.decimal(ascii, 0, end, into);
  }
}

export function decimalBytes(precision: number, scale: number): number {
  return digitBytes(precision - scale) + digitBytes(scale);
}

function digitBytes(digits: number): number {
  return Math.trunc(digits / GROUP_DIGITS) * GROUP_BYTES + PARTIAL_BYTES[digits % GROUP_DIGITS]!;
}

export interface PackedDecimal {
  bytes: Buffer;
  at: number;
  integerDigits: number;
  scale: number;
}

/** Writes the digits as MySQL prints them and returns the offset behind; needs 1 + 65 + 1 + 1 bytes of room. */
export function writeDecimal(out: Buffer, outAt: number, packed: PackedDecimal): number {
  const { bytes, integerDigits, scale } = packed;
  let from = packed.at;
  let to = outAt;
  const first = bytes[from]!;
  const invert = (first & 0x80) === 0 ? 0xff : 0;
  if (invert !== 0) out[to++] = 0x2d;
  const digitsFrom = to;
  // Only the very first byte carries the flipped bit.
  let flip = 0x80;
  const take = (byteCount: number): number => {
    let value = 0;
    for (let i = 0; i < byteCount; i++) {
      value = value * 256 + ((bytes[from++]! ^ flip ^ invert) & 0xff);
      flip = 0;
    }
    return value;
  };
  const short = integerDigits % GROUP_DIGITS;
  if (short > 0) to = writeSignificant(out, to, take(PARTIAL_BYTES[short]!));
  for (let digits = integerDigits - short; digits > 0; digits -= GROUP_DIGITS) {
    const group = take(GROUP_BYTES);
    to = to === digitsFrom ? writeSignificant(out, to, group) : writeDigits(out, to, group, GROUP_DIGITS);
  }
  if (to === digitsFrom) out[to++] = 0x30;
  if (scale === 0) return to;
  out[to++] = 0x2e;
  for (let digits = scale; digits > 0; digits -= GROUP_DIGITS) {
    const count = Math.min(digits, GROUP_DIGITS);
    to = writeDigits(out, to, take(count === GROUP_DIGITS ? GROUP_BYTES : PARTIAL_BYTES[count]!), count);
  }
  return to;
}

/** Without leading zeros, and nothing at all for 0: a later group may bring the first digit. */
function writeSignificant(out: Buffer, at: number, value: number): number {
  return value === 0 ? at : writeDigits(out, at, value, digitCount(value));
}

function digitCount(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count++;
  return count;
}

/** Exactly `count` digits, zero padded. */
export function writeDigits(out: Buffer, at: number, value: number, count: number): number {
  let rest = value;
  for (let i = at + count - 1; i >= at; i--) {
    const next = (rest / 10) | 0;
    out[i] = 0x30 + rest - next * 10;
    rest = next;
  }
  return at + count;
}

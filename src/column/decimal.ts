import { ascii } from './ascii.js';
import type { ShortTextCodec, Visitor } from './visitor.js';

const GROUP_DIGITS = 9;
/** Bytes that hold a group of 0 to 9 digits. */
const GROUP_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4] as const;

/**
 * NEWDECIMAL(precision, scale): big-endian groups of 9 digits in 4 bytes, the integer part's short group first, the
 * fraction's last. The first bit is flipped; a negative number has all bytes inverted.
 */
export class DecimalCodec implements ShortTextCodec {
  readonly width: number;
  readonly #digits: DecimalDigits;

  constructor(precision: number, scale: number) {
    this.#digits = { integer: precision - scale, scale };
    this.width = decimalBytes(precision, scale);
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.decimal(ascii, 0, this.write(ascii, 0, bytes, at, end), into);
  }

  write(out: Buffer, to: number, bytes: Buffer, at: number, _end: number): number {
    return writeDecimal(out, to, bytes, at, this.#digits);
  }
}

export function decimalBytes(precision: number, scale: number): number {
  return digitBytes(precision - scale) + digitBytes(scale);
}

function digitBytes(digits: number): number {
  return Math.trunc(digits / GROUP_DIGITS) * GROUP_BYTES[GROUP_DIGITS] + GROUP_BYTES[digits % GROUP_DIGITS]!;
}

/** How many stand before the point, and behind it. */
export interface DecimalDigits {
  readonly integer: number;
  readonly scale: number;
}

/** Writes the digits as MySQL prints them and returns the offset behind; needs 1 + 65 + 1 + 1 bytes of room. */
export function writeDecimal(
  out: Buffer,
  outAt: number,
  bytes: Buffer,
  at: number,
  { integer, scale }: DecimalDigits,
): number {
  let from = at;
  let to = outAt;
  const invert = (bytes[from]! & 0x80) === 0 ? 0xff : 0;
  if (invert !== 0) out[to++] = 0x2d;
  const digitsFrom = to;
  // Only the very first byte carries the flipped bit.
  let flip = 0x80;
  for (let digits = integer; digits > 0; ) {
    const count = digits % GROUP_DIGITS || GROUP_DIGITS;
    const byteCount = GROUP_BYTES[count]!;
    const group = readGroup(bytes, from, byteCount, invert, flip);
    to = to === digitsFrom ? writeSignificant(out, to, group) : writeDigits(out, to, group, count);
    flip = 0;
    from += byteCount;
    digits -= count;
  }
  if (to === digitsFrom) out[to++] = 0x30;
  if (scale === 0) return to;
  out[to++] = 0x2e;
  for (let digits = scale; digits > 0; digits -= GROUP_DIGITS) {
    const count = Math.min(digits, GROUP_DIGITS);
    const byteCount = GROUP_BYTES[count]!;
    to = writeDigits(out, to, readGroup(bytes, from, byteCount, invert, flip), count);
    flip = 0;
    from += byteCount;
  }
  return to;
}

function readGroup(bytes: Buffer, at: number, byteCount: number, invert: number, flip: number): number {
  let value = bytes[at]! ^ invert ^ flip;
  for (let i = 1; i < byteCount; i++) value = (value << 8) | (bytes[at + i]! ^ invert);
  return value >>> 0;
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

/** The same for a number below 100, which most parts of a date are. */
export function writeTwoDigits(out: Buffer, at: number, value: number): number {
  const tens = (value * 103) >> 10;
  out[at] = 0x30 + tens;
  out[at + 1] = 0x30 + value - tens * 10;
  return at + 2;
}

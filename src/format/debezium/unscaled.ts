import { writeBase64 } from './base64.js';

/** Digits that a number in JavaScript holds exactly. */
const EXACT_DIGITS = 15;
export const UNSCALED_BYTES_MAX = 32;

/** Holds the last one that was made, up to its end. */
export const unscaledBytes = Buffer.alloc(UNSCALED_BYTES_MAX);

/**
 * Kafka Connect's Decimal: the digits without their point as a whole number, in as few bytes of two's complement as hold
 * it, the first one first. Returns where they begin in `unscaledBytes`.
 */
export function unscaled(bytes: Buffer, from: number, to: number): number {
  const first = bytes[from] === MINUS ? from + 1 : from;
  if (to - first > EXACT_DIGITS) return unscaledLarge(BigInt(bytes.latin1Slice(from, to).replace('.', '')));
  let value = 0;
  for (let i = first; i < to; i++) if (bytes[i] !== POINT) value = value * 10 + bytes[i]! - ZERO;
  return unscaledWhole(first === from ? value : -value);
}

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

function unscaledWhole(value: number): number {
  let from = UNSCALED_BYTES_MAX;
  if (value === (value | 0)) {
    let word = value | 0;
    do {
      unscaledBytes[--from] = word;
      word >>= 8;
    } while (word !== (unscaledBytes[from]! < 0x80 ? 0 : -1));
    return from;
  }
  let rest = value;
  do {
    const low = rest - Math.floor(rest / 256) * 256;
    unscaledBytes[--from] = low;
    rest = Math.floor(rest / 256);
  } while (rest !== (unscaledBytes[from]! < 0x80 ? 0 : -1));
  return from;
}

export function unscaledLarge(value: bigint): number {
  let from = UNSCALED_BYTES_MAX;
  let rest = value;
  do {
    unscaledBytes[--from] = Number(rest & 0xffn);
    rest >>= 8n;
  } while (rest !== (unscaledBytes[from]! < 0x80 ? 0n : -1n));
  return from;
}

/** A DECIMAL in base64. */
export function writeUnscaled(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  return writeBase64(out, at, unscaledBytes, unscaled(bytes, from, to), UNSCALED_BYTES_MAX);
}

export function writeLarge(out: Buffer, at: number, value: bigint): number {
  return writeBase64(out, at, unscaledBytes, unscaledLarge(value), UNSCALED_BYTES_MAX);
}

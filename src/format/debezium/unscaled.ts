import { writeBase64 } from './base64.js';

/** Digits that a number in JavaScript holds exactly. */
const EXACT_DIGITS = 15;
const BYTES_MAX = 32;
const scratch = Buffer.alloc(BYTES_MAX);

/**
 * Kafka Connect's Decimal: the digits without their point as a whole number, in as few bytes of two's complement as hold
 * it, the first one first; in base64.
 */
export function writeUnscaled(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  const first = bytes[from] === MINUS ? from + 1 : from;
  if (to - first > EXACT_DIGITS) return writeLarge(out, at, BigInt(bytes.latin1Slice(from, to).replace('.', '')));
  let value = 0;
  for (let i = first; i < to; i++) if (bytes[i] !== POINT) value = value * 10 + bytes[i]! - ZERO;
  return writeWhole(out, at, first === from ? value : -value);
}

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

function writeWhole(out: Buffer, at: number, value: number): number {
  let from = BYTES_MAX;
  let rest = value;
  do {
    const low = rest - Math.floor(rest / 256) * 256;
    scratch[--from] = low;
    rest = Math.floor(rest / 256);
  } while (rest !== (scratch[from]! < 0x80 ? 0 : -1));
  return writeBase64(out, at, scratch, from, BYTES_MAX);
}

export function writeLarge(out: Buffer, at: number, value: bigint): number {
  let from = BYTES_MAX;
  let rest = value;
  do {
    scratch[--from] = Number(rest & 0xffn);
    rest >>= 8n;
  } while (rest !== (scratch[from]! < 0x80 ? 0n : -1n));
  return writeBase64(out, at, scratch, from, BYTES_MAX);
}

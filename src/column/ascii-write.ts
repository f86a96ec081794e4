import { writeDigits } from './decimal.js';

/** Writes a whole number, exact up to 2^53, as ASCII digits; returns the offset behind. */
export function writeNumber(out: Buffer, at: number, value: number): number {
  let to = at;
  let rest = value;
  if (rest < 0) {
    out[to++] = 0x2d;
    rest = -rest;
  }
  if (rest > 0x7fffffff) {
    const high = Math.floor(rest / BILLION);
    return writeDigits(out, writeNumber(out, to, high), rest - high * BILLION, BILLION_DIGITS);
  }
  let digits = 1;
  for (let limit = 10; rest >= limit; limit *= 10) digits++;
  for (let i = to + digits - 1; i >= to; i--) {
    const next = (rest / 10) | 0;
    out[i] = 0x30 + rest - next * 10;
    rest = next;
  }
  return to + digits;
}

const BILLION = 1e9;
const BILLION_DIGITS = 9;

export function writeAscii(out: Buffer, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** Copies a short buffer; a native copy costs more below some 60 bytes. */
export function copyShort(from: Buffer, out: Buffer, at: number): number {
  const length = from.length;
  for (let i = 0; i < length; i++) out[at + i] = from[i]!;
  return at + length;
}

/** Copies a buffer of any length. */
export function copy(from: Buffer, out: Buffer, at: number): number {
  if (from.length <= SHORT_BYTES_MAX) return copyShort(from, out, at);
  out.set(from, at);
  return at + from.length;
}

const SHORT_BYTES_MAX = 60;

/** Copies a short text and returns the offset behind; `at` itself if it is not ASCII. */
export function copyAscii(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  let all = 0;
  let next = at;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    all |= byte;
    out[next++] = byte;
  }
  return all < 0x80 ? next : at;
}

/**
 * Avro's binary encoding:
 *
 *   int, long = zigzag, then 7 bits a byte, the low ones first, each byte but the last with its highest bit set
 *   string, bytes = length as long, then the bytes
 *   float, double = IEEE 754, little-endian
 *   union = index of the branch as long, then its value
 *   array = blocks of count as long and so many values; a count of 0 ends it
 *   record = its fields one after the other
 *
 * All functions return the offset behind what they wrote.
 */

/** 32 bits with a sign. */
export function writeInt(out: Buffer, at: number, value: number): number {
  let to = at;
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) out[to++] = (rest & 0x7f) | 0x80;
  out[to] = rest;
  return to + 1;
}

/** high·2^32 + low, high with a sign. */
export function writeLong(out: Buffer, at: number, high: number, low: number): number {
  const sign = high >> 31;
  if ((high | 0) === low >> 31) return writeInt(out, at, low);
  let to = at;
  let restLow = ((low << 1) ^ sign) >>> 0;
  let restHigh = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
  while (restHigh !== 0) {
    out[to++] = (restLow & 0x7f) | 0x80;
    restLow = ((restLow >>> 7) | (restHigh << 25)) >>> 0;
    restHigh >>>= 7;
  }
  for (; restLow > 0x7f; restLow >>>= 7) out[to++] = (restLow & 0x7f) | 0x80;
  out[to] = restLow;
  return to + 1;
}

const WORD = 0x1_0000_0000;

/** A whole number that JavaScript holds exactly, as int or long, which are written alike. */
export function writeWhole(out: Buffer, at: number, value: number): number {
  return (value | 0) === value ? writeInt(out, at, value) : writeLong(out, at, Math.floor(value / WORD), value >>> 0);
}

export function writeBigint(out: Buffer, at: number, value: bigint): number {
  return writeLong(out, at, Number(value >> 32n), Number(value & 0xffffffffn));
}

export function writeString(out: Buffer, at: number, text: string): number {
  const from = writeInt(out, at, Buffer.byteLength(text));
  return from + out.write(text, from);
}

/** What `writeString` writes at the most. */
export const stringBytesMax = (text: string): number => LENGTH_BYTES_MAX + 3 * text.length;

/** Of the length in front of a text or of bytes. */
export const LENGTH_BYTES_MAX = 5;

const COPY_BYTES_MIN = 64;

/** Bytes with their length in front. */
export function writeBytes(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  const start = writeInt(out, at, to - from);
  if (to - from >= COPY_BYTES_MIN) return start + bytes.copy(out, start, from, to);
  let end = start;
  for (let i = from; i < to; i++) out[end++] = bytes[i]!;
  return end;
}

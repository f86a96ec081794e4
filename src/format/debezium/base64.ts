const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;
/** Below this a call of the engine's own costs more. */
const SHORT_BYTES_MAX = 64;

/** Writes bytes in base64 and returns the offset behind. */
export function writeBase64(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  if (to - from > SHORT_BYTES_MAX) return at + out.write(bytes.toString('base64', from, to), at, 'latin1');
  let i = from;
  let end = at;
  for (; i + 2 < to; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    out[end++] = ALPHABET[group >> 18]!;
    out[end++] = ALPHABET[(group >> 12) & 63]!;
    out[end++] = ALPHABET[(group >> 6) & 63]!;
    out[end++] = ALPHABET[group & 63]!;
  }
  const left = to - i;
  if (left === 0) return end;
  const group = (bytes[i]! << 16) | (left === 2 ? bytes[i + 1]! << 8 : 0);
  out[end++] = ALPHABET[group >> 18]!;
  out[end++] = ALPHABET[(group >> 12) & 63]!;
  out[end++] = left === 2 ? ALPHABET[(group >> 6) & 63]! : PADDING;
  out[end++] = PADDING;
  return end;
}

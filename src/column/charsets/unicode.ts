import { isUtf8 } from 'node:buffer';
import { type TextDecode, unitsFor } from './decode.js';

export const decodeUtf8: TextDecode = (bytes, from, to) => {
  const text = bytes.utf8Slice(from, to);
  // The replacement character may be a user's own.
  return text.includes('\ufffd') && !isUtf8(bytes.subarray(from, to)) ? null : text;
};

export const decodeUtf16: TextDecode = (bytes, from, to) => {
  const text = bigEndian(bytes, from, to);
  return text === null || LONE_SURROGATE.test(text) ? null : text;
};

export const decodeUtf16le: TextDecode = (bytes, from, to) => {
  if ((to - from) % 2 !== 0) return null;
  const text = bytes.ucs2Slice(from, to);
  return LONE_SURROGATE.test(text) ? null : text;
};

/** UTF-16 without pairs: servers store halves of them, and make no character of two. */
export const decodeUcs2: TextDecode = (bytes, from, to) => {
  const text = bigEndian(bytes, from, to);
  return text === null || ANY_SURROGATE.test(text) ? null : text;
};

export const decodeUtf32: TextDecode = (bytes, from, to) => {
  if ((to - from) % 4 !== 0) return null;
  const units = unitsFor((to - from) / 2);
  let count = 0;
  for (let i = from; i < to; i += 4) {
    const code = bytes.readUInt32BE(i);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
    if (code > 0xffff) {
      units.at[count++] = 0xd800 + ((code - 0x10000) >> 10);
      units.at[count++] = 0xdc00 + (code & 0x3ff);
    } else {
      units.at[count++] = code;
    }
  }
  return units.text(count);
};

const ANY_SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

function bigEndian(bytes: Buffer, from: number, to: number): string | null {
  return (to - from) % 2 === 0
    ? Buffer.from(bytes.subarray(from, to))
        .swap16()
        .ucs2Slice(0, to - from)
    : null;
}

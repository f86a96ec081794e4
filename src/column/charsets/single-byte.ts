import { HOLE, type TextDecode, unitsFor } from './decode.js';

/** `map` has the characters of all bytes, or of those from 0x80 on where the others are ASCII. */
export function singleByteDecode(map: string): TextDecode {
  const units = new Uint16Array(256);
  const first = 256 - map.length;
  for (let byte = 0; byte < 256; byte++) units[byte] = byte < first ? byte : map.charCodeAt(byte - first);
  return (bytes, from, to) => decode(units, { bytes, from, to, extendsAscii: first > 0 });
}

interface Text {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  readonly extendsAscii: boolean;
}

function decode(map: Uint16Array, { bytes, from, to, extendsAscii }: Text): string | null {
  const units = unitsFor(to - from);
  const out = units.at;
  let all = 0;
  for (let i = from, o = 0; i < to; i++) {
    const byte = bytes[i]!;
    const unit = map[byte]!;
    if (unit === HOLE) return null;
    all |= byte;
    out[o++] = unit;
  }
  // A string of one byte to a character takes half the memory.
  return extendsAscii && all < 0x80 ? bytes.latin1Slice(from, to) : units.text(to - from);
}

const HEX = '0123456789abcdef';
/** By byte: 0 for what stands in a JSON string as it is, 1 for \u00XX, 2 beyond ASCII, else the letter behind the backslash. */
const ESCAPES = escapes();

function escapes(): Uint8Array {
  const table = new Uint8Array(256);
  table.fill(1, 0, 0x20);
  table.fill(2, 0x80);
  for (const [byte, letter] of ['\bb', '\ff', '\nn', '\rr', '\tt', '""', '\\\\']) {
    table[byte!.charCodeAt(0)] = letter!.charCodeAt(0);
  }
  return table;
}

/**
 * Writes UTF-8 text as the inside of a JSON string and returns the offset behind, at most 6 bytes per byte; -1 where it
 * is no UTF-8.
 */
export function writeEscaped(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  let o = at;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    const letter = ESCAPES[byte]!;
    if (letter === 0) out[o++] = byte;
    else if (byte < 0x80) o = writeEscape(out, o, byte, letter);
    else return writeEscapedUnicode(out, o, bytes, i, to);
  }
  return o;
}

/** The same from the first character on that is not ASCII, so that most texts run through a loop without it. */
function writeEscapedUnicode(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  let o = at;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte < 0x80) {
      const letter = ESCAPES[byte]!;
      if (letter === 0) out[o++] = byte;
      else o = writeEscape(out, o, byte, letter);
      continue;
    }
    const length = sequenceLength(bytes, i, to);
    if (length === 0) return -1;
    out[o++] = byte;
    for (const end = i + length - 1; i < end; ) out[o++] = bytes[++i]!;
  }
  return o;
}

/** Bytes of the UTF-8 character that begins at `at`; 0 for what is none: cut, overlong, a surrogate, beyond U+10FFFF. */
function sequenceLength(bytes: Buffer, at: number, to: number): number {
  const lead = bytes[at]!;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4 || at + length > to) return 0;
  for (let i = 1; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1]!;
  if (lead === 0xe0) return second < 0xa0 ? 0 : 3;
  if (lead === 0xed) return second > 0x9f ? 0 : 3;
  if (lead === 0xf0) return second < 0x90 ? 0 : 4;
  if (lead === 0xf4) return second > 0x8f ? 0 : 4;
  return length;
}

function writeEscape(out: Buffer, at: number, byte: number, letter: number): number {
  out[at] = 0x5c;
  if (letter !== 1) {
    out[at + 1] = letter;
    return at + 2;
  }
  out[at + 1] = 0x75;
  out[at + 2] = 0x30;
  out[at + 3] = 0x30;
  out[at + 4] = HEX.charCodeAt(byte >> 4);
  out[at + 5] = HEX.charCodeAt(byte & 15);
  return at + 6;
}

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
  let i = from;
  // Mostly nothing is to be escaped: four at a time take two thirds of the time.
  for (; i + 4 <= to; i += 4) {
    const a = bytes[i]!;
    const b = bytes[i + 1]!;
    const c = bytes[i + 2]!;
    const d = bytes[i + 3]!;
    if ((ESCAPES[a]! | ESCAPES[b]! | ESCAPES[c]! | ESCAPES[d]!) !== 0) break;
    out[o] = a;
    out[o + 1] = b;
    out[o + 2] = c;
    out[o + 3] = d;
    o += 4;
  }
  for (; i < to; i++) {
    const byte = bytes[i]!;
    const letter = ESCAPES[byte]!;
    if (letter === 0) out[o++] = byte;
    else if (byte < 0x80) o = writeEscape(out, o, byte, letter);
    else return writeEscapedUnicode(out, o, bytes, i, to);
  }
  return o;
}

/**
 * As the inside of a JSON string that is itself written into one, at most 12 bytes per byte; -1 where it is not ASCII.
 */
export function writeEscapedTwice(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  let o = at;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    const letter = ESCAPES[byte]!;
    if (letter === 0) out[o++] = byte;
    else if (byte >= 0x80) return -1;
    else {
      const end = writeEscape(out, o + 1, byte, letter);
      out[o] = BACKSLASH;
      // Of \" and \\ both are escaped, of the others only the backslash.
      if (letter === QUOTE || letter === BACKSLASH) {
        out[end - 1] = BACKSLASH;
        out[end] = letter;
        o = end + 1;
      } else o = end;
    }
  }
  return o;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The same from the first character on that is not ASCII, so that most texts run through a loop without it. */
function writeEscapedUnicode(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  let o = at;
  let i = from;
  while (i < to) {
    const lead = bytes[i++]!;
    if (lead < 0x80) {
      const letter = ESCAPES[lead]!;
      if (letter === 0) out[o++] = lead;
      else o = writeEscape(out, o, lead, letter);
      continue;
    }
    const second = bytes[i++]!;
    if (i > to || second < SECOND_MIN[lead]! || second > SECOND_MAX[lead]!) return -1;
    out[o++] = lead;
    out[o++] = second;
    if (lead < 0xe0) continue;
    const third = bytes[i++]!;
    if (i > to || (third & 0xc0) !== 0x80) return -1;
    out[o++] = third;
    if (lead < 0xf0) continue;
    const fourth = bytes[i++]!;
    if (i > to || (fourth & 0xc0) !== 0x80) return -1;
    out[o++] = fourth;
  }
  return o;
}

/** The same for what need not be UTF-8: bytes beyond ASCII stay as they are. */
export function writeEscapedBytes(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  let o = at;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    const letter = ESCAPES[byte]!;
    if (letter === 0 || byte >= 0x80) out[o++] = byte;
    else o = writeEscape(out, o, byte, letter);
  }
  return o;
}

/** By lead byte, what may follow it: no overlong form, no surrogate, nothing beyond U+10FFFF. */
const SECOND_MIN = new Uint8Array(256).fill(0xff).fill(0x80, 0xc2, 0xf5).fill(0xa0, 0xe0, 0xe1).fill(0x90, 0xf0, 0xf1);
const SECOND_MAX = new Uint8Array(256).fill(0xbf, 0xc2, 0xf5).fill(0x9f, 0xed, 0xee).fill(0x8f, 0xf4, 0xf5);

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

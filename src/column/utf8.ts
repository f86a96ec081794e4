const HEX = '0123456789abcdef';
/** By byte: 0 for what stands in a JSON string as it is, 1 for \u00XX, else the letter behind the backslash. */
const ESCAPES = escapes();

function escapes(): Uint8Array {
  const table = new Uint8Array(256);
  table.fill(1, 0, 0x20);
  for (const [byte, letter] of ['\bb', '\ff', '\nn', '\rr', '\tt', '""', '\\\\']) {
    table[byte!.charCodeAt(0)] = letter!.charCodeAt(0);
  }
  return table;
}

/** Writes UTF-8 text as the inside of a JSON string and returns the offset behind; at most 6 bytes per byte. */
export function writeEscaped(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  let o = at;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    const letter = ESCAPES[byte]!;
    if (letter === 0) out[o++] = byte;
    else o = writeEscape(out, o, byte, letter);
  }
  return o;
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

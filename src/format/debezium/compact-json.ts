const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * Takes the spaces out that the server prints after commas and colons, which Debezium does not, and returns the new
 * length.
 */
export function compactJson(text: Buffer, length: number): number {
  let end = 0;
  let isInside = false;
  for (let i = 0; i < length; i++) {
    const byte = text[i]!;
    if (byte === SPACE && !isInside) continue;
    if (byte === QUOTE) isInside = !isInside;
    text[end++] = byte;
    // What is escaped is never the end of a string.
    if (byte === BACKSLASH) text[end++] = text[++i]!;
  }
  return end;
}

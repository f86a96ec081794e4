const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * Writes the text of a JSON document as a string of JSON. The server prints a space after each comma and colon, which
 * Debezium does not.
 */
export function writeEmbedded(out: Buffer, at: number, text: Buffer, length: number): number {
  let end = at;
  out[end++] = QUOTE;
  let isInside = false;
  for (let i = 0; i < length; i++) {
    const byte = text[i]!;
    if (byte === SPACE && !isInside) continue;
    if (byte === QUOTE) isInside = !isInside;
    if (byte === QUOTE || byte === BACKSLASH) out[end++] = BACKSLASH;
    out[end++] = byte;
    if (byte !== BACKSLASH) continue;
    // What is escaped is never the end of a string.
    const escaped = text[++i]!;
    if (escaped === QUOTE || escaped === BACKSLASH) out[end++] = BACKSLASH;
    out[end++] = escaped;
  }
  out[end++] = QUOTE;
  return end;
}

/** Takes those spaces out of the text itself, and returns its new length. */
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

/**
 * What a terminal would obey instead of print: control characters, format characters (which change the direction of
 * text, or are not seen), separators of lines and paragraphs, and surrogates without a partner.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with everything that could act on a terminal, or break a line, written as an escape. */
export function visible(text: string): string {
  return text.replaceAll(UNSAFE, (character) => SHORT[character] ?? escaped(character));
}

/** The same for a line of JSON, which stays the same JSON: what is escaped occurs only inside of its strings. */
export function visibleJson(line: string): string {
  return line.replaceAll(UNSAFE, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

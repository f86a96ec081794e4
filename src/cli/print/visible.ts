/**
 * What a terminal would obey instead of print: control characters (C0, DEL, C1), marks that change the direction of
 * text, line separators, invisible joiners, and surrogates without a partner.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with everything that could act on a terminal, or break a line, written as an escape. */
export function visible(text: string): string {
  return text.replaceAll(UNSAFE, (letter) => SHORT[letter] ?? escaped(letter));
}

/** The same for a line of JSON, which stays the same JSON: what is escaped occurs only inside of its strings. */
export function visibleJson(line: string): string {
  return line.replaceAll(UNSAFE, escaped);
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

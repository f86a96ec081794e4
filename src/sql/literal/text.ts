/** A name as SQL has it. */
export function quotedName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A text as an SQL literal, for sessions whose sql_mode lacks NO_BACKSLASH_ESCAPES. */
export function quotedText(text: string): string {
  return `'${text.replace(SPECIAL, (char) => ESCAPES[char] ?? char)}'`;
}

/** Among them what clients of the command line would take for the end of a literal or of a line, or would drop. */
const SPECIAL = /[\p{Cc}'\\]/gu;

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\x1a': '\\Z',
  "'": "\\'",
  '\\': '\\\\',
};

/** With an exponent, so that it is no DECIMAL. MariaDB takes `-0e0` for 0. */
export function doubleLiteral(value: number): string {
  if (Object.is(value, -0)) return "'-0e0'";
  const text = String(value);
  return text.includes('e') ? text : `${text}e0`;
}

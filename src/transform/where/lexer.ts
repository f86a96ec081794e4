import { RowtideError } from '../../core/errors.js';

/** `at` is the offset in the whole text, for messages. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  /** A name in backquotes, which is never a keyword. */
  | { readonly kind: 'name'; readonly text: string; readonly at: number }
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly at: number }
  | { readonly kind: 'hex'; readonly text: string; readonly at: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly text: ''; readonly at: number };

const SPACE = /\s+/y;
const HEX = /0x([0-9a-f]+)\b|x'((?:[0-9a-f]{2})*)'/iy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\p{N}_$])/iuy;
const WORD = /[\p{L}_$@][\p{L}\p{N}_$@]*/uy;
const SYMBOL = /<=>|<=|>=|<>|!=|[=<>(),+-]/y;
/** The quote that opened it ends it, unless it comes twice or behind a backslash. */
const QUOTED = /`((?:[^`]|``)+)`|'((?:[^'\\]|\\.|'')*)'|"((?:[^"\\]|\\.|"")*)"/sy;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', 0: '\0', Z: '\x1a' };

/** The tokens of a condition that begins at `from`. */
export function tokens(text: string, from: number): Token[] {
  const found: Token[] = [];
  let at = from;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < text.length) {
    const space = match(SPACE);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const token = hex(match(HEX), at) ?? plain(match, at) ?? quoted(match(QUOTED), at);
    if (token === null) throw notACondition(text, at, unreadable(text[at] ?? ''));
    found.push(token.token);
    at += token.length;
  }
  found.push({ kind: 'end', text: '', at });
  return found;
}

interface Found {
  readonly token: Token;
  readonly length: number;
}

function hex(match: RegExpExecArray | null, at: number): Found | null {
  if (match === null) return null;
  const digits = match[1] ?? match[2] ?? '';
  return { token: { kind: 'hex', text: digits.length % 2 === 0 ? digits : `0${digits}`, at }, length: match[0].length };
}

function plain(match: (pattern: RegExp) => RegExpExecArray | null, at: number): Found | null {
  for (const [kind, pattern] of [
    ['number', NUMBER],
    ['word', WORD],
    ['symbol', SYMBOL],
  ] as const) {
    const text = match(pattern)?.[0];
    if (text !== undefined) return { token: { kind, text, at }, length: text.length };
  }
  return null;
}

function quoted(match: RegExpExecArray | null, at: number): Found | null {
  if (match === null) return null;
  const [{ length }, name, single, double] = match;
  if (name !== undefined) return { token: { kind: 'name', text: name.replaceAll('``', '`'), at }, length };
  const text = single === undefined ? unescaped(double ?? '', /\\(.)|""/gs) : unescaped(single, /\\(.)|''/gs);
  return { token: { kind: 'text', text, at }, length };
}

/** As MySQL reads a string; `\%` and `\_` keep their backslash, since only LIKE knows what they mean. */
function unescaped(text: string, escapes: RegExp): string {
  return text.replaceAll(escapes, (whole, letter: string | undefined) => {
    if (letter === undefined) return whole[0] ?? '';
    return letter === '%' || letter === '_' ? whole : (ESCAPES[letter] ?? letter);
  });
}

function unreadable(letter: string): string {
  if (`'"\``.includes(letter)) return 'a quote is not closed';
  return `${JSON.stringify(letter)} is not understood`;
}

/** `at` counts from 0 in `text`; people count from 1. */
export function notACondition(text: string, at: number, what: string): RowtideError {
  return new RowtideError('USAGE', `not a row filter: ${JSON.stringify(text)}: at character ${at + 1}, ${what}`, {
    hint: "A filter is SCHEMA.TABLE: CONDITION, like shop.orders: total > 100 AND (state IN ('new', 'paid') OR note IS NULL).",
  });
}

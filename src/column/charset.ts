import { RowtideError } from '../core/errors.js';
import { InvalidText } from '../core/invalid-text.js';
import { COLLATIONS } from './charsets/collations.js';
import type { TextDecode } from './charsets/decode.js';
import { multiByteDecode } from './charsets/multi-byte.js';
import { MULTI_BYTE_MAPS } from './charsets/multi-byte-maps.js';
import { singleByteDecode } from './charsets/single-byte.js';
import { SINGLE_BYTE_MAPS } from './charsets/single-byte-maps.js';
import * as unicode from './charsets/unicode.js';

/** How the text of a column becomes a JavaScript string. */
export interface Charset {
  /** As the newest servers call it. */
  readonly name: string;
  readonly decode: TextDecode;
  /** The bytes are UTF-8 already. */
  readonly isUtf8: boolean;
  /** Bytes below 0x80 are ASCII wherever all bytes of a text are. */
  readonly extendsAscii: boolean;
}

const UNICODE: Readonly<Record<string, TextDecode>> = {
  utf8mb4: unicode.decodeUtf8,
  utf8mb3: unicode.decodeUtf8,
  ucs2: unicode.decodeUcs2,
  utf16: unicode.decodeUtf16,
  utf16le: unicode.decodeUtf16le,
  utf32: unicode.decodeUtf32,
};

const byCollation = new Map(
  Object.entries(COLLATIONS).flatMap(([name, ids]) => {
    const charset = charsetNamed(name);
    return ids.split(' ').flatMap((range) => idsIn(range).map((id) => [id, charset] as const));
  }),
);

function charsetNamed(name: string): Charset {
  const isUtf8 = name === 'utf8mb4' || name === 'utf8mb3';
  if (name in UNICODE) return { name, decode: UNICODE[name]!, isUtf8, extendsAscii: isUtf8 };
  // Bytes without a meaning: each is a character of the same number.
  if (name === 'binary') return { name, decode: decodeBytes, isUtf8, extendsAscii: true };
  if (name in MULTI_BYTE_MAPS) return { name, decode: multiByteDecode(name), isUtf8, extendsAscii: true };
  const map = SINGLE_BYTE_MAPS[name]!;
  const decode = singleByteDecode(map);
  return { name, decode: name === 'latin1' ? latin1(decode) : decode, isUtf8, extendsAscii: map.length === 0x80 };
}

function decodeBytes(bytes: Buffer, from: number, to: number): string {
  return bytes.latin1Slice(from, to);
}

/** The commonest one: cp1252, which differs from what the engine calls latin1 in 27 characters. */
function latin1(decode: TextDecode): TextDecode {
  return (bytes, from, to) => {
    const text = bytes.latin1Slice(from, to);
    return /[\x80-\x9f]/.test(text) ? decode(bytes, from, to) : text;
  };
}

/** `12` or `12-15`. */
function idsIn(range: string): number[] {
  const [first = 0, last = first] = range.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const HINT = 'Leave the table out with an exclude filter, or convert the column to utf8mb4.';

/** An id that has this character set, by the server's name for it. */
export function anyCollationOf(charset: string): number {
  const ids = COLLATIONS[charset === 'utf8' ? 'utf8mb3' : charset];
  if (ids !== undefined) return Number.parseInt(ids, 10);
  throw new RowtideError('EVENT_UNSUPPORTED', `the character set ${charset} is not known`, { hint: HINT });
}

/** `place` names the column for the error. */
export function charsetOf(collation: number, place: string): Charset {
  const charset = byCollation.get(collation);
  if (charset !== undefined) return charset;
  throw new RowtideError(
    'EVENT_UNSUPPORTED',
    `${place} has the collation id ${collation}, whose character set is not known`,
    { hint: HINT },
  );
}

/** A text that cannot be decoded, with a copy of its bytes: the event's memory must not live on for the sake of one cell. */
export function invalidText({ name }: Charset, bytes: Buffer, { from, to }: { from: number; to: number }): InvalidText {
  return new InvalidText(new Uint8Array(bytes.subarray(from, to)), name);
}

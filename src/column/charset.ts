import { malformed, RowtideError } from '../core/errors.js';

declare global {
  // What toString(encoding, start, end) calls; without its look-up of the encoding for each cell.
  interface Buffer {
    utf8Slice(start: number, end: number): string;
    latin1Slice(start: number, end: number): string;
    hexSlice(start: number, end: number): string;
  }
}

/** How the text of a column becomes a JavaScript string. */
export type TextDecode = (bytes: Buffer, from: number, to: number) => string;

export interface Charset {
  readonly name: string;
  readonly decode: TextDecode;
  /** The bytes are UTF-8 already. */
  readonly isUtf8: boolean;
  /** Bytes below 0x80 are ASCII wherever all bytes of a text are. */
  readonly extendsAscii: boolean;
}

const UTF8: Charset = { name: 'utf8', decode: decodeUtf8, isUtf8: true, extendsAscii: true };
const LATIN1: Charset = { name: 'latin1', decode: decodeLatin1, isUtf8: false, extendsAscii: true };
const UTF16BE: Charset = { name: 'utf16', decode: decodeUtf16be, isUtf8: false, extendsAscii: false };
const UTF16LE: Charset = { name: 'utf16le', decode: decodeUtf16le, isUtf8: false, extendsAscii: false };
const UTF32: Charset = { name: 'utf32', decode: decodeUtf32be, isUtf8: false, extendsAscii: false };

/** Collation ids of a character set; ranges are inclusive. As INFORMATION_SCHEMA.COLLATIONS of MySQL 5.7 to 9.7 has them. */
const COLLATIONS: readonly (readonly [Charset, readonly (number | readonly [number, number])[]])[] = [
  [UTF8, [11, 65, 33, 76, 83, [192, 223], 45, 46, [224, 247], [255, 323]]],
  [LATIN1, [5, 8, 15, 31, 47, 48, 49, 94]],
  [UTF16BE, [35, 90, [128, 151], 159, 54, 55, [101, 124]]],
  [UTF16LE, [56, 62]],
  [UTF32, [60, 61, [160, 183]]],
];

const byCollation = new Map<number, Charset>(
  COLLATIONS.flatMap(([charset, ids]) => ids.flatMap((id) => range(id).map((each) => [each, charset] as const))),
);

function range(id: number | readonly [number, number]): number[] {
  const [first, last] = typeof id === 'number' ? [id, id] : id;
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** `place` names the column for the error. */
export function charsetOf(collation: number, place: string): Charset {
  const charset = byCollation.get(collation);
  if (charset !== undefined) return charset;
  throw new RowtideError(
    'EVENT_UNSUPPORTED',
    `${place} has the collation id ${collation}, whose character set is not known`,
    {
      hint: 'Leave the table out with an exclude filter, or convert the column to utf8mb4.',
    },
  );
}

function decodeUtf8(bytes: Buffer, from: number, to: number): string {
  const text = bytes.utf8Slice(from, to);
  // The server checks what it stores, so this finds a wrong character set, not a user's data.
  if (text.includes('\ufffd') && bytes.indexOf('\ufffd', from, 'utf8') < 0) throw malformed('text is not valid UTF-8');
  return text;
}

/** MySQL's latin1 is cp1252 with the five bytes that cp1252 leaves out as C1 controls. */
const CP1252_HIGH =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

function decodeLatin1(bytes: Buffer, from: number, to: number): string {
  const text = bytes.latin1Slice(from, to);
  return text.replace(/[\x80-\x9f]/g, (char) => CP1252_HIGH[char.charCodeAt(0) - 0x80]!);
}

function decodeUtf16be(bytes: Buffer, from: number, to: number): string {
  requireMultiple(to - from, 2);
  return Buffer.from(bytes.subarray(from, to)).swap16().toString('utf16le');
}

function decodeUtf16le(bytes: Buffer, from: number, to: number): string {
  requireMultiple(to - from, 2);
  return bytes.toString('utf16le', from, to);
}

function decodeUtf32be(bytes: Buffer, from: number, to: number): string {
  requireMultiple(to - from, 4);
  let text = '';
  for (let i = from; i < to; i += 4) {
    const code = bytes.readUInt32BE(i);
    if (code > 0x10ffff) throw malformed(`text has the UTF-32 code 0x${code.toString(16)}`);
    text += String.fromCodePoint(code);
  }
  return text;
}

function requireMultiple(length: number, width: number): void {
  if (length % width !== 0) throw malformed(`text of ${length} bytes, in a character set of ${width} bytes each`);
}

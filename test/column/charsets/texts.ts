import { charsetOf } from '../../../src/column/charset.js';
import { COLLATIONS } from '../../../src/column/charsets/collations.js';
import type { Random } from '../../roundtrip/random.js';
import { fourBytes, ONE_BYTE, THREE_BYTES, TWO_BYTES } from './codes.js';

/** Every set that is made for text. */
export const CHARSETS = Object.keys(COLLATIONS).filter((name) => name !== 'binary');

/** Null for what is no text. */
export function decode(charset: string, bytes: readonly number[]): string | null {
  const id = Number.parseInt(COLLATIONS[charset]!, 10);
  return charsetOf(id, 'a test').decode(Buffer.from(bytes), 0, bytes.length);
}

/** So many characters of the set, by chance, as bytes. */
export function textOf(charset: string, random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => characterOf(charset, random)).flat());
}

function characterOf(charset: string, random: Random): number[] {
  for (;;) {
    const bytes = candidate(charset, random);
    if (/^.$/su.test(decode(charset, bytes) ?? '')) return bytes;
  }
}

function candidate(charset: string, random: Random): number[] {
  const code = random.pick([
    random.int(0x20, 0x7e),
    random.int(0, 0xff),
    random.int(0, 0xffff),
    random.int(0x10000, 0x10ffff),
  ]);
  const isBeyond = code > 0xffff && (charset === 'ucs2' || charset === 'utf8mb3');
  const isNone = isBeyond || (code >= 0xd800 && code <= 0xdfff);
  const unicode = unicodeBytes(charset, isNone ? 'x' : String.fromCodePoint(code));
  if (unicode !== null) return unicode;
  const chunks = [ONE_BYTE, TWO_BYTES];
  if (charset === 'ujis' || charset === 'eucjpms') chunks.push(THREE_BYTES);
  if (charset === 'gb18030') chunks.push(fourBytes(0));
  return random.pick(chunks).bytes(code & 0xffff);
}

export function spaces(charset: string, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => Buffer.from(unicodeBytes(charset, ' ') ?? [0x20])));
}

function unicodeBytes(charset: string, character: string): number[] | null {
  const utf16 = Buffer.from(character, 'utf16le');
  const code = character.codePointAt(0)!;
  switch (charset) {
    case 'utf8mb3':
    case 'utf8mb4':
      return [...Buffer.from(character)];
    case 'ucs2':
    case 'utf16':
      return [...utf16.swap16()];
    case 'utf16le':
      return [...utf16];
    case 'utf32':
      return [0, code >> 16, (code >> 8) & 0xff, code & 0xff];
    default:
      return null;
  }
}

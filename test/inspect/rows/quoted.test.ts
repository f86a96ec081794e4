import { describe, expect, test } from 'vitest';
import { QUOTED_EXPANSION, quoteInPlace, writeQuoted } from '../../../src/inspect/rows/quoted.js';
import type { TextStyle } from '../../../src/inspect/rows/style.js';
import fc from '../../properties.js';

const ESCAPES: Readonly<Record<TextStyle, Readonly<Record<string, string>>>> = {
  mysql: { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', "'": "\\'", '\\': '\\\\' },
  mariadb: {},
};

function expected(bytes: Uint8Array, style: TextStyle): string {
  const texts = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    const hex = `\\x${byte.toString(16).padStart(2, '0')}`;
    return ESCAPES[style][character] ?? (byte < 0x20 ? hex : character);
  });
  return `'${texts.join('')}'`;
}

const MANY = { minLength: 16, maxLength: 64 };

/** Any bytes, and texts in which what is escaped stands close together and in any place of a word. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.array(fc.constantFrom(0x00, 0x1f, 0x20, 0x26, 0x27, 0x28, 0x5b, 0x5c, 0x61, 0x7a, 0x80, 0xa7, 0xdc, 0xff), MANY),
);

describe.each(['mysql', 'mariadb'] as const)('a text between quotes, as that of %s', (style) => {
  test('has escapes for control characters, and MySQL’s for quotes and backslashes', () => {
    fc.assert(
      fc.property(anyBytes, fc.nat(7), (numbers, from) => {
        const bytes = Buffer.concat([Buffer.alloc(from, "'"), Buffer.from(numbers), Buffer.alloc(3, "'")]);
        const to = from + numbers.length;
        const out = Buffer.alloc(2 + QUOTED_EXPANSION * numbers.length + 8);
        const end = writeQuoted(out, 1, { bytes, from, to }, style);
        expect(out.latin1Slice(1, end)).toBe(expected(Uint8Array.from(numbers), style));
      }),
    );
  });

  test('is the same when the text stands in its place already', () => {
    fc.assert(
      fc.property(anyBytes, (numbers) => {
        const out = Buffer.alloc(3 + QUOTED_EXPANSION * numbers.length + 8);
        out.set(numbers, 2);
        const end = quoteInPlace(out, 1, 2 + numbers.length, style);
        expect(out.latin1Slice(1, end)).toBe(expected(Uint8Array.from(numbers), style));
      }),
    );
  });
});

/** The words of statements as each server reads them: quotes, comments, and comments that are executed. */
import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../src/core/dialect.js';
import { RowtideError } from '../../src/core/errors.js';
import { parseDdl } from '../../src/sql/ddl/parse.js';
import { lex } from '../../src/sql/lexer.js';
import fc from '../properties.js';
import { scaled } from '../roundtrip/random.js';

const mysql: Dialect = {
  flavour: 'mysql',
  version: 80_402,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
};
const mariadb: Dialect = { ...mysql, flavour: 'mariadb', version: 110_802 };

function told(sql: string, dialect: Partial<Dialect> = {}): string {
  return lex(sql, { ...mysql, ...dialect })
    .map((token) => {
      if (token.kind === 'end') return '';
      return `${token.kind}:${token.kind === 'bytes' ? token.bytes.toString('latin1') : token.text}`;
    })
    .join(' ')
    .trimEnd();
}

describe('names and texts', () => {
  it.each([
    ['`a``b`', 'name:a`b'],
    ['`a\\`', 'name:a\\'],
    ["'it''s' 'a\\'b' 'c:\\\\' '\\n\\0\\Z\\%\\q'", "string:it's string:a'b string:c:\\ string:\n\0\x1a\\%q"],
    ['"a""b"', 'string:a"b'],
    ["x'4a' 0x4a X'4A' b'01001010' 0b1", 'bytes:J bytes:J bytes:J bytes:J bytes:\x01'],
    ['1 1.5 .5 1e3 1.5E-3', 'number:1 number:1.5 number:.5 number:1e3 number:1.5E-3'],
    ['1a 2024x _x $y été', 'word:1a word:2024x word:_x word:$y word:été'],
    [
      'shop.2024 shop.1e5 `a`.0x41',
      'word:shop symbol:. word:2024 word:shop symbol:. word:1e5 name:a symbol:. word:0x41',
    ],
    ['a-b', 'word:a symbol:- word:b'],
    ['a--b', 'word:a symbol:- symbol:- word:b'],
  ])('%s', (sql, expected) => expect(told(sql)).toBe(expected));

  it('ANSI_QUOTES makes names of double quotes', () => {
    expect(told('"a""b\\" \'c\'', { ansiQuotes: true })).toBe('name:a"b\\ string:c');
  });

  it('NO_BACKSLASH_ESCAPES leaves backslashes alone', () => {
    expect(told("'a\\' 'b'", { noBackslashEscapes: true })).toBe('string:a\\ string:b');
  });
});

describe('comments', () => {
  it.each([
    ['a /* b */ c', 'word:a word:c'],
    ['a -- b\nc', 'word:a word:c'],
    ['a # b\nc', 'word:a word:c'],
    ['a /*+ hint */ b', 'word:a word:b'],
    ['a /*!50001 b */ c', 'word:a word:b word:c'],
    ['a /*! b */ c', 'word:a word:b word:c'],
    ['a /*!99999 b */ c', 'word:a word:c'],
    ['a /*!80402 b */ /*!80403 c */ /*!080402 d */', 'word:a word:b word:d'],
    ['a /*!50001 b /* c */ d */ e', 'word:a word:b word:d word:e'],
    ['a /*!99999 b /* c */ d */ e', 'word:a word:e'],
    ["a '/* b */' `-- c`", 'string:/* b */ name:-- c'],
    ['a /*M!100100 b */ c', 'word:a word:c'],
  ])('%s', (sql, expected) => expect(told(sql)).toMatch(new RegExp(`${expected.replace(/[*\\]/g, '\\$&')}$`)));

  it('MariaDB executes its own, and passes over those that are MySQL’s alone', () => {
    const sql = 'a /*M!100100 b */ /*M!999999 c */ /*!50001 d */ /*!50701 e */ /*!80001 f */ /*!100001 g */';
    expect(told(sql, mariadb)).toBe('word:a word:b word:d word:g');
  });
});

it.each(["'a", '`a', '/* a', '/*!50001 a', '/*!99999 a /* b */'])('refuses %s by name', (sql) => {
  expect(() => lex(sql, mysql)).toThrow(expect.objectContaining({ code: 'DDL_UNKNOWN' }));
});

describe('whatever the text', () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      ...['CREATE', 'TABLE', 'ALTER', 'ADD', 'DROP', 'COLUMN', 'RENAME', 'TO', 'INT', 'VARCHAR', 'ENUM', 'PRIMARY KEY'],
      ...['t', '`a b`', '(', ')', ',', '.', ';', '=', "'", '"', '`', '\\', '/*', '*/', '/*!50001', '/*M!', '--', '#'],
      ...['\n', ' ', '1', '(10)', '0x', "x'", 'DEFAULT', 'CHARACTER SET', 'utf8mb4', 'AFTER', 'FIRST', 'DATABASE'],
      ...['PARTITION BY', 'LIKE', 'AS', 'UNIQUE', 'INDEX', 'ON', 'CONVERT TO', 'NOT NULL', 'CHECK', 'REFERENCES'],
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const texts = fc.array(pieces, { maxLength: 40 }).map((all) => all.join(' '));
  const dialects = fc.record({
    flavour: fc.constantFrom('mysql' as const, 'mariadb' as const),
    version: fc.constantFrom(50_722, 80_015, 90_700, 110_802),
    ansiQuotes: fc.boolean(),
    noBackslashEscapes: fc.boolean(),
    realAsFloat: fc.boolean(),
  });

  it('it is read or refused by name', () => {
    fc.assert(
      fc.property(texts, dialects, (sql, dialect) => {
        try {
          parseDdl(sql, dialect);
        } catch (error) {
          if (!(error instanceof RowtideError) || error.code !== 'DDL_UNKNOWN') throw error;
        }
      }),
      { numRuns: scaled(20_000) },
    );
  });

  it('a quoted name comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), dialects, (name, dialect) => {
        const quoted = `\`${name.replaceAll('`', '``')}\``;
        expect(lex(quoted, dialect)[0]).toEqual({ kind: 'name', text: name, at: 0 });
      }),
    );
  });

  it('a long one takes no longer than its length', () => {
    for (const piece of ['(', '/*', "'", '`', '/*!50001 ', '1', 'a', '-- \n', '\\', '0x', 'ADD a INT,']) {
      const sql = `ALTER TABLE t ${piece.repeat(20_000)}`;
      expect(() => {
        try {
          parseDdl(sql, mysql);
        } catch (error) {
          if (!(error instanceof RowtideError)) throw error;
        }
      }).not.toThrow();
    }
  });
});

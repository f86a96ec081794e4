import { describe, expect, test } from 'vitest';
import { RowtideError } from '../../../src/core/errors.js';
import { type Condition, parseCondition } from '../../../src/transform/where/condition.js';
import type { Literal } from '../../../src/transform/where/literal.js';
import fc from '../../properties.js';
import { scaled } from '../../roundtrip/random.js';

/** Fully parenthesized, as the parser understood it. */
function shown(condition: Condition): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return `(${condition.parts.map(shown).join(` ${condition.kind} `)})`;
    case 'not':
      return `not ${shown(condition.of)}`;
    case 'is-null':
      return `${condition.column} is null`;
    case 'compare':
      return `${condition.column} ${condition.operator} ${literal(condition.literal)}`;
    case 'like':
      return `${condition.column} like ${JSON.stringify(condition.pattern)} by ${condition.escapedBy}`;
  }
}

function literal(value: Literal): string {
  switch (value.kind) {
    case 'number':
      return `${value.negative ? '-' : ''}${value.whole}.${value.fraction}`;
    case 'text':
      return JSON.stringify(value.text);
    case 'hex':
      return `0x${value.bytes.toString('hex')}`;
    case 'null':
      return 'null';
  }
}

describe('a condition', () => {
  test.each([
    ['a = 1 or b = 2 and not c = 3', '(a = 1. or (b = 2. and not c = 3.))'],
    ['(a=1 OR b=2) AND c<>3', '((a = 1. or b = 2.) and c <> 3.)'],
    ['NOT NOT a != 1', 'not not a <> 1.'],
    ['a between 1 and 2 and b is not null', '((a >= 1. and a <= 2.) and not b is null)'],
    ['a NOT BETWEEN -1 AND +2', 'not (a >= -1. and a <= 2.)'],
    ['a IN (1, NULL)', '(a = 1. or a = null)'],
    ['a not in (TRUE,false)', 'not (a = 1. or a = .)'],
    ['a <=> NULL', 'a <=> null'],
    ["note LIKE '5\\%%'", 'note like "5\\\\%%" by \\'],
    ["note NOT LIKE 'a|_' ESCAPE '|'", 'not note like "a|_" by |'],
    ['`and` >= 0x0f', 'and >= 0x0f'],
    ["`odd ``name` <= x'C3'", 'odd `name <= 0xc3'],
    ['@1 = 1', '@1 = 1.'],
    ['größe > 1', 'größe > 1.'],
    [
      `a = 'it''s' or a = "say ""no""" or a = 'tab\\t\\'\\\\'`,
      '(a = "it\'s" or a = "say \\"no\\"" or a = "tab\\t\'\\\\")',
    ],
    ['a = 0xF', 'a = 0x0f'],
  ])('%s', (text, expected) => {
    expect(shown(parseCondition(text))).toBe(expected);
  });

  test.each([
    ['007.500', '7.5'],
    ['.5', '.5'],
    ['-0.0', '.'],
    ['1.5e3', '1500.'],
    ['15e-3', '.015'],
    ['12345678901234567890.000000000000000000001', '12345678901234567890.000000000000000000001'],
  ])('the number %s keeps its digits', (text, expected) => {
    expect(shown(parseCondition(`a = ${text}`))).toBe(`a = ${expected}`);
  });

  test.each([
    ['', 1, 'the name of a column is expected'],
    ['total >', 8, 'a value is expected'],
    ['total 5', 7, 'an operator is expected'],
    ['total > 5 and', 14, 'the name of a column is expected'],
    ['total > 5 state = 1', 11, 'AND, OR or the end is expected'],
    ['(total > 5', 11, '")" is expected'],
    ['100 < total', 1, 'the name of a column is expected'],
    ['total > paid', 9, 'a value is expected'],
    ['a = - x', 7, 'a number is expected'],
    ['a not 5', 7, 'IN, BETWEEN or LIKE is expected'],
    ['a is 5', 6, 'NULL is expected'],
    ['a in ()', 7, 'a value is expected'],
    ['a like 5', 8, 'a string in quotes is expected'],
    ["a like 'x' escape 'xy'", 19, 'ESCAPE takes one character'],
    ["a = 'x", 5, 'a quote is not closed'],
    ['a = 1; drop', 6, '";" is not understood'],
    ['a = 5x', 5, '"5" is not understood'],
    ['a = 1e999', 5, 'the exponent is beyond every column'],
    [`${'('.repeat(300)}a = 1`, 201, 'more than 200 levels'],
  ])('%s is refused at character %i', (text, at, what) => {
    expect(() => parseCondition(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(`at character ${at}, ${what}`) }),
    );
  });

  test('of whatever text is read, or refused by name', () => {
    const part = fc.constantFrom(
      ...['a', '`b', '`', '1', '-', '.5', '0x1', "x'", "'", '"', '\\', '(', ')', ',', '=', '<', '>', '!', ' '],
      ...['AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'LIKE', 'ESCAPE', 'IS', 'NULL', 'é', '😀', '\0', '\n', ':', ';'],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), fc.constantFrom('', ' '), (parts, between) => {
        try {
          parseCondition(parts.join(between));
        } catch (error) {
          expect(error).toBeInstanceOf(RowtideError);
        }
      }),
      { numRuns: scaled(3_000) },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeEmbeddedJson, writeJsonText } from '../../src/column/json-text.js';
import { RowtideError } from '../../src/core/errors.js';
import fc from '../properties.js';
import { scaled } from '../roundtrip/random.js';
import { document, documentOf, encode, type Json, print } from './binary-json.js';

function text(document: Buffer): string {
  // Whatever lies around the cell must not be read, nor written over.
  const bytes = Buffer.concat([Buffer.alloc(7, 0x0c), document, Buffer.alloc(7, 0x0c)]);
  const bytesMax = document.length * JSON_TEXT_EXPANSION + JSON_TEXT_SLACK;
  const out = Buffer.alloc(bytesMax + 32, 0xee);
  const end = writeJsonText(out, 3, { bytes, from: 7, to: 7 + document.length });
  expect(end - 3).toBeLessThanOrEqual(bytesMax);
  expect(out.subarray(0, 3)).toEqual(Buffer.alloc(3, 0xee));
  const printed = out.toString('utf8', 3, end);
  expect(embedded(bytes, document.length)).toBe(withoutSpaces(printed).replace(/["\\]/g, '\\$&'));
  return printed;
}

/** The same document as the inside of a JSON string. */
function embedded(bytes: Buffer, length: number): string {
  const bytesMax = 2 * (length * JSON_TEXT_EXPANSION + JSON_TEXT_SLACK);
  const out = Buffer.alloc(bytesMax + 32, 0xee);
  const end = writeEmbeddedJson(out, 3, { bytes, from: 7, to: 7 + length });
  expect(end - 3).toBeLessThanOrEqual(bytesMax);
  return out.toString('utf8', 3, end);
}

/** All spaces between strings gone. */
function withoutSpaces(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"| /g, (found) => (found === ' ' ? '' : found));
}

describe('JSON documents', () => {
  it('are printed whole, small and large containers alike', () => {
    fc.assert(
      fc.property(document, fc.boolean(), (value, large) => {
        expect(text(documentOf(encode(value, large)))).toBe(print(value));
      }),
      { numRuns: scaled(1500) },
    );
  });

  it('of more than 64 KiB keep every value', () => {
    const value: Json = {
      texts: Array.from({ length: 3000 }, (_, i) => `text ${i} `.repeat(5)),
      numbers: [1n, 70_000n, -70_000n],
    };
    expect(text(documentOf(encode(value, false)))).toBe(print(value));
  });

  it('without any byte are null', () => {
    expect(text(Buffer.alloc(0))).toBe('null');
  });

  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [1.5, '1.5'],
    [1e15, '1e15'],
    [999999999999999, '999999999999999.0'],
    [5e-324, '5e-324'],
    [-1.7976931348623157e308, '-1.7976931348623157e308'],
  ])('print the double %d as %s', (value, expected) => {
    expect(text(documentOf(encode(value, false)))).toBe(expected);
  });
});

describe('texts in documents', () => {
  const textOf = (...bytes: number[]): string => text(Buffer.from([12, bytes.length, ...bytes]));

  it('keep halves of surrogate pairs, which MySQL 5.7 lets in, as escapes', () => {
    expect(textOf(0x61, 0xed, 0xa0, 0x80, 0xc3, 0xa9, 0xed, 0xbf, 0xbf)).toBe('"a\\ud800é\\udfff"');
  });

  it.each([
    ['a byte that follows none', [0x61, 0x80]],
    ['a character cut short', [0xe2, 0x82]],
    ['half a pair cut short', [0xed, 0xa0]],
    ['an overlong form', [0xc0, 0x80]],
    ['what lies beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['that beside half a pair', [0xed, 0xa0, 0x80, 0xff]],
  ])('are refused with %s', (_, bytes) => {
    expect(() => textOf(...bytes)).toThrow(expect.objectContaining({ code: 'EVENT_MALFORMED' }));
  });
});

describe('damaged documents', () => {
  const outcome = (bytes: Buffer): unknown => {
    try {
      return text(bytes);
    } catch (error) {
      return error;
    }
  };

  it('give a text or an error of ours, wherever bytes were changed or cut', () => {
    const damage = fc.array(
      fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 3, 15, 0x7f, 0x80, 0xff))),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(document, fc.boolean(), damage, fc.nat(20), (value, large, changes, cut) => {
        const bytes = documentOf(encode(value, large));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const result = outcome(bytes.subarray(0, Math.max(1, bytes.length - cut)));
        if (typeof result !== 'string') expect(result).toBeInstanceOf(RowtideError);
      }),
      { numRuns: scaled(3000) },
    );
  });

  it('are refused when they are bytes by chance', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        const result = outcome(Buffer.from(bytes));
        if (typeof result !== 'string') expect(result).toMatchObject({ code: 'EVENT_MALFORMED' });
      }),
      { numRuns: scaled(3000) },
    );
  });

  it.each([
    ['lies in itself', Buffer.from([2, 1, 0, 7, 0, 2, 0, 0])],
    ['has parts that overlap, again and again', overlapping(20)],
    ['has a value outside of its container', Buffer.from([2, 1, 0, 16, 0, 2, 7, 0, 1, 0, 7, 0, 12, 7, 0, 1, 0x61])],
    ['has no such value', Buffer.from([13, 0])],
    ['has a time of 63 minutes', Buffer.from([15, 11, 8, 0, 0, 0, 0xc0, 0x0f, 0, 0, 0])],
    ['has a time of a million microseconds', Buffer.from([15, 11, 8, 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0])],
    ['has a time of 839 hours', Buffer.from([15, 11, 8, 0, 0, 0, 0, 0x70, 0x34, 0, 0])],
    ['has a date in the year 10000', Buffer.from([15, 10, 8, 0, 0, 0, 0, 0, 0, 0xf4, 0x7e])],
    ['has a date before all', Buffer.from([15, 10, 8, 0, 0, 0, 0, 0, 0xfe, 0xff, 0xff])],
    ['has no such literal', Buffer.from([4, 3])],
    ['has a text longer than itself', Buffer.from([12, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['has a length without end', Buffer.from([12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['has a DECIMAL of 200 digits', Buffer.from([15, 246, 4, 200, 0, 0, 0])],
    ['has a time cut short', Buffer.from([15, 11, 4, 0, 0, 0, 0])],
    ['counts more than it has', Buffer.from([3, 0xff, 0xff, 0xff, 0xff, 9, 0, 0, 0])],
    ['ends where its value should be', Buffer.from([11, 0, 0])],
  ])('are refused at once: one that %s', (_, bytes) => {
    expect(outcome(bytes)).toMatchObject({ code: 'EVENT_MALFORMED', message: expect.stringContaining('binary JSON') });
  });
});

/** Arrays of two elements that are the same array: 2^depth values in a few bytes. */
function overlapping(depth: number): Buffer {
  const bytes: number[] = [2];
  for (let level = 0; level < depth; level++) bytes.push(2, 0, 0xff, 0, 2, 10, 0, 2, 10, 0);
  return Buffer.from([...bytes, 0, 0, 4, 0]);
}

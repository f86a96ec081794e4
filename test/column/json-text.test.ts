import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeJsonText } from '../../src/column/json-text.js';
import { RowtideError } from '../../src/core/errors.js';

type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json };

/** Binary JSON as the server writes it: type and value. Containers are large when they are told to, or have to be. */
function encode(value: Json, large: boolean): { type: number; bytes: Buffer } {
  if (value === null || typeof value === 'boolean')
    return { type: 4, bytes: Buffer.from([value === null ? 0 : value ? 1 : 2]) };
  if (typeof value === 'string')
    return { type: 12, bytes: Buffer.concat([length(Buffer.byteLength(value)), Buffer.from(value)]) };
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return { type: 11, bytes };
  }
  if (typeof value === 'bigint') return integer(value);
  const object = !Array.isArray(value);
  const keys = object ? Object.keys(value).map((key) => Buffer.from(key)) : [];
  const items = Object.values(value).map((item) => encode(item, large));
  const container = pack(keys, items, large);
  if (container === null) return encode(value, true);
  return { type: (object ? 0 : 2) + (large ? 1 : 0), bytes: container };
}

function integer(value: bigint): { type: number; bytes: Buffer } {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  const widths = [
    { type: 5, min: -(2n ** 15n), max: 2n ** 15n - 1n, width: 2 },
    { type: 6, min: 0n, max: 2n ** 16n - 1n, width: 2 },
    { type: 7, min: -(2n ** 31n), max: 2n ** 31n - 1n, width: 4 },
    { type: 8, min: 0n, max: 2n ** 32n - 1n, width: 4 },
    { type: 9, min: -(2n ** 63n), max: 2n ** 63n - 1n, width: 8 },
    { type: 10, min: 0n, max: 2n ** 64n - 1n, width: 8 },
  ];
  const { type, width } = widths.find(({ min, max }) => min <= value && value <= max)!;
  return { type, bytes: bytes.subarray(0, width) };
}

function length(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** Null when it does not fit a small container. */
function pack(keys: Buffer[], items: { type: number; bytes: Buffer }[], large: boolean): Buffer | null {
  const word = large ? 4 : 2;
  const inline = ({ type }: { type: number }): boolean => [4, 5, 6].includes(type) || (large && [7, 8].includes(type));
  let at = 2 * word + keys.length * (word + 2) + items.length * (word + 1);
  const head: Buffer[] = [];
  const tail: Buffer[] = [];
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes.subarray(0, word);
  };
  for (const key of keys) {
    head.push(number(at), Buffer.from([key.length & 255, key.length >> 8]));
    tail.push(key);
    at += key.length;
  }
  for (const item of items) {
    head.push(Buffer.from([item.type]));
    if (inline(item)) head.push(Buffer.concat([item.bytes, Buffer.alloc(4)]).subarray(0, word));
    else {
      head.push(number(at));
      tail.push(item.bytes);
      at += item.bytes.length;
    }
  }
  return !large && at > 0xffff ? null : Buffer.concat([number(items.length), number(at), ...head, ...tail]);
}

/** As the server prints it. */
function print(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${print(item)}`)
      .join(', ')}}`;
  }
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

function text(document: Buffer): string {
  // Whatever lies around the cell must not be read, nor written over.
  const bytes = Buffer.concat([Buffer.alloc(7, 0x0c), document, Buffer.alloc(7, 0x0c)]);
  const bytesMax = document.length * JSON_TEXT_EXPANSION + JSON_TEXT_SLACK;
  const out = Buffer.alloc(bytesMax + 32, 0xee);
  const end = writeJsonText(out, 3, { bytes, from: 7, to: 7 + document.length });
  expect(end - 3).toBeLessThanOrEqual(bytesMax);
  expect(out.subarray(0, 3)).toEqual(Buffer.alloc(3, 0xee));
  return out.toString('utf8', 3, end);
}

const documentOf = ({ type, bytes }: { type: number; bytes: Buffer }): Buffer =>
  Buffer.concat([Buffer.from([type]), bytes]);

const unicode = fc.string({ unit: 'grapheme', maxLength: 30 });
const { document } = fc.letrec<{ document: Json }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, ''),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.integer({ min: -40_000, max: 70_000 }).map(BigInt),
    unicode,
    fc.string({ unit: 'binary-ascii' }),
    fc.array(tie('document'), { maxLength: 6 }),
    fc.dictionary(unicode, tie('document'), { maxKeys: 6, noNullPrototype: true }),
  ),
}));

describe('JSON documents', () => {
  it('are printed whole, small and large containers alike', () => {
    fc.assert(
      fc.property(document, fc.boolean(), (value, large) => {
        expect(text(documentOf(encode(value, large)))).toBe(print(value));
      }),
      { numRuns: 1500 },
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
      { numRuns: 3000 },
    );
  });

  it('are refused when they are bytes by chance', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        const result = outcome(Buffer.from(bytes));
        if (typeof result !== 'string') expect(result).toMatchObject({ code: 'EVENT_MALFORMED' });
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['lies in itself', Buffer.from([2, 1, 0, 7, 0, 2, 0, 0])],
    ['has parts that overlap, again and again', overlapping(20)],
    ['has no such value', Buffer.from([13, 0])],
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

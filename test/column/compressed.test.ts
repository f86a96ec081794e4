import { deflateRawSync, deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ByteReader } from '../../src/binlog/bytes.js';
import { inflateRest } from '../../src/binlog/inflate.js';
import { inflateCell } from '../../src/column/compressed.js';
import fc from '../properties.js';

const lengthOf = (bytes: Buffer): Buffer => Buffer.from([bytes.length >> 16, bytes.length >> 8, bytes.length & 0xff]);
const cellOf = (value: Buffer, { raw }: { raw: boolean }): Buffer =>
  Buffer.concat([Buffer.from([raw ? 0x8b : 0x83]), lengthOf(value), raw ? deflateRawSync(value) : deflateSync(value)]);
const restOf = (value: Buffer): Buffer => Buffer.concat([Buffer.from([0x83]), lengthOf(value), deflateSync(value)]);
const malformed = expect.objectContaining({ code: 'EVENT_MALFORMED' });

test('what was compressed comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 4000 }), fc.boolean(), (bytes, raw) => {
      const value = Buffer.from(bytes);
      expect(inflateCell(cellOf(value, { raw })).equals(value)).toBe(true);
      expect(inflateRest(new ByteReader(restOf(value))).equals(value)).toBe(true);
    }),
  );
  expect(inflateCell(Buffer.alloc(0))).toHaveLength(0);
  expect(inflateCell(Buffer.from([0, 1, 2]))).toEqual(Buffer.from([1, 2]));
});

test('a false length or algorithm, and damage, stop by name', () => {
  const value = Buffer.from('value '.repeat(20));
  const cell = cellOf(value, { raw: false });
  const rest = restOf(value);
  const lies: ((bytes: Buffer) => void)[] = [
    (bytes) => (bytes[3]! -= 1),
    (bytes) => (bytes[3]! += 1),
    (bytes) => (bytes[1] = 0xff),
    (bytes) => (bytes[0] = 0x93),
    (bytes) => (bytes[6]! ^= 0xff),
  ];
  for (const lie of lies) {
    for (const [bytes, inflate] of [
      [Buffer.from(cell), inflateCell],
      [Buffer.from(rest), (each: Buffer) => inflateRest(new ByteReader(each))],
    ] as const) {
      lie(bytes);
      expect(() => inflate(bytes), bytes.toString('hex')).toThrow(malformed);
    }
  }
});

test('a bomb is given no more memory than it says, and may not say more than deflate can do', () => {
  const bomb = deflateSync(Buffer.alloc(16 * 2 ** 20));
  const said = (length: number): Buffer => {
    const head = Buffer.from([0x84, 0, 0, 0, 0]);
    head.writeUInt32BE(length, 1);
    return Buffer.concat([head, bomb]);
  };
  expect(() => inflateCell(said(100))).toThrow(malformed);
  expect(() => inflateRest(new ByteReader(said(100)))).toThrow(malformed);
  expect(() => inflateCell(said(2 ** 29))).toThrow(malformed);
  expect(() => inflateRest(new ByteReader(said(2 ** 29)))).toThrow(malformed);
});

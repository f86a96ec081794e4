import { crc32 as zlibCrc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32 } from '../../src/core/crc32.js';

test('the checksum is zlib’s, of any length and wherever the bytes lie', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  const bytes = Buffer.from(Array.from({ length: 6000 }, (_, i) => (i * i * 31 + (i >> 3)) & 0xff));
  for (let from = 0; from < 40; from++) {
    for (let length = 0; length <= 5000; length += length < 300 ? 1 : 61) {
      const part = bytes.subarray(from, from + length);
      expect(crc32(part)).toBe(zlibCrc32(part));
    }
  }
});

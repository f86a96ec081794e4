import { describe, expect, it } from 'vitest';
import { crc32c, crc32cInJavaScript } from '../../../connectors/kafka/crc32c.js';
import { murmur2 } from '../../../connectors/kafka/murmur2.js';
import fc from '../../properties.js';

describe('CRC-32C', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 0],
    ['the check value of the catalogue', Buffer.from('123456789'), 0xe3069283],
    ['32 zero bytes (RFC 3720)', Buffer.alloc(32), 0x8a9136aa],
    ['32 bytes of ones (RFC 3720)', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['0 to 31 (RFC 3720)', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ])('of %s, native and in JavaScript', (_, bytes, sum) => {
    expect(crc32cInJavaScript(bytes)).toBe(sum);
    expect(crc32c(bytes)).toBe(sum);
  });

  it('is the same from both for any bytes, also inside a larger buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (array, from) => {
        const bytes = Buffer.from(array).subarray(Math.min(from, array.length));
        expect(crc32cInJavaScript(bytes)).toBe(crc32c(bytes));
      }),
    );
  });
});

describe('murmur2', () => {
  // From the tests of Java's client.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %s is what Java computes, made positive', (text, hash) => {
    const bytes = Buffer.from(`..${text}..`);
    expect(murmur2(bytes, 2, bytes.length - 2)).toBe(hash & 0x7fffffff);
  });
});

import { expect, test } from 'vitest';
import { ByteReader } from '../../src/binlog/bytes.js';

test('a name is read as it is, or refused, and never read as another', () => {
  const read = (bytes: Buffer): string => new ByteReader(bytes).utf8(bytes.length);
  expect(read(Buffer.from('größe \ufffd'))).toBe('größe \ufffd');
  expect(() => read(Buffer.from([0x61, 0xc3]))).toThrow('a name is not valid UTF-8: 0x61c3');
});

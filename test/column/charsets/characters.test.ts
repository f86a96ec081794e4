/**
 * Every byte of the sets of one byte, and every code of the others, is the character that each server converts it to,
 * or marked as invalid where the server has none.
 */
import { expect } from 'vitest';
import { charsetOf } from '../../../src/column/charset.js';
import { Random, seedOf } from '../../roundtrip/random.js';
import { needs, sharedMariadb, sharedMysql } from '../../servers/suite.js';
import { type Codes, FOUR_BYTE_CODES, fourBytes, ONE_BYTE, THREE_BYTES, TWO_BYTES } from './codes.js';
import { CharsetServer } from './server.js';
import { decode } from './texts.js';

const random = new Random(seedOf('codes of gb18030'));

const SERVERS = [
  { kind: 'mysql', name: 'MySQL 9.7', shared: () => sharedMysql('9.7') },
  { kind: 'mysql80', name: 'MySQL 8.0', shared: () => sharedMysql('8.0') },
  { kind: 'mysql57', name: 'MySQL 5.7', shared: () => sharedMysql('5.7') },
  { kind: 'mariadb', name: 'MariaDB 11.8', shared: () => sharedMariadb('11.8') },
  { kind: 'mariadb1011', name: 'MariaDB 10.11', shared: () => sharedMariadb('10.11') },
] as const;

for (const { kind, name, shared } of SERVERS) {
  needs(kind).test(`${name} has the same character set for every collation`, async () => {
    await using server = await CharsetServer.connect(await shared());
    const differences = [...(await server.collations())].filter(([id, set]) => charsetOf(id, 'a test').name !== set);
    expect(differences).toEqual([]);
  });

  needs(kind).test(`${name} converts every code to the same character`, async () => {
    await using server = await CharsetServer.connect(await shared());
    const differences: string[] = [];
    for (const [charset, bytesMax] of await server.charsets()) {
      for (const codes of codesOf(charset, bytesMax)) {
        const expected = await server.characters(charset, codes);
        differences.push(
          ...expected.flatMap((character, i) => difference(charset, codes.bytes(codes.first + i), character)),
        );
      }
    }
    expect(differences.slice(0, 20)).toEqual([]);
  });
}

function difference(charset: string, bytes: readonly number[], expected: string | null): string[] {
  // Behind a byte that is a character itself begins another one.
  if (bytes.length === 2 && bytes[0]! >= 0x80 && decode(charset, bytes.slice(0, 1)) !== null) return [];
  const decoded = decode(charset, bytes);
  return decoded === expected ? [] : [`${charset} ${Buffer.from(bytes).toString('hex')}: ${decoded}, ${expected}`];
}

/** Of gb18030's codes of four bytes all of the first plane, and some of the others: record.ts compares the rest. */
function codesOf(charset: string, bytesMax: number): Codes[] {
  if (charset === 'binary' || UNICODE.includes(charset)) return [];
  if (bytesMax === 1) return [ONE_BYTE];
  if (bytesMax === 3) return [ONE_BYTE, TWO_BYTES, THREE_BYTES];
  if (bytesMax === 4) return [ONE_BYTE, TWO_BYTES, fourBytes(0), fourBytes(random.int(0x10000, FOUR_BYTE_CODES - 1))];
  return [ONE_BYTE, TWO_BYTES];
}

const UNICODE = ['utf8mb3', 'utf8mb4', 'ucs2', 'utf16', 'utf16le', 'utf32'];

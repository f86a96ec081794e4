import { createRequire } from 'node:module';
import { crc32 as zlibCrc32 } from 'node:zlib';

type Crc32 = (bytes: Buffer) => number;

/** Calls out of the engine cost as much as this many bytes do here; most events are shorter. */
const NATIVE_BYTES_MIN = 200;

/** The optional package is twice as fast as zlib: see `npm run bench -- tables blob`. */
const native: Crc32 = optionalPackage() ?? zlibCrc32;

/** CRC-32 of IEEE 802.3, as events and their checksums have it. */
export const crc32: Crc32 = (bytes) => (bytes.length < NATIVE_BYTES_MIN ? crc32OfFew(bytes) : native(bytes));

function optionalPackage(): Crc32 | undefined {
  try {
    return createRequire(import.meta.url)('@node-rs/crc32').crc32;
  } catch {
    return undefined;
  }
}

const POLYNOMIAL = 0xedb88320;

/** By a byte, what it does to the checksum when so many other bytes come behind it. */
const [after0, after1, after2, after3] = tables();

function tables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : POLYNOMIAL);
    return crc;
  });
  const behind = (table: Int32Array): Int32Array => table.map((crc) => (crc >>> 8) ^ first[crc & 0xff]!);
  const second = behind(first);
  const third = behind(second);
  return [first, second, third, behind(third)];
}

/** Four bytes at a time. */
function crc32OfFew(bytes: Buffer): number {
  const end = bytes.length;
  let crc = -1;
  let at = 0;
  for (; at + 4 <= end; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc = after3[crc & 0xff]! ^ after2[(crc >>> 8) & 0xff]! ^ after1[(crc >>> 16) & 0xff]! ^ after0[crc >>> 24]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ after0[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}

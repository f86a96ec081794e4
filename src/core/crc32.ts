import { createRequire } from 'node:module';
import { crc32 as zlibCrc32 } from 'node:zlib';

/** From here on the optional package is faster than zlib, whose calls cost less: see `npm run bench -- tables blob`. */
const NATIVE_BYTES_MIN = 1024;

/** CRC-32 of IEEE 802.3, as events and their checksums have it. */
export const crc32: (bytes: Buffer) => number = withNative() ?? zlibCrc32;

function withNative(): ((bytes: Buffer) => number) | undefined {
  try {
    const native: { crc32: (bytes: Buffer) => number } = createRequire(import.meta.url)('@node-rs/crc32');
    return (bytes) => (bytes.length < NATIVE_BYTES_MIN ? zlibCrc32(bytes) : native.crc32(bytes));
  } catch {
    return undefined;
  }
}

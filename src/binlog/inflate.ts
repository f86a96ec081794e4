import { inflateSync } from 'node:zlib';
import { malformed } from '../core/errors.js';
import type { ByteReader } from './bytes.js';

/** Servers log no event above 1 GiB, compressed or not. */
const BYTES_MAX = 2 ** 30;
/** Deflate cannot do better, so a length beyond it is a lie. */
const EXPANSION_MAX = 1032;

/**
 * The rest of MariaDB's QUERY_COMPRESSED and compressed row events, decompressed.
 *
 *   head u8 (bit 7 set, bits 4 to 6 algorithm: 0 zlib, bits 0 to 2 n), length n bytes big-endian, zlib data to the end
 */
export function inflateRest(r: ByteReader): Buffer {
  const head = r.u8();
  if ((head & 0xf0) !== ZLIB)
    throw malformed(`a compressed event of the algorithm ${(head >> 4) & 7}, which is not known`);
  let length = 0;
  for (const byte of r.slice(head & 0x07)) length = length * 256 + byte;
  const data = r.slice(r.left);
  if (length > Math.min(BYTES_MAX, data.length * EXPANSION_MAX)) {
    throw malformed(`a compressed event says that its ${data.length} bytes hold ${length}`);
  }
  const inflated = inflate(data, length);
  if (inflated.length !== length)
    throw malformed(`a compressed event says it holds ${length} bytes, and holds ${inflated.length}`);
  return inflated;
}

const ZLIB = 0x80;

function inflate(data: Buffer, maxOutputLength: number): Buffer {
  try {
    return inflateSync(data, { maxOutputLength: Math.max(maxOutputLength, 1) });
  } catch (error) {
    throw malformed(`a compressed event cannot be decompressed: ${String(error)}`);
  }
}

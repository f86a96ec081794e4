import { inflateRawSync, inflateSync } from 'node:zlib';
import { malformed } from '../core/errors.js';

/** Servers log no row above 1 GiB. */
const BYTES_MAX = 2 ** 30;
/** Deflate cannot do better, so a length beyond it is a lie. */
const EXPANSION_MAX = 1032;
const EMPTY = Buffer.alloc(0);

/**
 * The value of a MariaDB column with the attribute COMPRESSED. Short values are stored as they are.
 *
 *   nothing: empty; head u8 = 0, then the value as it is;
 *   or head u8 (high half algorithm: 8 zlib; bit 3: without zlib's frame; bits 0 to 2: n), length n bytes big-endian,
 *   deflated data
 */
export function inflateCell(cell: Buffer): Buffer {
  if (cell.length === 0) return EMPTY;
  const head = cell[0]!;
  if (head === 0) return cell.subarray(1);
  if ((head & 0xf0) !== ZLIB) throw malformed(`a compressed column of the algorithm ${head >> 4}, which is not known`);
  const dataAt = 1 + (head & 0x07);
  let length = 0;
  for (const byte of cell.subarray(1, dataAt)) length = length * 256 + byte;
  if (length === 0 || length > Math.min(BYTES_MAX, (cell.length - dataAt) * EXPANSION_MAX)) {
    throw malformed(`a compressed column says that its ${cell.length} bytes hold ${length}`);
  }
  const inflated = inflate(cell.subarray(dataAt), { isRaw: (head & RAW) !== 0, length });
  if (inflated.length === length) return inflated;
  throw malformed(`a compressed column says it holds ${length} bytes, and holds ${inflated.length}`);
}

const ZLIB = 0x80;
const RAW = 0x08;

function inflate(data: Buffer, { isRaw, length }: { isRaw: boolean; length: number }): Buffer {
  const options = { maxOutputLength: length };
  try {
    return isRaw ? inflateRawSync(data, options) : inflateSync(data, options);
  } catch (error) {
    throw malformed(`a compressed column cannot be decompressed: ${String(error)}`);
  }
}

import { malformed } from '../core/errors.js';

/**
 * Binary JSON, the same in rows and in diffs:
 *
 *   document  = type u8, value
 *   container = count, size in bytes (u16 in small, u32 in large ones; offsets count from here)
 *               objects: (key offset, key length u16) × count, keys sorted by length and then by bytes
 *               (type u8, offset or inline value) × count, keys, values
 *   string    = length in 7 bit groups, low first; bytes in utf8mb4
 *   opaque    = column type u8, length in 7 bit groups, bytes
 */
export const TYPE = {
  smallObject: 0,
  largeObject: 1,
  smallArray: 2,
  largeArray: 3,
  literal: 4,
  int16: 5,
  uint16: 6,
  int32: 7,
  uint32: 8,
  int64: 9,
  uint64: 10,
  double: 11,
  string: 12,
  opaque: 15,
} as const;

/** MySQL refuses documents deeper than 100. */
export const DEPTH_MAX = 100;

export function isObject(type: number): boolean {
  return type === TYPE.smallObject || type === TYPE.largeObject;
}

export function isArray(type: number): boolean {
  return type === TYPE.smallArray || type === TYPE.largeArray;
}

/** A document that is nothing but null, which is not SQL NULL. `at` is that of a cell. */
export function isJsonNull(bytes: Buffer, at: number, end: number): boolean {
  return at >= 0 && (at === end || (bytes[at] === TYPE.literal && bytes[at + 1] === LITERAL_NULL));
}

const LITERAL_NULL = 0;

/** Values that stand in the place of their offset. */
export function isInline(type: number, large: boolean): boolean {
  switch (type) {
    case TYPE.literal:
    case TYPE.int16:
    case TYPE.uint16:
      return true;
    case TYPE.int32:
    case TYPE.uint32:
      return large;
    default:
      return false;
  }
}

/** Bytes of a value without its type. */
export function valueBytes(type: number, bytes: Buffer, from: number, end: number): number {
  switch (type) {
    case TYPE.smallObject:
    case TYPE.smallArray:
      return uint16(bytes, need(from, 4, end) + 2);
    case TYPE.largeObject:
    case TYPE.largeArray:
      return uint32(bytes, need(from, 8, end) + 4);
    case TYPE.literal:
      return 1;
    case TYPE.int16:
    case TYPE.uint16:
      return 2;
    case TYPE.int32:
    case TYPE.uint32:
      return 4;
    case TYPE.int64:
    case TYPE.uint64:
    case TYPE.double:
      return 8;
    case TYPE.string: {
      const { start, length } = prefixed(bytes, from, end);
      return start + length - from;
    }
    case TYPE.opaque: {
      const { start, length } = prefixed(bytes, from + 1, end);
      return start + length - from;
    }
    default:
      return refuse(`value type ${type}`);
  }
}

/** A length in 7 bit groups, and where what it counts begins. */
export function prefixed(bytes: Buffer, at: number, end: number): { start: number; length: number } {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[need(at + i, 1, end)]!;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { start: at + i + 1, length };
  }
  return refuse('a length of more than 5 bytes');
}

/** `at`, if so many bytes lie before `end`. */
export function need(at: number, length: number, end: number): number {
  if (at + length > end) outside(at, length, end);
  return at;
}

export function outside(at: number, length: number, end: number): never {
  return refuse(`${length} bytes at ${at}, behind the end of what holds them at ${end}`);
}

// Byte by byte: a Buffer's own methods check once more what was checked already, and are three times slower here.
export function uint16(bytes: Buffer, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

export function uint32(bytes: Buffer, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

export function refuse(what: string): never {
  throw malformed(`binary JSON: ${what}`);
}

/** Whether the outermost container or opaque value lies within its bytes with all that says where its parts are. */
export function holdsWhole(bytes: Buffer, from: number, to: number): boolean {
  const kind = bytes[from]!;
  const begin = from + 1;
  if (kind === TYPE.opaque) {
    let last = begin + 1;
    while (last < to && bytes[last]! >= 0x80) last++;
    if (last >= to || last > begin + 5) return false;
    const { start, length } = prefixed(bytes, begin + 1, to);
    return start + length <= to;
  }
  if (!isObject(kind) && !isArray(kind)) return false;
  const isLarge = kind === TYPE.largeObject || kind === TYPE.largeArray;
  const word = isLarge ? 4 : 2;
  if (to - begin < 2 * word) return false;
  const [count, size] = [bytes.readUIntLE(begin, word), bytes.readUIntLE(begin + word, word)];
  const entryBytes = word + 1 + (isObject(kind) ? word + 2 : 0);
  return size <= to - begin && 2 * word + count * entryBytes <= size;
}

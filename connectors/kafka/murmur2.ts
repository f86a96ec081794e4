const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** The hash with which Java's producer, and thus everybody, spreads keys over partitions; 31 bits, never negative. */
export function murmur2(bytes: Buffer, from: number, to: number): number {
  const length = to - from;
  let hash = SEED ^ length;
  let at = from;
  for (const words = from + (length & ~3); at < words; at += 4) {
    let k = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(k, M);
  }
  const rest = to - at;
  if (rest === 3) hash ^= bytes[at + 2]! << 16;
  if (rest >= 2) hash ^= bytes[at + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[at]!, M);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  hash ^= hash >>> 15;
  return hash & 0x7fffffff;
}

const CAPACITY = 16;
const LOAD_FACTOR = 0.75;

/** In the order in which a HashMap of Java lists its keys, by the bucket of each. */
export function inHashOrder<T>(items: readonly T[], key: (item: T) => string): T[] {
  let capacity = CAPACITY;
  while (items.length > capacity * LOAD_FACTOR) capacity *= 2;
  const bucket = (item: T): number => {
    const hash = hashCode(key(item));
    return (hash ^ (hash >>> 16)) & (capacity - 1);
  };
  return [...items].sort((a, b) => bucket(a) - bucket(b));
}

/** As String.hashCode. */
function hashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash;
}

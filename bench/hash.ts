/** One hash over values in their order. Reading every character also makes a string of its pieces, if it was left as such. */
export function hashRow(hash: number, row: { readonly [column: string]: unknown }): number {
  let h = hash;
  for (const name in row) h = hashValue(h, row[name]);
  return h;
}

function hashValue(hash: number, value: unknown): number {
  switch (typeof value) {
    case 'string':
      return hashText(hash, value);
    case 'number':
      return hashNumber(hash, value);
    case 'bigint':
      return hashNumber(hash, Number(value));
    default:
      if (value === null) return mix(hash, 0x9e37);
      throw new Error(`no hash for ${String(value)}`);
  }
}

function hashText(hash: number, text: string): number {
  let h = mix(hash, text.length);
  for (let i = 0; i < text.length; i++) h = mix(h, text.charCodeAt(i));
  return h;
}

/** Libraries differ in which numbers are BigInt; below 2^53 both are the same here. */
function hashNumber(hash: number, value: number): number {
  return mix(mix(hash, value | 0), Math.trunc(value / 0x100000000));
}

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193);
}

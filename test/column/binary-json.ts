import fc from '../properties.js';
export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json };

/** Binary JSON as the server writes it: type and value. Containers are large when they are told to, or have to be. */
export function encode(value: Json, large: boolean): { type: number; bytes: Buffer } {
  if (value === null || typeof value === 'boolean')
    return { type: 4, bytes: Buffer.from([value === null ? 0 : value ? 1 : 2]) };
  if (typeof value === 'string')
    return { type: 12, bytes: Buffer.concat([length(Buffer.byteLength(value)), Buffer.from(value)]) };
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return { type: 11, bytes };
  }
  if (typeof value === 'bigint') return integer(value);
  const object = !Array.isArray(value);
  const keys = object ? sortedKeys(value).map((key) => Buffer.from(key)) : [];
  const items = (object ? sortedKeys(value).map((key) => value[key]!) : value).map((item) => encode(item, large));
  const container = pack(keys, items, large);
  if (container === null) return encode(value, true);
  return { type: (object ? 0 : 2) + (large ? 1 : 0), bytes: container };
}

function integer(value: bigint): { type: number; bytes: Buffer } {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  const widths = [
    { type: 5, min: -(2n ** 15n), max: 2n ** 15n - 1n, width: 2 },
    { type: 6, min: 0n, max: 2n ** 16n - 1n, width: 2 },
    { type: 7, min: -(2n ** 31n), max: 2n ** 31n - 1n, width: 4 },
    { type: 8, min: 0n, max: 2n ** 32n - 1n, width: 4 },
    { type: 9, min: -(2n ** 63n), max: 2n ** 63n - 1n, width: 8 },
    { type: 10, min: 0n, max: 2n ** 64n - 1n, width: 8 },
  ];
  const { type, width } = widths.find(({ min, max }) => min <= value && value <= max)!;
  return { type, bytes: bytes.subarray(0, width) };
}

function length(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** Null when it does not fit a small container. */
function pack(keys: Buffer[], items: { type: number; bytes: Buffer }[], large: boolean): Buffer | null {
  const word = large ? 4 : 2;
  const inline = ({ type }: { type: number }): boolean => [4, 5, 6].includes(type) || (large && [7, 8].includes(type));
  let at = 2 * word + keys.length * (word + 2) + items.length * (word + 1);
  const head: Buffer[] = [];
  const tail: Buffer[] = [];
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes.subarray(0, word);
  };
  for (const key of keys) {
    head.push(number(at), Buffer.from([key.length & 255, key.length >> 8]));
    tail.push(key);
    at += key.length;
  }
  for (const item of items) {
    head.push(Buffer.from([item.type]));
    if (inline(item)) head.push(Buffer.concat([item.bytes, Buffer.alloc(4)]).subarray(0, word));
    else {
      head.push(number(at));
      tail.push(item.bytes);
      at += item.bytes.length;
    }
  }
  return !large && at > 0xffff ? null : Buffer.concat([number(items.length), number(at), ...head, ...tail]);
}

/** In the order that objects hold them in: by their bytes, the shorter ones first. */
function sortedKeys(value: { [key: string]: Json }): string[] {
  const length = (key: string): number => Buffer.byteLength(key);
  return Object.keys(value).sort((a, b) => length(a) - length(b) || Buffer.from(a).compare(Buffer.from(b)));
}

/** As the server prints it. */
export function print(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${sortedKeys(value)
      .map((key) => `${JSON.stringify(key)}: ${print(value[key]!)}`)
      .join(', ')}}`;
  }
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

export const documentOf = ({ type, bytes }: { type: number; bytes: Buffer }): Buffer =>
  Buffer.concat([Buffer.from([type]), bytes]);

const unicode = fc.string({ unit: 'grapheme', maxLength: 30 });
export const { document } = fc.letrec<{ document: Json }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, ''),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.integer({ min: -40_000, max: 70_000 }).map(BigInt),
    unicode,
    fc.string({ unit: 'binary-ascii' }),
    fc.array(tie('document'), { maxLength: 6 }),
    fc.dictionary(unicode, tie('document'), { maxKeys: 6, noNullPrototype: true }),
  ),
}));

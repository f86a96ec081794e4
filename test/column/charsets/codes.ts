/** Codes of a character set by number: the n-th one's bytes, here and on a server. */
export interface Codes {
  /** SQL of the bytes by `n`. */
  readonly sql: string;
  readonly first: number;
  /** 65,536 at the most. */
  readonly count: number;
  readonly bytes: (n: number) => number[];
}

/** Every byte. */
export const ONE_BYTE: Codes = { sql: hex('n', 2), first: 0, count: 0x100, bytes: (n) => [n & 0xff] };

/** Every lead byte with every byte behind it. */
export const TWO_BYTES: Codes = { sql: hex('n', 4), first: 0x8000, count: 0x8000, bytes: (n) => [n >> 8, n & 0xff] };

/** The same behind 0x8f, as ujis and eucjpms have them. */
export const THREE_BYTES: Codes = {
  ...TWO_BYTES,
  sql: `CONCAT(x'8f', ${TWO_BYTES.sql})`,
  bytes: (n) => [0x8f, ...TWO_BYTES.bytes(n)],
};

/** How many codes of four bytes gb18030 can write: 126 · 10 · 126 · 10. */
export const FOUR_BYTE_CODES = 1_587_600;

/** gb18030's codes of four bytes, counted from 81 30 81 30 on. */
export function fourBytes(first: number): Codes {
  const bytes = (n: number): number[] => [
    0x81 + Math.floor(n / 12_600),
    0x30 + (Math.floor(n / 1260) % 10),
    0x81 + (Math.floor(n / 10) % 126),
    0x30 + (n % 10),
  ];
  const sql = ['129 + n DIV 12600', '48 + n DIV 1260 % 10', '129 + n DIV 10 % 126', '48 + n % 10'];
  return {
    sql: `UNHEX(CONCAT(${sql.map((byte) => `HEX(${byte})`).join(', ')}))`,
    first,
    count: Math.min(0x10000, FOUR_BYTE_CODES - first),
    bytes,
  };
}

function hex(number: string, digits: number): string {
  return `UNHEX(LPAD(HEX(${number}), ${digits}, '0'))`;
}

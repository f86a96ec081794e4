const GROUP_DIGITS = 9;
/** By digits of a group: its bytes, and what it is below. */
const GROUP_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4] as const;
const GROUP_LIMITS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const;

/**
 * Whether each group of a packed DECIMAL (see column/decimal.ts) holds no more than its digits can say; the tools let the
 * integer part's short group have one more.
 */
export function isDecimal(
  bytes: Buffer,
  from: number,
  { integerDigits, scale }: { readonly integerDigits: number; readonly scale: number },
): boolean {
  const invert = (bytes[from]! & 0x80) === 0 ? 0xff : 0;
  let at = from;
  let flip = 0x80;
  for (let left = integerDigits + scale; left > 0; ) {
    // The integer part's short group comes first, the fraction's last.
    const inInteger = left - scale;
    const digits = inInteger > 0 ? inInteger % GROUP_DIGITS || GROUP_DIGITS : Math.min(left, GROUP_DIGITS);
    const count = GROUP_BYTES[digits]!;
    let value = bytes[at]! ^ invert ^ flip;
    for (let i = 1; i < count; i++) value = value * 256 + (bytes[at + i]! ^ invert);
    const isShort = inInteger > 0 && digits < GROUP_DIGITS;
    if (value >= GROUP_LIMITS[isShort ? digits + 1 : digits]!) return false;
    flip = 0;
    at += count;
    left -= digits;
  }
  return true;
}

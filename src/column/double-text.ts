/**
 * A DOUBLE as MySQL prints it: the shortest digits that read back as the same number, as a plain decimal while the
 * point stays within 15 places or among the digits, else with an exponent. JavaScript finds the same digits and differs
 * in where it goes over to the exponent.
 */
export function doubleText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const magnitude = Math.abs(value);
  if (magnitude >= PLAIN_MIN && magnitude < PLAIN_MAX) return String(value);
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '').replace(/0+$/, '') || '0';
  /** Digits before the point. */
  const point = Number(exponentText) + 1;
  if (point < -POINT_MAX + 1 || (point > POINT_MAX && digits.length <= point)) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${fraction}e${point - 1}`;
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const POINT_MAX = 15;
/** Between these JavaScript prints no exponent either. */
const PLAIN_MIN = 1e-6;
export const PLAIN_MAX = 1e15;

/** The number with the fewest digits that is the same FLOAT: 0.1, and not 0.10000000149011612. */
export function shortestFloat(value: number): number {
  // Whole numbers are their own text, and -0 would lose its sign on the way.
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 24) return value;
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

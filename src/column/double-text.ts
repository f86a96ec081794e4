import { writeAscii, writeNumber } from './ascii-write.js';
import { writeDigits } from './decimal.js';

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
const PLAIN_MAX = 1e15;

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

const MICRO = 1e6;
/** With 6 digits behind the point these are 15 digits, and no two decimals of 15 digits are the same double. */
const SHORT_MAX = 1e9;

/**
 * Writes a DOUBLE of a JSON document, which always shows that it is one: 1 is printed as 1.0. Numbers with few digits,
 * and that is most of them, go without a look for the shortest digits, which costs more than all the rest of a cell.
 */
export function writeJsonDouble(out: Buffer, at: number, value: number): number {
  const magnitude = Math.abs(value);
  const micros = Math.round(magnitude * MICRO);
  if (magnitude >= SHORT_MAX || micros / MICRO !== magnitude || value === 0)
    return writeAscii(out, at, jsonDouble(value));
  let to = at;
  if (value < 0) out[to++] = 0x2d;
  const whole = Math.trunc(magnitude);
  to = writeNumber(out, to, whole);
  out[to++] = 0x2e;
  to = writeDigits(out, to, micros - whole * MICRO, 6);
  const shortest = to - 5;
  while (to > shortest && out[to - 1] === 0x30) to--;
  return to;
}

function jsonDouble(value: number): string {
  const text = doubleText(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

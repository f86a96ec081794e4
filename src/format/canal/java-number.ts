import { plainNumber } from '../plain-number.js';

/** Below and from there on Java writes an exponent. */
const PLAIN_MIN = 1e-3;
const PLAIN_MAX = 1e7;

/** A number as Java's Double.toString has it: 1.0, 1.6777216E7, 1.0E-5; the shortest digits, at least one behind the point. */
export function javaNumber(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= PLAIN_MIN && size < PLAIN_MAX)) return withPoint(plainNumber(value));
  const [digits, exponent] = value.toExponential().split('e');
  return `${withPoint(digits!)}E${Number(exponent)}`;
}

function withPoint(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`;
}

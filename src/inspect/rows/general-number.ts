/**
 * A number as C's printf prints it with `%.<digits>g`: so many significant digits of its exact value, without trailing
 * zeros, and with an exponent where that is below -4 or not below `digits`.
 */
export function generalNumber(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (Number.isInteger(value) && Math.abs(value) < 10 ** Math.min(digits, SAFE_DIGITS)) return String(value);
  const [mantissa = '', exponentText = '0'] = rounded(value, digits).split('e');
  const exponent = Number(exponentText);
  const sign = mantissa.startsWith('-') ? '-' : '';
  const significant = mantissa.replace(/[-.]/g, '').replace(/0+$/, '');
  if (exponent < EXPONENT_MIN || exponent >= digits) {
    const fraction = significant.length > 1 ? `.${significant.slice(1)}` : '';
    return `${sign}${significant[0]}${fraction}${exponentOf(exponent)}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${significant}`;
  const whole = significant.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = significant.slice(exponent + 1);
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

/** A number as `%.<digits>e` prints it. */
export function exponentNumber(value: number, digits: number): string {
  if (!Number.isFinite(value)) return generalNumber(value, 1);
  const [mantissa = '', exponent = '0'] = rounded(value, digits + 1).split('e');
  return `${Object.is(value, -0) ? '-' : ''}${mantissa}${exponentOf(Number(exponent))}`;
}

const EXPONENT_MIN = -4;
/** Whole numbers of so many digits are exact. */
const SAFE_DIGITS = 15;
const DIGITS_MAX = 100;

function exponentOf(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** In exponent form. What lies exactly between two goes to the even one, as C has it; JavaScript takes the larger one. */
function rounded(value: number, digits: number): string {
  const text = value.toExponential(digits - 1);
  const next = value.toExponential(digits);
  if (next[next.indexOf('e') - 1] !== '5') return text;
  const exact = value.toExponential(DIGITS_MAX);
  const [mantissa = '', exponent = '0'] = exact.split('e');
  const pointAt = mantissa.indexOf('.');
  const kept = mantissa.slice(0, pointAt + digits);
  const isTie = /^50*$/.test(mantissa.slice(pointAt + digits));
  const lastIsEven = Number(kept.at(-1) === '.' ? kept.at(-2) : kept.at(-1)) % 2 === 0;
  return isTie && lastIsEven ? `${kept}e${exponent}` : text;
}

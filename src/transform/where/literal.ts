/** What a column is compared with. */
export type Literal =
  | ExactNumber
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'hex'; readonly bytes: Buffer }
  | { readonly kind: 'null' };

/** Digits as they were written, so that no double rounds them: no leading zeros in `whole`, no trailing ones in `fraction`. */
export interface ExactNumber {
  readonly kind: 'number';
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

/** More digits than any column has; an exponent must not make a text of gigabytes. */
const EXPONENT_MAX = 400;

/** Null for an exponent beyond all columns. */
export function exactNumber(text: string, negative: boolean): ExactNumber | null {
  const [, digits = '', decimals = '', exponentText = '0'] = /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > EXPONENT_MAX) return null;
  // Zeros on both sides, so that the point stands inside of the digits wherever the exponent moves it.
  const zeros = '0'.repeat(Math.abs(exponent));
  const all = zeros + digits + decimals + zeros;
  const point = zeros.length + digits.length + exponent;
  return numberOf(all, point, negative);
}

function numberOf(digits: string, point: number, negative: boolean): ExactNumber {
  const whole = digits.slice(0, point).replace(/^0+/, '');
  const fraction = digits.slice(point).replace(/0+$/, '');
  return { kind: 'number', negative: negative && whole + fraction !== '', whole, fraction };
}

export function hexNumber(bytes: Buffer): ExactNumber {
  const whole = BigInt(`0x${bytes.toString('hex') || '0'}`).toString();
  return { kind: 'number', negative: false, whole: whole === '0' ? '' : whole, fraction: '' };
}

/** The largest whole number that is not above it. */
export function floorOf({ negative, whole, fraction }: ExactNumber): bigint {
  const magnitude = BigInt(whole);
  if (!negative) return magnitude;
  return fraction === '' ? -magnitude : -magnitude - 1n;
}

export function doubleOf({ negative, whole, fraction }: ExactNumber): number {
  return Number(`${negative ? '-' : ''}${whole || '0'}.${fraction || '0'}`);
}

const DATE_AND_TIME = /^(\d{4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d?)(?::(\d\d?)(?:\.(\d{1,6}))?)?)?$/;
const TIME = /^(-?)(\d{1,3}):(\d\d?)(?::(\d\d?)(?:\.(\d{1,6}))?)?$/;

/** `YYYY-MM-DD hh:mm:ss.ffffff`; null if the text is neither a date nor a date with a time. */
export function canonicalDatetime(text: string): string | null {
  const [, year, month = '', day = '', hour = '0', minute = '0', second = '0', fraction = ''] =
    DATE_AND_TIME.exec(text) ?? [];
  if (year === undefined || Number(month) > 12 || Number(day) > 31) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const two = (part: string): string => part.padStart(2, '0');
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}.${fraction.padEnd(6, '0')}`;
}

/** Microseconds; null if the text is no TIME. */
export function timeMicros(text: string): number | null {
  const [, sign, hours = '', minutes = '', seconds = '0', fraction = ''] = TIME.exec(text) ?? [];
  if (sign === undefined || Number(hours) > 838 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const micros = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000_000;
  const total = micros + Number(fraction.padEnd(6, '0'));
  return sign === '-' ? -total : total;
}

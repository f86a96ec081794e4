import type { TextDecode } from '../../column/charsets/decode.js';
import { memberList } from '../../column/value.js';
import type { Visitor } from '../../column/visitor.js';
import { isLike, type LikePattern } from './like.js';
import { doubleOf, type ExactNumber, floorOf } from './literal.js';

/** Below 0, 0 or above 0: how a cell stands to the literal that was bound when it was made. Pushed into by a codec. */
export abstract class Comparator implements Visitor<number> {
  int(_value: number): number {
    return this.#unfit('a whole number');
  }
  long(_high: number, _low: number): number {
    return this.#unfit('a whole number');
  }
  unsignedLong(_high: number, _low: number): number {
    return this.#unfit('a whole number');
  }
  float(value: number): number {
    return this.double(value);
  }
  double(_value: number): number {
    return this.#unfit('a floating-point number');
  }
  decimal(_bytes: Buffer, _from: number, _to: number): number {
    return this.#unfit('a decimal');
  }
  temporal(bytes: Buffer, from: number, to: number): number {
    return this.text(bytes, from, to);
  }
  text(_bytes: Buffer, _from: number, _to: number): number {
    return this.#unfit('text');
  }
  bytes(_bytes: Buffer, _from: number, _to: number, _length: number): number {
    return this.#unfit('bytes');
  }
  member(_index: number): number {
    return this.#unfit('a member of an ENUM');
  }
  members(_high: number, _low: number): number {
    return this.#unfit('members of a SET');
  }
  json(_bytes: Buffer, _from: number, _to: number): number {
    return this.#unfit('JSON');
  }

  /** Comparators are chosen by the column's type, so that none is pushed what it does not know. */
  #unfit(what: string): never {
    throw new Error(`${this.constructor.name} was pushed ${what}`);
  }
}

/** Integers of up to 32 bits, and YEAR. */
export class IntComparator extends Comparator {
  readonly #floor: number;
  readonly #atFloor: number;

  constructor(literal: ExactNumber) {
    super();
    // Beyond 2^53 it is rounded, which is as far beyond every INT.
    this.#floor = Number(floorOf(literal));
    this.#atFloor = literal.fraction === '' ? 0 : -1;
  }

  override int(value: number): number {
    return value === this.#floor ? this.#atFloor : value - this.#floor;
  }
}

/** BIGINT and BIT, by halves, so that no BigInt is made for a row. */
export class LongComparator extends Comparator {
  readonly #high: number;
  readonly #low: number;
  readonly #atFloor: number;

  constructor(literal: ExactNumber) {
    super();
    const floor = floorOf(literal);
    this.#high = Number(floor >> 32n);
    this.#low = Number(floor & 0xffffffffn);
    this.#atFloor = literal.fraction === '' ? 0 : -1;
  }

  override long(high: number, low: number): number {
    if (high !== this.#high) return high - this.#high;
    return low === this.#low ? this.#atFloor : low - this.#low;
  }

  override unsignedLong(high: number, low: number): number {
    return this.long(high, low);
  }
}

/** FLOAT and DOUBLE: as doubles, as the server does. */
export class DoubleComparator extends Comparator {
  readonly #bound: number;

  constructor(literal: ExactNumber) {
    super();
    this.#bound = doubleOf(literal);
  }

  override double(value: number): number {
    return value < this.#bound ? -1 : value > this.#bound ? 1 : 0;
  }
}

const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;

/** DECIMAL, digit by digit. */
export class DecimalComparator extends Comparator {
  readonly #literal: ExactNumber;

  constructor(literal: ExactNumber) {
    super();
    this.#literal = literal;
  }

  override decimal(bytes: Buffer, from: number, to: number): number {
    const { negative, whole, fraction } = this.#literal;
    const isNegative = bytes[from] === MINUS;
    const digitsFrom = isNegative || bytes[from] === PLUS ? from + 1 : from;
    const sign = compareDigits({ bytes, from: digitsFrom, to }, whole, fraction);
    if (isNegative === negative) return negative ? -sign : sign;
    return isNegative ? -1 : 1;
  }
}

/** Digits with a fixed number of decimals against digits without superfluous zeros, both without a sign. */
function compareDigits(
  { bytes, from, to }: { bytes: Buffer; from: number; to: number },
  whole: string,
  fraction: string,
): number {
  let at = from;
  while (at < to && bytes[at] === ZERO) at++;
  let point = at;
  while (point < to && bytes[point] !== DOT) point++;
  if (point - at !== whole.length) return point - at - whole.length;
  for (let i = 0; i < whole.length; i++, at++) {
    if (bytes[at] !== whole.charCodeAt(i)) return bytes[at]! - whole.charCodeAt(i);
  }
  at++;
  const digits = Math.max(fraction.length, to - at);
  for (let i = 0; i < digits; i++) {
    const left = at + i < to ? bytes[at + i]! : ZERO;
    const right = i < fraction.length ? fraction.charCodeAt(i) : ZERO;
    if (left !== right) return left - right;
  }
  return 0;
}

/** A text in UTF-8; null for bytes that are no text, which no text equals and all lie below. */
function utf8Of(decode: TextDecode, { bytes, from, to }: { bytes: Buffer; from: number; to: number }): Buffer | null {
  const text = decode(bytes, from, to);
  return text === null ? null : Buffer.from(text);
}

/** Texts and bytes, byte by byte: in UTF-8 that is the order of code points. */
export class BytesComparator extends Comparator {
  readonly #bound: Buffer;
  readonly #decode: TextDecode | null;

  /** `decode` for columns that are not in UTF-8. */
  constructor(bound: Buffer, decode: TextDecode | null) {
    super();
    this.#bound = bound;
    this.#decode = decode;
  }

  override text(bytes: Buffer, from: number, to: number): number {
    if (this.#decode === null) return this.bytes(bytes, from, to, to - from);
    const text = utf8Of(this.#decode, { bytes, from, to });
    return text === null ? 1 : this.bytes(text, 0, text.length, text.length);
  }

  override bytes(bytes: Buffer, from: number, to: number, length: number): number {
    const bound = this.#bound;
    const compared = Math.min(length, bound.length);
    for (let i = 0; i < compared; i++) {
      // BINARY(n) is logged without its trailing zero bytes.
      const byte = from + i < to ? bytes[from + i]! : 0;
      if (byte !== bound[i]) return byte - bound[i]!;
    }
    return length - bound.length;
  }
}

/** DATE, DATETIME and TIMESTAMP: the literal has all parts and six decimals, the cell those that its column has. */
export class DatetimeComparator extends Comparator {
  readonly #bound: string;

  constructor(canonical: string) {
    super();
    this.#bound = canonical;
  }

  override temporal(bytes: Buffer, from: number, to: number): number {
    const bound = this.#bound;
    const length = to - from;
    for (let i = 0; i < length; i++) {
      const letter = bound.charCodeAt(i);
      if (bytes[from + i] !== letter) return bytes[from + i]! - letter;
    }
    // What the column does not have is midnight, or a whole second.
    return /[1-9]/.test(bound.slice(length)) ? -1 : 0;
  }
}

const COLON = 0x3a;

/** TIME, which has a sign and up to three digits of hours. */
export class TimeComparator extends Comparator {
  readonly #bound: number;

  constructor(micros: number) {
    super();
    this.#bound = micros;
  }

  override temporal(bytes: Buffer, from: number, to: number): number {
    const isNegative = bytes[from] === MINUS;
    let part = 0;
    let total = 0;
    let decimals = -1;
    for (let at = isNegative ? from + 1 : from; at < to; at++) {
      const letter = bytes[at]!;
      if (letter === COLON || letter === DOT) {
        total = (total + part) * (letter === COLON ? 60 : 1);
        part = 0;
        if (letter === DOT) decimals = 0;
      } else {
        part = part * 10 + letter - ZERO;
        if (decimals >= 0) decimals++;
      }
    }
    const micros = decimals < 0 ? (total + part) * 1_000_000 : total * 1_000_000 + part * 10 ** (6 - decimals);
    return (isNegative ? -micros : micros) - this.#bound;
  }
}

/** ENUM and SET by their text. `compare` says how a text stands to the literal. */
export class LabelComparator extends Comparator {
  readonly #labels: readonly string[];
  readonly #compare: (text: string) => number;
  readonly #members: readonly number[];

  constructor(labels: readonly string[], compare: (text: string) => number) {
    super();
    this.#labels = labels;
    this.#compare = compare;
    this.#members = ['', ...labels].map(compare);
  }

  override member(index: number): number {
    return this.#members[index] ?? this.#compare(String(index));
  }

  override members(high: number, low: number): number {
    return this.#compare(memberList(high, low, this.#labels).join(','));
  }
}

/** 0 for what a LIKE pattern takes. */
export class LikeComparator extends Comparator {
  readonly #pattern: LikePattern;
  readonly #decode: TextDecode | null;

  constructor(pattern: LikePattern, decode: TextDecode | null) {
    super();
    this.#pattern = pattern;
    this.#decode = decode;
  }

  override text(bytes: Buffer, from: number, to: number): number {
    if (this.#decode === null) return isLike({ bytes, from, to, isUtf8: true }, this.#pattern) ? 0 : 1;
    const text = utf8Of(this.#decode, { bytes, from, to });
    return text !== null && isLike({ bytes: text, from: 0, to: text.length, isUtf8: true }, this.#pattern) ? 0 : 1;
  }

  override temporal(bytes: Buffer, from: number, to: number): number {
    return isLike({ bytes, from, to, isUtf8: true }, this.#pattern) ? 0 : 1;
  }

  override bytes(bytes: Buffer, from: number, to: number, length: number): number {
    const padded = length === to - from ? null : Buffer.concat([bytes.subarray(from, to)], length);
    const subject = padded === null ? { bytes, from, to } : { bytes: padded, from: 0, to: length };
    return isLike({ ...subject, isUtf8: false }, this.#pattern) ? 0 : 1;
  }
}

/**
 * TIME, DATETIME and TIMESTAMP as they were stored before MySQL 5.6, and still are where a table was not rebuilt since.
 * They have no fraction. In MariaDB they may have one, in yet another form, and the log tells the two forms apart by
 * nothing; INFORMATION_SCHEMA does. So the values are checked: bytes of the other form are hardly ever a date.
 */
import { malformed } from '../core/errors.js';
import { ascii } from './ascii.js';
import { writeDigits } from './decimal.js';
import { writeClock, writeDate, writeFraction, writeInstant, writeMinutes } from './temporal.js';
import type { ShortTextCodec, Visitor } from './visitor.js';

const DASH = 0x2d;
const SPACE = 0x20;

abstract class OldTemporalCodec implements ShortTextCodec {
  abstract readonly width: number;
  abstract write(out: Buffer, from: number, bytes: Buffer, at: number, end: number): number;

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.temporal(ascii, 0, this.write(ascii, 0, bytes, at, end), into);
  }
}

/** TIME: hhmmss as a signed decimal number, 3 bytes little-endian. */
export class OldTimeCodec extends OldTemporalCodec {
  readonly width = 3;

  write(out: Buffer, from: number, bytes: Buffer, at: number): number {
    const value = bytes.readIntLE(at, 3);
    const [hours, minutes, seconds] = clockOf(Math.abs(value));
    return writeTime(out, from, { negative: value < 0, hours, minutes, seconds });
  }
}

/** DATETIME: YYYYMMDDhhmmss as a decimal number, 8 bytes little-endian. */
export class OldDatetimeCodec extends OldTemporalCodec {
  readonly width = 8;

  write(out: Buffer, from: number, bytes: Buffer, at: number): number {
    const value = bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 0x100000000;
    const date = Math.trunc(value / 1_000_000);
    const [hours, minutes, seconds] = clockOf(value % 1_000_000);
    const [year, month, day] = [Math.trunc(date / 10_000), Math.trunc(date / 100) % 100, date % 100];
    if (year > 9999 || month > 12 || day > 31 || hours > 23) throw noValue('DATETIME', bytes, at, 8);
    return writeDatetime(out, from, [year, month, day, hours, minutes, seconds]);
  }
}

/** TIMESTAMP: seconds since the epoch, 4 bytes little-endian. 0 is 0000-00-00 00:00:00. */
export class OldTimestampCodec extends OldTemporalCodec {
  readonly width = 4;

  write(out: Buffer, from: number, bytes: Buffer, at: number): number {
    return writeInstant(out, from, { seconds: bytes.readUInt32LE(at), micros: 0, digits: 0 });
  }
}

/** Bytes that values have, by fraction digits, and what a TIME adds so that it is never negative. */
const FRACTION_TIME_BYTES = [3, 4, 4, 5, 5, 5, 6] as const;
const FRACTION_DATETIME_BYTES = [5, 6, 6, 7, 7, 7, 8] as const;
const FRACTION_BYTES = [0, 1, 1, 2, 2, 3, 3] as const;
const TIME_ZERO_SECONDS = 838 * 3600 + 59 * 60 + 60;

/** MariaDB's TIME(n) of that time: units of the last digit since -839:00:00, big-endian. */
export class OldFractionTimeCodec extends OldTemporalCodec {
  readonly width: number;
  readonly #digits: number;

  constructor(digits: number) {
    super();
    this.#digits = digits;
    this.width = FRACTION_TIME_BYTES[digits]!;
  }

  write(out: Buffer, from: number, bytes: Buffer, at: number): number {
    const perSecond = 10 ** this.#digits;
    const value = bytes.readUIntBE(at, this.width) - TIME_ZERO_SECONDS * perSecond;
    const units = Math.abs(value);
    const total = Math.trunc(units / perSecond);
    const hours = Math.trunc(total / 3600);
    if (hours > 838) throw noValue('TIME', bytes, at, this.width);
    const to = writeTime(out, from, {
      negative: value < 0,
      hours,
      minutes: Math.trunc(total / 60) % 60,
      seconds: total % 60,
    });
    return writeFraction(out, to, (units % perSecond) * (1_000_000 / perSecond), this.#digits);
  }
}

/** MariaDB's DATETIME(n) of that time: ((((year·13 + month)·32 + day)·24 + hour)·60 + …) in units of the last digit. */
export class OldFractionDatetimeCodec extends OldTemporalCodec {
  readonly width: number;
  readonly #digits: number;

  constructor(digits: number) {
    super();
    this.#digits = digits;
    this.width = FRACTION_DATETIME_BYTES[digits]!;
  }

  write(out: Buffer, from: number, bytes: Buffer, at: number): number {
    let value = BigInt(`0x${bytes.hexSlice(at, at + this.width)}`);
    const next = (base: number): number => {
      const part = Number(value % BigInt(base));
      value /= BigInt(base);
      return part;
    };
    const fraction = next(10 ** this.#digits);
    const [seconds, minutes, hours, day, month] = [next(60), next(60), next(24), next(32), next(13)];
    if (value > 9999n) throw noValue('DATETIME', bytes, at, this.width);
    const to = writeDatetime(out, from, [Number(value), month, day, hours, minutes, seconds]);
    return writeFraction(out, to, fraction * 10 ** (6 - this.#digits), this.#digits);
  }
}

/** MariaDB's TIMESTAMP(n) of that time: seconds in 4 bytes, then the fraction in units of the last digit, big-endian. */
export class OldFractionTimestampCodec extends OldTemporalCodec {
  readonly width: number;
  readonly #digits: number;

  constructor(digits: number) {
    super();
    this.#digits = digits;
    this.width = 4 + FRACTION_BYTES[digits]!;
  }

  write(out: Buffer, from: number, bytes: Buffer, at: number): number {
    const micros = bytes.readUIntBE(at + 4, this.width - 4) * 10 ** (6 - this.#digits);
    return writeInstant(out, from, { seconds: bytes.readUInt32BE(at), micros, digits: this.#digits });
  }
}

/** hhmmss in decimal. */
function clockOf(value: number): [hours: number, minutes: number, seconds: number] {
  const [hours, minutes, seconds] = [Math.trunc(value / 10_000), Math.trunc(value / 100) % 100, value % 100];
  if (hours > 838 || minutes > 59 || seconds > 59) throw malformed(`${value} is no time of day${OTHER_FORM}`);
  return [hours, minutes, seconds];
}

function writeTime(
  out: Buffer,
  from: number,
  time: { negative: boolean; hours: number; minutes: number; seconds: number },
): number {
  let to = from;
  if (time.negative) out[to++] = DASH;
  to = writeDigits(out, to, time.hours, time.hours > 99 ? 3 : 2);
  return writeMinutes(out, to, time.minutes, time.seconds);
}

function writeDatetime(
  out: Buffer,
  from: number,
  parts: readonly [number, number, number, number, number, number],
): number {
  const [year, month, day, hours, minutes, seconds] = parts;
  const to = writeDate(out, from, year, month, day);
  out[to] = SPACE;
  return writeClock(out, to + 1, hours, minutes, seconds);
}

const OTHER_FORM = ': if the column has a fraction in MariaDB’s old form, only its INFORMATION_SCHEMA says so';

function noValue(type: string, bytes: Buffer, at: number, width: number): Error {
  return malformed(`the bytes ${bytes.hexSlice(at, at + width)} are no ${type}${OTHER_FORM}`);
}

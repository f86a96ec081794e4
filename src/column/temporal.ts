import { ascii } from './ascii.js';
import { copyShort } from './ascii-write.js';
import { writeDigits, writeTwoDigits } from './decimal.js';
import type { ShortTextCodec, Visitor } from './visitor.js';

const DASH = 0x2d;
const COLON = 0x3a;
const SPACE = 0x20;
const DOT = 0x2e;

/** DATE: 3 bytes little-endian, day 5 bits, month 4, year 15. */
export class DateCodec implements ShortTextCodec {
  readonly width = 3;
  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.temporal(ascii, 0, this.write(ascii, 0, bytes, at, end), into);
  }

  write(out: Buffer, from: number, bytes: Buffer, at: number, _end: number): number {
    const packed = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    return writeDate(out, from, packed >> 9, (packed >> 5) & 15, packed & 31);
  }
}

/**
 * DATETIME(fsp): 5 bytes big-endian less 2^39: 17 bits year·13 + month, 5 day, 5 hour, 6 minute, 6 second, then the
 * fraction in (fsp + 1) / 2 bytes.
 */
export class DatetimeCodec implements ShortTextCodec {
  readonly width: number;
  readonly #fractionDigits: number;

  constructor(fractionDigits: number) {
    this.#fractionDigits = fractionDigits;
    this.width = 5 + fractionBytes(fractionDigits);
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.temporal(ascii, 0, this.write(ascii, 0, bytes, at, end), into);
  }

  write(out: Buffer, from: number, bytes: Buffer, at: number, _end: number): number {
    // 40 bits do not fit a 32 bit operation: the upper 16 bits (sign and most of year·13 + month) go apart.
    const yearMonth = (((bytes[at]! << 8) | bytes[at + 1]!) - 0x8000) * 4 + (bytes[at + 2]! >> 6);
    const rest = ((bytes[at + 2]! & 63) << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!;
    let to = writeDate(out, from, (yearMonth / 13) | 0, yearMonth % 13, rest >> 17);
    out[to++] = SPACE;
    to = writeClock(out, to, (rest >> 12) & 31, (rest >> 6) & 63, rest & 63);
    return writeFraction(out, to, readMicros(bytes, at + 5, this.#fractionDigits), this.#fractionDigits);
  }
}

/** TIMESTAMP(fsp): 4 bytes big-endian seconds since the epoch, then the fraction. 0 is 0000-00-00 00:00:00. */
export class TimestampCodec implements ShortTextCodec {
  readonly width: number;
  readonly #fractionDigits: number;

  constructor(fractionDigits: number) {
    this.#fractionDigits = fractionDigits;
    this.width = 4 + fractionBytes(fractionDigits);
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.temporal(ascii, 0, this.write(ascii, 0, bytes, at, end), into);
  }

  write(out: Buffer, from: number, bytes: Buffer, at: number, _end: number): number {
    const seconds = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    const micros = readMicros(bytes, at + 4, this.#fractionDigits);
    return writeInstant(out, from, { seconds, micros, digits: this.#fractionDigits });
  }
}

/**
 * TIME(fsp): 3 bytes big-endian less 2^23: hour 10 bits, minute 6, second 6, then the fraction. With a fraction the two
 * are one number, so a negative time with a fraction has the integer part one too low.
 */
export class TimeCodec implements ShortTextCodec {
  readonly width: number;
  readonly #fractionDigits: number;

  constructor(fractionDigits: number) {
    this.#fractionDigits = fractionDigits;
    this.width = 3 + fractionBytes(fractionDigits);
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    return visitor.temporal(ascii, 0, this.write(ascii, 0, bytes, at, end), into);
  }

  write(out: Buffer, from: number, bytes: Buffer, at: number, _end: number): number {
    const digits = this.#fractionDigits;
    let packed = ((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!) - 0x800000;
    let fraction = readFraction(bytes, at + 3, digits);
    const negative = packed < 0;
    if (negative && fraction !== 0) {
      packed += 1;
      fraction = 256 ** fractionBytes(digits) - fraction;
    }
    let to = from;
    if (negative) {
      out[to++] = DASH;
      packed = -packed;
    }
    const hours = packed >> 12;
    to = writeDigits(out, to, hours, hours > 99 ? 3 : 2);
    to = writeMinutes(out, to, (packed >> 6) & 63, packed & 63);
    return writeFraction(out, to, fraction * FRACTION_UNIT_US[fractionBytes(digits)]!, digits);
  }
}

/** Microseconds per unit of a fraction stored in 0 to 3 bytes. */
const FRACTION_UNIT_US = [0, 10_000, 100, 1] as const;

function fractionBytes(digits: number): number {
  return (digits + 1) >> 1;
}

function readFraction(bytes: Buffer, at: number, digits: number): number {
  switch (fractionBytes(digits)) {
    case 0:
      return 0;
    case 1:
      return bytes[at]!;
    case 2:
      return (bytes[at]! << 8) | bytes[at + 1]!;
    default:
      return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  }
}

export function readMicros(bytes: Buffer, at: number, digits: number): number {
  return readFraction(bytes, at, digits) * FRACTION_UNIT_US[fractionBytes(digits)]!;
}

export function writeDate(out: Buffer, at: number, year: number, month: number, day: number): number {
  const century = (year / 100) | 0;
  writeTwoDigits(out, at, century);
  writeTwoDigits(out, at + 2, year - century * 100);
  out[at + 4] = DASH;
  writeTwoDigits(out, at + 5, month);
  out[at + 7] = DASH;
  return writeTwoDigits(out, at + 8, day);
}

export function writeClock(out: Buffer, at: number, hours: number, minutes: number, seconds: number): number {
  return writeMinutes(out, writeTwoDigits(out, at, hours), minutes, seconds);
}

export function writeMinutes(out: Buffer, at: number, minutes: number, seconds: number): number {
  out[at] = COLON;
  writeTwoDigits(out, at + 1, minutes);
  out[at + 3] = COLON;
  return writeTwoDigits(out, at + 4, seconds);
}

const SCALE = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1] as const;

export function writeFraction(out: Buffer, at: number, micros: number, digits: number): number {
  if (digits === 0) return at;
  out[at] = DOT;
  return writeDigits(out, at + 1, Math.trunc(micros / SCALE[digits]!), digits);
}

const SECONDS_PER_DAY = 86_400;
let dayCached = -1;
const dateCached = Buffer.alloc(11);

/** Rows of one transaction mostly share their day, so its date is kept. */
export function writeInstant(
  out: Buffer,
  at: number,
  { seconds, micros, digits }: { seconds: number; micros: number; digits: number },
): number {
  if (seconds === 0 && micros === 0) {
    const clock = writeDate(out, at, 0, 0, 0);
    out[clock] = SPACE;
    return writeFraction(out, writeClock(out, clock + 1, 0, 0, 0), 0, digits);
  }
  const day = Math.trunc(seconds / SECONDS_PER_DAY);
  if (day !== dayCached) {
    const date = new Date(day * SECONDS_PER_DAY * 1000);
    writeDate(dateCached, 0, date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
    dateCached[10] = SPACE;
    dayCached = day;
  }
  const clock = copyShort(dateCached, out, at);
  const rest = seconds - day * SECONDS_PER_DAY;
  const to = writeClock(out, clock, (rest / 3600) | 0, ((rest % 3600) / 60) | 0, rest % 60);
  return writeFraction(out, to, micros, digits);
}

import type { ValueOptions } from './options.js';

/** The parts of temporal values, of their texts as MySQL prints them. */

export type TimeUnit = 'ms' | 'us' | 'ns' | 'iso';

/** Of a DATETIME with so many digits. */
export function datetimeUnit(mode: ValueOptions['timePrecisionMode'], digits: number): TimeUnit {
  switch (mode) {
    case 'isostring':
      return 'iso';
    case 'connect':
      return 'ms';
    case 'adaptive_time_microseconds':
      return digits > MILLIS_DIGITS ? 'us' : 'ms';
    case 'microseconds':
      return 'us';
    case 'nanoseconds':
      return 'ns';
  }
}

/** Digits up to which an adaptive DATETIME counts milliseconds. */
export const MILLIS_DIGITS = 3;

export const DAY_US = 86_400_000_000;

/** YYYY-MM-DD */
export const DATE_BYTES = 10;
/** hh:mm:ss */
export const CLOCK_BYTES = 8;

const ZERO = 0x30;
const MINUS = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;

/** Two digits. */
export function two(bytes: Buffer, at: number): number {
  return bytes[at]! * 10 + bytes[at + 1]! - 11 * ZERO;
}

export const NO_YEAR = -1;

/** NO_YEAR for dates with a part that is zero. */
export function yearOf(bytes: Buffer, at: number, isAdjusted: boolean): number {
  const year = two(bytes, at) * 100 + two(bytes, at + 2);
  if (year === 0 || two(bytes, at + 5) === 0 || two(bytes, at + 8) === 0) return NO_YEAR;
  if (!isAdjusted || year > 99) return year;
  return year < 70 ? year + 2000 : year + 1900;
}

const ERA_YEARS = 400;
const ERA_DAYS = 146_097;
/** From 0000-03-01 to the epoch. */
const EPOCH_DAYS = 719_468;

/** Days since the epoch in the Gregorian calendar, which Java extends to all times. Years begin in March. */
export function dayOf(year: number, bytes: Buffer, at: number): number {
  const month = two(bytes, at + 5);
  const ofMarch = month > 2 ? year : year - 1;
  const era = Math.floor(ofMarch / ERA_YEARS);
  const ofEra = ofMarch - era * ERA_YEARS;
  const ofYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + two(bytes, at + 8) - 1;
  return era * ERA_DAYS + ofEra * 365 + (ofEra >> 2) - ((ofEra / 100) | 0) + ofYear - EPOCH_DAYS;
}

/** Seconds since the epoch of `YYYY-MM-DD hh:mm:ss`, in the year that `yearOf` says. */
export function secondsOf(year: number, bytes: Buffer, at: number): number {
  const clock = at + DATE_BYTES + 1;
  const ofDay = two(bytes, clock) * 3600 + two(bytes, clock + 3) * 60 + two(bytes, clock + 6);
  return dayOf(year, bytes, at) * 86_400 + ofDay;
}

/** Of `.ffffff` with as many digits as there are. */
export function microsAt(bytes: Buffer, at: number, to: number): number {
  let micros = 0;
  let digits = 0;
  for (let i = at; i < to; i++) {
    if (bytes[i] === POINT) continue;
    micros = micros * 10 + bytes[i]! - ZERO;
    digits++;
  }
  return digits === 0 ? 0 : micros * SCALES[digits]!;
}

const SCALES = [1, 100_000, 10_000, 1_000, 100, 10, 1] as const;

/** Microseconds of a TIME: `[-]hh[h]:mm:ss[.ffffff]` */
export function timeMicros(bytes: Buffer, from: number, to: number): number {
  const isNegative = bytes[from] === MINUS;
  let hours = 0;
  let colon = isNegative ? from + 1 : from;
  for (; bytes[colon] !== COLON; colon++) hours = hours * 10 + bytes[colon]! - ZERO;
  const seconds = hours * 3600 + two(bytes, colon + 1) * 60 + two(bytes, colon + 4);
  const magnitude = seconds * 1_000_000 + microsAt(bytes, colon + 7, to);
  return isNegative ? -magnitude : magnitude;
}

/** 64 bits of nanoseconds; Debezium is a second short of them at the lower end. */
export function fitsNanos(seconds: number, micros: number): boolean {
  if (seconds <= -9_223_372_036) return seconds === -9_223_372_036 && micros > 0;
  return seconds < 9_223_372_036 || (seconds === 9_223_372_036 && micros <= 854_775);
}

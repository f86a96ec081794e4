import { copyShort, writeAscii, writeNumber } from '../../column/ascii-write.js';
import { writeDigits } from '../../column/decimal.js';
import * as type from '../../column/types.js';
import type { Column } from '../../core/table.js';
import { MILLIS_DIGITS } from './connect-schema.js';
import type { ValueOptions } from './options.js';

/** Writes the value of a temporal column from its text as MySQL prints it; returns the offset behind. */
export type TemporalWriter = (out: Buffer, at: number, bytes: Buffer, from: number, to: number) => number;

const NULL = Buffer.from('null');

/** What is no date or no time to Java becomes null, or the epoch where the column has no null. */
export function temporalWriter(column: Column, options: ValueOptions): TemporalWriter {
  const mode = options.timePrecisionMode;
  const none = (epoch: string): Buffer => (column.nullable ? NULL : Buffer.from(epoch));
  switch (column.type) {
    case type.DATE:
    case type.NEWDATE:
      return dateWriter(mode === 'isostring', none(mode === 'isostring' ? '"1970-01-01Z"' : '0'), options);
    case type.TIME:
    case type.TIME2:
      return timeWriter(mode, none(mode === 'isostring' ? '"00:00:00Z"' : '0'));
    case type.DATETIME:
    case type.DATETIME2:
      return datetimeWriter(
        unitOf(mode, column.meta & 0xff),
        none(mode === 'isostring' ? '"1970-01-01T00:00:00Z"' : '0'),
        options,
      );
    default:
      return timestampWriter(none('"1970-01-01T00:00:00Z"'));
  }
}

type Mode = ValueOptions['timePrecisionMode'];
type Unit = 'ms' | 'us' | 'ns' | 'iso';

function unitOf(mode: Mode, digits: number): Unit {
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

function dateWriter(isText: boolean, none: Buffer, { enableTimeAdjuster }: ValueOptions): TemporalWriter {
  return (out, at, bytes, from) => {
    const year = yearOf(bytes, from, enableTimeAdjuster);
    if (year === NO_YEAR) return copyShort(none, out, at);
    if (!isText) return writeNumber(out, at, dayOf(year, bytes, from));
    return writeAscii(out, writeIsoDate(out, at, year, bytes, from), 'Z"');
  };
}

const DAY_US = 86_400_000_000;

/** `[-]hh[h]:mm:ss[.ffffff]` */
function timeWriter(mode: Mode, none: Buffer): TemporalWriter {
  return (out, at, bytes, from, to) => {
    const isNegative = bytes[from] === MINUS;
    const first = isNegative ? from + 1 : from;
    let hours = 0;
    let colon = first;
    for (; bytes[colon] !== COLON; colon++) hours = hours * 10 + bytes[colon]! - ZERO;
    const seconds = hours * 3600 + two(bytes, colon + 1) * 60 + two(bytes, colon + 4);
    const magnitude = seconds * 1_000_000 + microsAt(bytes, colon + 7, to);
    const micros = isNegative ? -magnitude : magnitude;
    switch (mode) {
      case 'adaptive_time_microseconds':
      case 'microseconds':
        return writeNumber(out, at, micros);
      case 'nanoseconds':
        return writeNumber(out, at, micros * 1000);
      case 'connect':
        if (micros < 0 || micros > DAY_US) return copyShort(none, out, at);
        return writeNumber(out, at, Math.floor(micros / 1000));
      case 'isostring':
        if (micros < 0 || micros > DAY_US) return copyShort(none, out, at);
        if (micros === DAY_US) return writeAscii(out, at, '"00:00:00Z"');
        return writeClock(out, writeAscii(out, at, '"'), bytes, first, to);
    }
  };
}

function datetimeWriter(unit: Unit, none: Buffer, { enableTimeAdjuster }: ValueOptions): TemporalWriter {
  return (out, at, bytes, from, to) => {
    const year = yearOf(bytes, from, enableTimeAdjuster);
    if (year === NO_YEAR) return copyShort(none, out, at);
    const clock = from + DATE_BYTES + 1;
    if (unit === 'iso') {
      const behind = writeIsoDate(out, at, year, bytes, from);
      out[behind] = T;
      return writeClock(out, behind + 1, bytes, clock, to);
    }
    const ofDay = two(bytes, clock) * 3600 + two(bytes, clock + 3) * 60 + two(bytes, clock + 6);
    const seconds = dayOf(year, bytes, from) * 86_400 + ofDay;
    const micros = microsAt(bytes, clock + CLOCK_BYTES, to);
    if (unit === 'ms') return writeNumber(out, at, seconds * 1000 + Math.floor(micros / 1000));
    if (unit === 'us') return writeMicros(out, at, seconds, micros);
    if (!fitsNanos(seconds, micros)) return copyShort(none, out, at);
    if (seconds === 0 && micros === 0) return writeAscii(out, at, '0');
    return writeAscii(out, writeMicros(out, at, seconds, micros), '000');
  };
}

/** 64 bits of nanoseconds; Debezium is a second short of them at the lower end. */
function fitsNanos(seconds: number, micros: number): boolean {
  if (seconds <= -9_223_372_036) return seconds === -9_223_372_036 && micros > 0;
  return seconds < 9_223_372_036 || (seconds === 9_223_372_036 && micros <= 854_775);
}

/** A sum that may be beyond what a number in JavaScript holds exactly. */
function writeMicros(out: Buffer, at: number, seconds: number, micros: number): number {
  if (seconds < 0 && micros > 0) {
    if (seconds === -1) return writeNumber(out, at, micros - 1_000_000);
    return writeDigits(out, writeNumber(out, at, seconds + 1), 1_000_000 - micros, 6);
  }
  if (seconds === 0) return writeNumber(out, at, micros);
  return writeDigits(out, writeNumber(out, at, seconds), micros, 6);
}

/** All digits of the fraction are kept. */
function timestampWriter(none: Buffer): TemporalWriter {
  return (out, at, bytes, from, to) => {
    if (yearOf(bytes, from, false) === NO_YEAR) return copyShort(none, out, at);
    out[at] = QUOTE;
    let end = at + 1;
    for (let i = from; i < to; i++) out[end++] = bytes[i]!;
    out[at + 1 + DATE_BYTES] = T;
    return writeAscii(out, end, 'Z"');
  };
}

const ZERO = 0x30;
const MINUS = 0x2d;
const COLON = 0x3a;
const QUOTE = 0x22;
const T = 0x54;
/** YYYY-MM-DD */
const DATE_BYTES = 10;
/** hh:mm:ss */
const CLOCK_BYTES = 8;
const NO_YEAR = -1;

function two(bytes: Buffer, at: number): number {
  return bytes[at]! * 10 + bytes[at + 1]! - 11 * ZERO;
}

/** NO_YEAR for dates with a part that is zero. */
function yearOf(bytes: Buffer, at: number, isAdjusted: boolean): number {
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
function dayOf(year: number, bytes: Buffer, at: number): number {
  const month = two(bytes, at + 5);
  const ofMarch = month > 2 ? year : year - 1;
  const era = Math.floor(ofMarch / ERA_YEARS);
  const ofEra = ofMarch - era * ERA_YEARS;
  const ofYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + two(bytes, at + 8) - 1;
  return era * ERA_DAYS + ofEra * 365 + (ofEra >> 2) - ((ofEra / 100) | 0) + ofYear - EPOCH_DAYS;
}

/** Of `.ffffff` with as many digits as there are. */
function microsAt(bytes: Buffer, at: number, to: number): number {
  let micros = 0;
  let digits = 0;
  for (let i = at; i < to; i++) {
    if (bytes[i] === POINT) continue;
    micros = micros * 10 + bytes[i]! - ZERO;
    digits++;
  }
  return digits === 0 ? 0 : micros * SCALES[digits]!;
}

const POINT = 0x2e;
const SCALES = [1, 100_000, 10_000, 1_000, 100, 10, 1] as const;

/** `"YYYY-MM-DD` */
function writeIsoDate(out: Buffer, at: number, year: number, bytes: Buffer, from: number): number {
  out[at] = QUOTE;
  const end = writeDigits(out, at + 1, year, 4);
  for (let i = 4; i < DATE_BYTES; i++) out[end + i - 4] = bytes[from + i]!;
  return end + DATE_BYTES - 4;
}

/** `hh:mm:ss[.f]Z"` without the zeros at the end of the fraction. */
function writeClock(out: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  let last = to;
  if (to - from > CLOCK_BYTES) while (bytes[last - 1] === ZERO) last--;
  if (bytes[last - 1] === POINT) last--;
  let end = at;
  for (let i = from; i < last; i++) out[end++] = bytes[i]!;
  return writeAscii(out, end, 'Z"');
}

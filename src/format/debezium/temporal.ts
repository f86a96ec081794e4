import { copyShort, writeAscii, writeNumber } from '../../column/ascii-write.js';
import { writeDigits } from '../../column/decimal.js';
import * as type from '../../column/types.js';
import type { Column } from '../../core/table.js';
import {
  CLOCK_BYTES,
  DATE_BYTES,
  DAY_US,
  datetimeUnit,
  dayOf,
  fitsNanos,
  microsAt,
  NO_YEAR,
  secondsOf,
  type TimeUnit,
  timeMicros,
  yearOf,
} from './calendar.js';
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
        datetimeUnit(mode, column.meta & 0xff),
        none(mode === 'isostring' ? '"1970-01-01T00:00:00Z"' : '0'),
        options,
      );
    default:
      return timestampWriter(none('"1970-01-01T00:00:00Z"'));
  }
}

type Mode = ValueOptions['timePrecisionMode'];

function dateWriter(isText: boolean, none: Buffer, { enableTimeAdjuster }: ValueOptions): TemporalWriter {
  return (out, at, bytes, from) => {
    const year = yearOf(bytes, from, enableTimeAdjuster);
    if (year === NO_YEAR) return copyShort(none, out, at);
    if (!isText) return writeNumber(out, at, dayOf(year, bytes, from));
    return writeAscii(out, writeIsoDate(out, at, year, bytes, from), 'Z"');
  };
}

function timeWriter(mode: Mode, none: Buffer): TemporalWriter {
  return (out, at, bytes, from, to) => {
    const micros = timeMicros(bytes, from, to);
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
        return writeClock(out, writeAscii(out, at, '"'), bytes, from, to);
    }
  };
}

function datetimeWriter(unit: TimeUnit, none: Buffer, { enableTimeAdjuster }: ValueOptions): TemporalWriter {
  return (out, at, bytes, from, to) => {
    const year = yearOf(bytes, from, enableTimeAdjuster);
    if (year === NO_YEAR) return copyShort(none, out, at);
    const clock = from + DATE_BYTES + 1;
    if (unit === 'iso') {
      const behind = writeIsoDate(out, at, year, bytes, from);
      out[behind] = T;
      return writeClock(out, behind + 1, bytes, clock, to);
    }
    const seconds = secondsOf(year, bytes, from);
    const micros = microsAt(bytes, clock + CLOCK_BYTES, to);
    if (unit === 'ms') return writeNumber(out, at, seconds * 1000 + Math.floor(micros / 1000));
    if (unit === 'us') return writeMicros(out, at, seconds, micros);
    if (!fitsNanos(seconds, micros)) return copyShort(none, out, at);
    if (seconds === 0 && micros === 0) return writeAscii(out, at, '0');
    return writeAscii(out, writeMicros(out, at, seconds, micros), '000');
  };
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
const POINT = 0x2e;
const QUOTE = 0x22;
const T = 0x54;

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

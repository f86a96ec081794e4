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
  timeMicros,
  yearOf,
} from '../debezium/calendar.js';
import type { ValueOptions } from '../debezium/options.js';
import { type TemporalWriter, temporalWriter } from '../debezium/temporal.js';
import { writeBigint, writeInt, writeWhole } from './binary.js';

/** Writes null, or the epoch where the column has no null. */
type None = (out: Buffer, at: number) => number;

/**
 * Temporal values as Debezium has them, in Avro’s binary encoding. A null takes back the branch of the union, which stands
 * in front of the value already.
 */
export function avroTemporalWriter(column: Column, options: ValueOptions): TemporalWriter {
  const none: None = column.nullable ? takeBack : epoch;
  const mode = options.timePrecisionMode;
  switch (column.type) {
    case type.DATE:
    case type.NEWDATE:
      return mode === 'isostring' ? textWriter(column, options) : dateWriter(none, options);
    case type.TIME:
    case type.TIME2:
      return mode === 'isostring' ? textWriter(column, options) : timeWriter(mode, none);
    case type.DATETIME:
    case type.DATETIME2: {
      const unit = datetimeUnit(mode, column.meta & 0xff);
      return unit === 'iso' ? textWriter(column, options) : datetimeWriter(unit, none, options);
    }
    default:
      return textWriter(column, options);
  }
}

function takeBack(out: Buffer, at: number): number {
  out[at - 1] = 0;
  return at;
}

function epoch(out: Buffer, at: number): number {
  return writeInt(out, at, 0);
}

const QUOTE = 0x22;

/** The texts of JSON are ASCII and shorter than 64 bytes, so that their length takes the byte of the quote. */
function textWriter(column: Column, options: ValueOptions): TemporalWriter {
  const json = temporalWriter(column, options);
  return (out, at, bytes, from, to) => {
    const end = json(out, at, bytes, from, to);
    if (out[at] !== QUOTE) return takeBack(out, at);
    writeInt(out, at, end - at - 2);
    return end - 1;
  };
}

function dateWriter(none: None, { enableTimeAdjuster }: ValueOptions): TemporalWriter {
  return (out, at, bytes, from) => {
    const year = yearOf(bytes, from, enableTimeAdjuster);
    return year === NO_YEAR ? none(out, at) : writeInt(out, at, dayOf(year, bytes, from));
  };
}

function timeWriter(mode: Exclude<ValueOptions['timePrecisionMode'], 'isostring'>, none: None): TemporalWriter {
  return (out, at, bytes, from, to) => {
    const micros = timeMicros(bytes, from, to);
    switch (mode) {
      case 'adaptive_time_microseconds':
      case 'microseconds':
        return writeWhole(out, at, micros);
      case 'nanoseconds':
        return writeWhole(out, at, micros * 1000);
      case 'connect':
        return micros < 0 || micros > DAY_US ? none(out, at) : writeInt(out, at, Math.floor(micros / 1000));
    }
  };
}

function datetimeWriter(
  unit: 'ms' | 'us' | 'ns',
  none: None,
  { enableTimeAdjuster }: Pick<ValueOptions, 'enableTimeAdjuster'>,
): TemporalWriter {
  return (out, at, bytes, from, to) => {
    const year = yearOf(bytes, from, enableTimeAdjuster);
    if (year === NO_YEAR) return none(out, at);
    const seconds = secondsOf(year, bytes, from);
    const micros = microsAt(bytes, from + DATE_BYTES + 1 + CLOCK_BYTES, to);
    if (unit === 'ms') return writeWhole(out, at, seconds * 1000 + Math.floor(micros / 1000));
    if (unit === 'ns' && !fitsNanos(seconds, micros)) return none(out, at);
    const scale = unit === 'us' ? 1 : 1000;
    const whole = (seconds * 1_000_000 + micros) * scale;
    if (Number.isSafeInteger(whole)) return writeWhole(out, at, whole);
    return writeBigint(out, at, (BigInt(seconds) * 1_000_000n + BigInt(micros)) * BigInt(scale));
  };
}

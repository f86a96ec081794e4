import { writeAscii, writeNumber } from '../../column/ascii-write.js';
import { DecimalCodec, writeDigits } from '../../column/decimal.js';

import { need, prefixed, TYPE } from '../../column/json-binary.js';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeJsonText } from '../../column/json-text.js';
import { DatetimeCodec, readMicros, TimeCodec, writeFraction } from '../../column/temporal.js';
import * as type from '../../column/types.js';
import type { ShortTextCodec } from '../../column/visitor.js';
import type { Column } from '../../core/table.js';
import { isDecimal } from './decimal-groups.js';
import { exponentNumber, generalNumber } from './general-number.js';
import { QUOTED_EXPANSION, quoteInPlace, writeQuoted } from './quoted.js';
import type { TextStyle } from './style.js';

/** Writes the cell between two offsets at `at` and returns the offset behind. */
export type WriteCell = (out: Buffer, at: number, bytes: Buffer, from: number, to: number) => number;

/** How the values of a column are printed. */
export interface CellText {
  /** What the comment behind the value calls the type. */
  readonly typeName: string;
  /** Bytes that a value may take: a constant, and a multiple of its length in the log. */
  readonly fixed: number;
  readonly factor: number;
  readonly write: WriteCell;
}

/** The longest number or temporal, in both of its readings or with quotes. */
const SCALAR_BYTES_MAX = 96;
const QUOTE = 0x27;
const COLON = 0x3a;
const DASH = 0x2d;
const ZERO = 0x30;

/** Null for a type that the tool cannot print. */
export function cellText(column: Column, style: TextStyle): CellText | null {
  const { meta } = column;
  const low = meta & 0xff;
  const high = meta >> 8;
  switch (column.type) {
    case type.TINY:
      return scalar('TINYINT', (out, at, bytes, from) => writeInteger(out, at, (bytes[from]! << 24) >> 24, 0x100));
    case type.SHORT:
      return scalar('SHORTINT', (out, at, bytes, from) => writeInteger(out, at, bytes.readInt16LE(from), 0x10000));
    case type.INT24:
      return scalar('MEDIUMINT', (out, at, bytes, from) => writeInteger(out, at, bytes.readIntLE(from, 3), 0x1000000));
    case type.LONG:
      return scalar('INT', (out, at, bytes, from) => writeInteger(out, at, bytes.readInt32LE(from), 0x100000000));
    case type.LONGLONG:
      return scalar('LONGINT', writeLong);
    case type.NEWDECIMAL:
      return scalar(`DECIMAL(${low},${high})`, writeDecimalCell(low, high));
    case type.FLOAT:
      return scalar('FLOAT', (out, at, bytes, from) =>
        writeAscii(out, at, generalNumber(bytes.readFloatLE(from), FLOAT_DIGITS).padEnd(FLOAT_WIDTH)),
      );
    case type.DOUBLE:
      return scalar('DOUBLE', (out, at, bytes, from) =>
        writeAscii(out, at, generalNumber(bytes.readDoubleLE(from), DOUBLE_DIGITS)),
      );
    case type.BIT:
      return scalar(`BIT(${high * 8 + low})`, writeBits(high * 8 + low));
    case type.SET:
      return scalar(`SET(${low} bytes)`, writeBits(low * 8));
    case type.ENUM:
      return low === 1
        ? scalar('ENUM(1 byte)', (out, at, bytes, from) => writeNumber(out, at, bytes[from]!))
        : scalar('ENUM(2 bytes)', (out, at, bytes, from) => writeNumber(out, at, bytes.readUInt16LE(from)));
    case type.YEAR:
      // The zero year, too: it becomes 1900.
      return scalar('YEAR', (out, at, bytes, from) => writeDigits(out, at, bytes[from]! + YEAR_MIN, 4));
    case type.DATE:
    case type.NEWDATE:
      return scalar('DATE', writeDate);
    case type.TIMESTAMP:
      return scalar('TIMESTAMP', (out, at, bytes, from) => writeNumber(out, at, bytes.readInt32LE(from)));
    case type.DATETIME:
      return scalar('DATETIME', writeOldDatetime(style));
    case type.TIME:
      return scalar('TIME', writeOldTime(style));
    case type.TIMESTAMP2:
      return scalar(`TIMESTAMP(${low})`, (out, at, bytes, from) =>
        writeFraction(out, writeNumber(out, at, bytes.readUInt32BE(from)), readMicros(bytes, from + 4, low), low),
      );
    case type.DATETIME2:
      return scalar(`DATETIME(${low})`, inQuotes(new DatetimeCodec(low)));
    case type.TIME2:
      return scalar(`TIME(${low})`, inQuotes(new TimeCodec(low)));
    case type.VARCHAR:
    case type.VAR_STRING:
      return quoted(`VARSTRING(${meta})`, style);
    case type.STRING:
      return quoted(`STRING(${meta})`, style);
    case type.BLOB:
      return quoted(BLOB_NAMES[low]!, style);
    case type.VARCHAR_COMPRESSED:
      return style === 'mariadb' ? quoted(`VARSTRING(${meta}) COMPRESSED`, style) : null;
    case type.BLOB_COMPRESSED:
      return style === 'mariadb' ? quoted(`${BLOB_NAMES[low]!} COMPRESSED`, style) : null;
    case type.GEOMETRY:
      return style === 'mariadb' ? quoted('GEOMETRY', style) : null;
    case type.JSON_DOCUMENT:
      return style === 'mysql' ? JSON_TEXT : null;
    default:
      return null;
  }
}

const FLOAT_DIGITS = 6;
const FLOAT_WIDTH = 20;
const DOUBLE_DIGITS = 20;
const YEAR_MIN = 1900;
const BLOB_NAMES = ['', 'TINYBLOB/TINYTEXT', 'BLOB/TEXT', 'MEDIUMBLOB/MEDIUMTEXT', 'LONGBLOB/LONGTEXT'] as const;
const VECTOR_DIGITS = 5;
/** 4 bytes become -1.00000e+38 and a comma. */
const VECTOR_EXPANSION = 4;

/** The number of dimensions that the column was declared with is in the log's metadata. */
export function vectorText(dimensions: number): CellText {
  const write: WriteCell = (out, at, bytes, from, to) => {
    let o = writeAscii(out, at, '[');
    for (let i = from; i + 4 <= to; i += 4) {
      const end = i + 8 > to ? ']' : ',';
      o = writeAscii(out, o, `${exponentNumber(bytes.readFloatLE(i), VECTOR_DIGITS)}${end}`);
    }
    return o;
  };
  return { typeName: `VECTOR(${dimensions})`, fixed: SCALAR_BYTES_MAX, factor: VECTOR_EXPANSION, write };
}

function scalar(typeName: string, write: WriteCell): CellText {
  return { typeName, fixed: SCALAR_BYTES_MAX, factor: 0, write };
}

function quoted(typeName: string, style: TextStyle): CellText {
  return {
    typeName,
    fixed: 2,
    factor: QUOTED_EXPANSION,
    write: (out, at, bytes, from, to) => writeQuoted(out, at, { bytes, from, to }, style),
  };
}

const JSON_TEXT: CellText = {
  typeName: 'JSON',
  fixed: JSON_TEXT_SLACK + 2,
  // Each backslash is doubled.
  factor: JSON_TEXT_EXPANSION + 1,
  write: (out, at, bytes, from, to) => {
    if (bytes[from] === TYPE.string && from < to) return writeQuoted(out, at, jsonString(bytes, from, to), 'mysql');
    if (bytes[from] === TYPE.opaque && bytes[from + 1] === type.VAR_STRING)
      return writeQuoted(out, at, jsonString(bytes, from + 1, to), 'mysql');
    const end = writeJsonText(out, at + 1, { bytes, from, to }, 'bytes');
    if (bytes[from] !== TYPE.opaque || out[at + 1] !== JSON_QUOTE) return quoteInPlace(out, at, end, 'mysql');
    const text = Buffer.from(out.latin1Slice(at + 2, end - 1).replaceAll('\\n', '\n'), 'latin1');
    return writeQuoted(out, at, { bytes: text, from: 0, to: text.length }, 'mysql');
  },
};

const JSON_QUOTE = 0x22;

/** A document that is a text or a temporal has no quotes of its own; an opaque text is one as well. */
function jsonString(bytes: Buffer, from: number, to: number): { bytes: Buffer; from: number; to: number } {
  const { start, length } = prefixed(bytes, from + 1, to);
  return { bytes, from: need(start, length, to), to: start + length };
}

/** Nothing in the log says whether it is unsigned, or the tool does not look: what may be is printed both ways. */
function writeInteger(out: Buffer, at: number, value: number, modulus: number): number {
  const to = writeNumber(out, at, value);
  return value < 0 ? writeOther(out, to, String(value + modulus)) : to;
}

function writeLong(out: Buffer, at: number, bytes: Buffer, from: number): number {
  const high = bytes.readInt32LE(from + 4);
  if (high === 0) return writeNumber(out, at, bytes.readUInt32LE(from));
  const to = writeAscii(out, at, String(bytes.readBigInt64LE(from)));
  return high < 0 ? writeOther(out, to, String(bytes.readBigUInt64LE(from))) : to;
}

function writeOther(out: Buffer, at: number, text: string): number {
  return writeAscii(out, at, ` (${text})`);
}

/** From the highest bit of the first byte on; BIT(n) has its unused bits there. */
function writeBits(count: number): WriteCell {
  const unused = (8 - (count & 7)) & 7;
  return (out, at, bytes, from) => {
    let o = at;
    out[o++] = 0x62;
    out[o++] = QUOTE;
    for (let bit = unused; bit < unused + count; bit++) {
      out[o++] = 0x30 + ((bytes[from + (bit >> 3)]! >> (7 - (bit & 7))) & 1);
    }
    out[o++] = QUOTE;
    return o;
  };
}

/** Digits that are none are 0, and so is -0 without a fraction. */
function writeDecimalCell(precision: number, scale: number): WriteCell {
  const codec = new DecimalCodec(precision, scale);
  const digits = { integerDigits: precision - scale, scale };
  return (out, at, bytes, from, to) => {
    if (!isDecimal(bytes, from, digits)) return writeAscii(out, at, '0');
    const end = codec.write(out, at, bytes, from, to);
    return end === at + 2 && out[at] === DASH && out[at + 1] === ZERO ? writeAscii(out, at, '0') : end;
  };
}

function inQuotes(codec: ShortTextCodec): WriteCell {
  return (out, at, bytes, from, to) => {
    out[at] = QUOTE;
    const end = codec.write(out, at + 1, bytes, from, to);
    out[end] = QUOTE;
    return end + 1;
  };
}

/** With colons, which no server takes for a date. */
function writeDate(out: Buffer, at: number, bytes: Buffer, from: number): number {
  const packed = bytes.readUIntLE(from, 3);
  out[at] = QUOTE;
  const year = packed >> 9;
  // All that is above the hundreds is one character, whatever it becomes.
  out[at + 1] = ZERO + Math.trunc(year / 1000);
  let to = writeDigits(out, at + 2, year % 1000, 3);
  out[to] = COLON;
  to = writeDigits(out, to + 1, (packed >> 5) & 15, 2);
  out[to] = COLON;
  to = writeDigits(out, to + 1, packed & 31, 2);
  out[to] = QUOTE;
  return to + 1;
}

function writeOldDatetime(style: TextStyle): WriteCell {
  const quote = style === 'mariadb' ? "'" : '';
  return (out, at, bytes, from) => {
    const value = bytes.readBigUInt64LE(from);
    const [date, time] = [Number(value / 1_000_000n), Number(value % 1_000_000n)];
    const day = `${padded(Math.trunc(date / 10_000), 4)}-${padded(Math.trunc(date / 100) % 100)}-${padded(date % 100)}`;
    return writeAscii(out, at, `${quote}${day} ${clock(time)}${quote}`);
  };
}

/** MySQL's tool takes a negative one for a large number. */
function writeOldTime(style: TextStyle): WriteCell {
  return (out, at, bytes, from) => {
    const value = style === 'mariadb' ? bytes.readIntLE(from, 3) : bytes.readUIntLE(from, 3);
    return writeAscii(out, at, `'${value < 0 ? '-' : ''}${clock(Math.abs(value))}'`);
  };
}

function clock(hhmmss: number): string {
  const minutes = padded(Math.trunc(hhmmss / 100) % 100);
  return `${padded(Math.trunc(hhmmss / 10_000))}:${minutes}:${padded(hhmmss % 100)}`;
}

function padded(value: number, digits = 2): string {
  return String(value).padStart(digits, '0');
}

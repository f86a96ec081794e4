import { writeAscii, writeNumber } from './ascii-write.js';
import { decimalBytes, writeDecimal, writeDigits } from './decimal.js';
import { writeJsonDouble } from './double-text.js';
import { DEPTH_MAX, isInline, isObject, outside, prefixed, refuse, TYPE, uint16, uint32 } from './json-binary.js';
import { writeClock, writeDate, writeFraction } from './temporal.js';
import * as column from './types.js';
import { writeEscaped, writeEscapedBytes, writeEscapedTwice } from './utf8.js';

const HOURS_MAX = 838;
const BASE64_LINE = /.{1,76}/g;
const LITERALS = ['null', 'true', 'false'] as const;

/** Output bytes per input byte at the most: a control character becomes \u00XX, an inline null takes 3 bytes. */
export const JSON_TEXT_EXPANSION = 7;
/** … plus this for the document. */
export const JSON_TEXT_SLACK = 96;
/** Room for any number or temporal: a DECIMAL of 65 digits. */
const SCALAR_BYTES_MAX = 80;

/**
 * Writes a binary JSON document as the server prints it: a space after each comma and colon, keys in stored order.
 * Returns the offset behind. A cell without any byte is JSON null (an in-place default of old servers). `texts`: texts
 * that are no UTF-8 are refused, or written as they are, as mysqlbinlog does it.
 */
export function writeJsonText(
  out: Buffer,
  at: number,
  document: { bytes: Buffer; from: number; to: number },
  texts: 'utf8' | 'bytes' = 'utf8',
): number {
  if (document.from === document.to) return writeAscii(out, at, 'null');
  return writer.document(out, at, document, texts);
}

/**
 * Writes it as the inside of a JSON string, without the spaces after commas and colons. Takes up to twice the room.
 */
export function writeEmbeddedJson(
  out: Buffer,
  at: number,
  document: { bytes: Buffer; from: number; to: number },
): number {
  if (document.from === document.to) return writeAscii(out, at, 'null');
  return writer.document(out, at, document, 'embedded');
}

const NOTHING = Buffer.alloc(0);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;

class Writer {
  #out: Buffer = NOTHING;
  /** Documents whose parts lie inside of each other could grow without end: they stop where no true document gets. */
  #outEnd = 0;
  #bytes: Buffer = NOTHING;
  #areBytes = false;
  #isEmbedded = false;
  /** Of the innermost container. */
  #end = 0;

  document(
    out: Buffer,
    at: number,
    { bytes, from, to }: { bytes: Buffer; from: number; to: number },
    style: 'utf8' | 'bytes' | 'embedded',
  ): number {
    const bytesMax = (to - from) * JSON_TEXT_EXPANSION + JSON_TEXT_SLACK;
    this.#out = out;
    this.#outEnd = at + (style === 'embedded' ? 2 * bytesMax : bytesMax);
    this.#bytes = bytes;
    this.#areBytes = style === 'bytes';
    this.#isEmbedded = style === 'embedded';
    this.#end = to;
    const end = this.#value(at, bytes[from]!, from + 1, 0);
    // Both may be large, and nobody says when the next document comes.
    this.#out = NOTHING;
    this.#bytes = NOTHING;
    return end;
  }

  #value(at: number, type: number, from: number, depth: number): number {
    const bytes = this.#bytes;
    this.#room(at, SCALAR_BYTES_MAX);
    switch (type) {
      case TYPE.smallObject:
      case TYPE.largeObject:
      case TYPE.smallArray:
      case TYPE.largeArray:
        return this.#container(at, type, from, depth);
      case TYPE.literal:
        return writeAscii(this.#out, at, LITERALS[bytes[this.#need(from, 1)]!] ?? refuse(`literal ${bytes[from]}`));
      case TYPE.int16:
        return writeNumber(this.#out, at, (uint16(bytes, this.#need(from, 2)) << 16) >> 16);
      case TYPE.uint16:
        return writeNumber(this.#out, at, uint16(bytes, this.#need(from, 2)));
      case TYPE.int32:
        return writeNumber(this.#out, at, uint32(bytes, this.#need(from, 4)) | 0);
      case TYPE.uint32:
        return writeNumber(this.#out, at, uint32(bytes, this.#need(from, 4)));
      case TYPE.int64:
        return writeAscii(this.#out, at, `${bytes.readBigInt64LE(this.#need(from, 8))}`);
      case TYPE.uint64:
        return writeAscii(this.#out, at, `${bytes.readBigUInt64LE(this.#need(from, 8))}`);
      case TYPE.double:
        return writeJsonDouble(this.#out, at, bytes.readDoubleLE(this.#need(from, 8)));
      case TYPE.string: {
        const short = bytes[this.#need(from, 1)]!;
        if (short < 0x80) return this.#string(at, from + 1, short);
        const { start, length } = prefixed(bytes, from, this.#end);
        return this.#string(at, start, length);
      }
      case TYPE.opaque: {
        const { start, length } = prefixed(bytes, from + 1, this.#end);
        return this.#escapedAgain(at, this.#opaque(at, { type: bytes[from]!, start, length }));
      }
      default:
        return refuse(`value type ${type}`);
    }
  }

  #container(at: number, kind: number, from: number, depth: number): number {
    if (depth >= DEPTH_MAX) refuse(`more than ${DEPTH_MAX} levels`);
    const bytes = this.#bytes;
    const out = this.#out;
    const hasKeys = isObject(kind);
    const large = kind === TYPE.largeObject || kind === TYPE.largeArray;
    const word = large ? 4 : 2;
    const keys = this.#need(from, 2 * word) + 2 * word;
    const count = large ? uint32(bytes, from) : uint16(bytes, from);
    const size = large ? uint32(bytes, from + 4) : uint16(bytes, from + 2);
    const outerEnd = this.#end;
    this.#end = this.#need(from, size) + size;
    const values = keys + (hasKeys ? count * (word + 2) : 0);
    // Covers all entries of keys and values, so they are read below without another look.
    this.#need(values, count * (word + 1));
    let to = at;
    out[to++] = hasKeys ? 0x7b : 0x5b;
    for (let i = 0; i < count; i++) {
      if (i > 0) {
        out[to++] = COMMA;
        if (!this.#isEmbedded) out[to++] = SPACE;
      }
      if (hasKeys) {
        const entry = keys + i * (word + 2);
        const start = from + (large ? uint32(bytes, entry) : uint16(bytes, entry));
        to = this.#string(to, start, uint16(bytes, entry + word));
        out[to++] = COLON;
        if (!this.#isEmbedded) out[to++] = SPACE;
      }
      const entry = values + i * (word + 1);
      const type = bytes[entry]!;
      const offset = large ? uint32(bytes, entry + 1) : uint16(bytes, entry + 1);
      to = this.#value(to, type, isInline(type, large) ? entry + 1 : from + offset, depth + 1);
    }
    out[to++] = hasKeys ? 0x7d : 0x5d;
    this.#end = outerEnd;
    return to;
  }

  #string(at: number, from: number, length: number): number {
    this.#need(from, length);
    if (!this.#isEmbedded) return this.#plainString(at, from, length);
    this.#room(at, 12 * length + 4);
    const out = this.#out;
    out[at] = BACKSLASH;
    out[at + 1] = QUOTE;
    const to = writeEscapedTwice(out, at + 2, this.#bytes, from, from + length);
    if (to < 0) return this.#escapedAgain(at, this.#plainString(at, from, length));
    out[to] = BACKSLASH;
    out[to + 1] = QUOTE;
    return to + 2;
  }

  /** What was written plainly, where that is not enough. */
  #escapedAgain(at: number, to: number): number {
    if (!this.#isEmbedded) return to;
    const out = this.#out;
    this.#room(at, 2 * (to - at));
    let end = at;
    for (const byte of Buffer.from(out.subarray(at, to))) {
      if (byte === QUOTE || byte === BACKSLASH) out[end++] = BACKSLASH;
      out[end++] = byte;
    }
    return end;
  }

  #plainString(at: number, from: number, length: number): number {
    this.#room(at, 6 * length + 2);
    this.#out[at] = QUOTE;
    const end = from + length;
    let to = this.#areBytes
      ? writeEscapedBytes(this.#out, at + 1, this.#bytes, from, end)
      : writeEscaped(this.#out, at + 1, this.#bytes, from, end);
    if (to < 0) to = this.#withSurrogates(at + 1, from, end);
    this.#out[to] = QUOTE;
    return to + 1;
  }

  /**
   * MySQL 5.7 lets halves of surrogate pairs into documents, as characters of 3 bytes, and later versions carry such
   * documents on. They are written as \uD8XX, without which the text would be no UTF-8.
   */
  #withSurrogates(at: number, from: number, end: number): number {
    const bytes = this.#bytes;
    let to = at;
    let done = from;
    for (let i = from; i + 2 < end; i++) {
      if (bytes[i] !== 0xed || bytes[i + 1]! < 0xa0 || bytes[i + 1]! > 0xbf || (bytes[i + 2]! & 0xc0) !== 0x80)
        continue;
      to = this.#proved(writeEscaped(this.#out, to, bytes, done, i));
      const code = 0xd000 | ((bytes[i + 1]! & 0x3f) << 6) | (bytes[i + 2]! & 0x3f);
      to = writeAscii(this.#out, to, `\\u${code.toString(16)}`);
      done = i + 3;
      i += 2;
    }
    return this.#proved(writeEscaped(this.#out, to, bytes, done, end));
  }

  #proved(to: number): number {
    return to < 0 ? refuse('a text that is not valid UTF-8') : to;
  }

  #opaque(at: number, value: { type: number; start: number; length: number }): number {
    const { type, start, length } = value;
    this.#need(start, length);
    const out = this.#out;
    switch (type) {
      case column.NEWDECIMAL: {
        const precision = this.#bytes[this.#need(start, 2)]!;
        const scale = this.#bytes[start + 1]!;
        if (precision > 65 || scale > precision || length < 2 + decimalBytes(precision, scale)) {
          refuse(`DECIMAL(${precision},${scale}) in ${length} bytes`);
        }
        return writeDecimal(out, at, this.#bytes, start + 2, { integer: precision - scale, scale });
      }
      case column.DATE:
      case column.TIMESTAMP:
      case column.DATETIME:
      case column.TIME:
        return this.#temporal(at, type, this.#bytes.readBigInt64LE(this.#need(start, 8)));
      default: {
        // The server breaks base64 into lines, and the line feeds stay in the text.
        this.#room(at, SCALAR_BYTES_MAX + 1.5 * length);
        const lines = this.#bytes.toString('base64', start, start + length).match(BASE64_LINE) ?? [];
        return writeAscii(out, at, `"base64:type${type}:${lines.join('\\n')}"`);
      }
    }
  }

  /** Packed as integer part · 2^24 + µs; the integer part as in DATETIME2 and TIME2 without their bias. */
  #temporal(at: number, type: number, packed: bigint): number {
    const out = this.#out;
    let to = at;
    out[to++] = 0x22;
    const magnitude = packed < 0n ? -packed : packed;
    const micros = Number(magnitude & 0xffffffn);
    const whole = Number(magnitude >> 24n);
    const [minutes, seconds] = [(whole >> 6) & 63, whole & 63];
    if (minutes > 59 || seconds > 59 || micros > 999_999) refuse(`the time ${packed}`);
    if (type === column.TIME) {
      if (packed < 0n) out[to++] = 0x2d;
      const hours = Math.trunc(whole / 4096);
      if (hours > HOURS_MAX) refuse(`the time ${packed}`);
      if (hours > 99) to = writeDigits(out, to, Math.trunc(hours / 100), 1);
      to = writeClock(out, to, hours % 100, minutes, seconds);
      to = writeFraction(out, to, micros, 6);
    } else {
      const days = Math.trunc(whole / 2 ** 17);
      const hours = (whole >> 12) & 31;
      const yearMonth = Math.trunc(days / 32);
      if (packed < 0n || yearMonth >= 10_000 * 13 || hours > 23) refuse(`the date ${packed}`);
      to = writeDate(out, to, Math.trunc(yearMonth / 13), yearMonth % 13, days % 32);
      if (type !== column.DATE) {
        out[to++] = 0x20;
        to = writeClock(out, to, hours, minutes, seconds);
        to = writeFraction(out, to, micros, 6);
      }
    }
    out[to++] = 0x22;
    return to;
  }

  #room(at: number, length: number): void {
    if (at + length > this.#outEnd) refuse('a document whose parts overlap');
  }

  #need(at: number, length: number): number {
    if (at + length > this.#end) outside(at, length, this.#end);
    return at;
  }
}

/** One for all documents: made for each, it was a third of all garbage of a pipeline. */
const writer = new Writer();

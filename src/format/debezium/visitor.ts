import { writeAscii } from '../../column/ascii-write.js';
import type { Charset } from '../../column/charset.js';
import { shortestFloat } from '../../column/double-text.js';
import { writeEmbeddedJson } from '../../column/json-text.js';
import * as type from '../../column/types.js';
import { malformed } from '../../core/errors.js';
import type { Column, Table } from '../../core/table.js';
import { JsonVisitor, jsonBytesMax } from '../json-visitor.js';
import { replacedText } from '../replaced-text.js';
import { writeBase64 } from './base64.js';
import { POINT } from './connect-schema.js';
import type { ValueOptions } from './options.js';
import { type TemporalWriter, temporalWriter } from './temporal.js';
import { writeLarge, writeUnscaled } from './unscaled.js';

const QUOTE = 0x22;
const POINT_BYTES = 25; // with the SRID
const SRID_BYTES = 4;
/** {"x":…,"y":…,"wkb":"","srid":4294967295}, and what base64 fills up. */
const GEOMETRY_FRAME_BYTES_MAX = 128;
const FLOAT_BYTES = 4;
/** -1.1754944e-38 and a comma, for each byte of a float. */
const FLOAT_TEXT_FACTOR = 5;

/** What a cell of a column may take: a constant, and a multiple of its length in the log. */
export function debeziumBytesMax(column: Column): { fixed: number; factor: number } {
  const { fixed, factor } = jsonBytesMax(column);
  switch (column.type) {
    case type.JSON_DOCUMENT:
      // It is text inside of a text, so that what was escaped is escaped once more.
      return { fixed: 2 * fixed + 2, factor: 2 * factor };
    case type.GEOMETRY:
      return { fixed: GEOMETRY_FRAME_BYTES_MAX, factor };
    case type.VECTOR:
      return { fixed, factor: FLOAT_TEXT_FACTOR };
    default:
      return { fixed, factor };
  }
}

/** Writes cells of one column as Kafka Connect's JsonConverter writes what Debezium makes of them. */
export class DebeziumVisitor extends JsonVisitor {
  readonly #column: Column;
  readonly #options: ValueOptions;
  readonly #temporal: TemporalWriter;
  readonly #bits: number;

  constructor(table: Table, column: Column, options: ValueOptions) {
    super(table, column);
    this.#column = column;
    this.#options = options;
    this.#temporal = temporalWriter(column, options);
    this.#bits = column.type === type.BIT ? (column.meta >> 8) * 8 + (column.meta & 0xff) : 0;
  }

  override unsignedLong(high: number, low: number, at: number): number {
    if (this.#bits === 1) return writeAscii(this.out, at, low === 0 ? 'false' : 'true');
    if (this.#bits > 0) return this.#writeBits(high, low, at);
    if (this.#options.bigintUnsignedHandlingMode === 'long') return this.long(high | 0, low, at);
    return this.#inQuotes(at, (from) => writeLarge(this.out, from, (BigInt(high) << 32n) | BigInt(low)));
  }

  override float(value: number, at: number): number {
    return this.double(shortestFloat(value), at);
  }

  /** Always with a point or an exponent, so that readers without a schema see what it is. */
  override double(value: number, at: number): number {
    const text = Object.is(value, -0) ? '-0' : String(value);
    if (Number.isFinite(value))
      return writeAscii(this.out, at, Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text);
    return writeAscii(this.out, at, `"${text}"`);
  }

  override decimal(bytes: Buffer, from: number, to: number, at: number): number {
    const mode = this.#options.decimalHandlingMode;
    switch (mode === 'precise' && this.#column.type === type.DECIMAL ? 'string' : mode) {
      case 'string':
        return super.decimal(bytes, from, to, at);
      case 'double':
        return this.double(Number(bytes.latin1Slice(from, to)), at);
      case 'precise': {
        this.out[at] = QUOTE;
        const end = writeUnscaled(this.out, at + 1, bytes, from, to);
        this.out[end] = QUOTE;
        return end + 1;
      }
    }
  }

  override temporal(bytes: Buffer, from: number, to: number, at: number): number {
    return this.#temporal(this.out, at, bytes, from, to);
  }

  override bytes(bytes: Buffer, from: number, to: number, length: number, at: number): number {
    if (this.#column.type === type.GEOMETRY) return this.#geometry(bytes, from, to, at);
    if (this.#column.type === type.VECTOR) return this.#vector(bytes, from, to, at);
    const isPadded = length > to - from;
    const cell = isPadded ? Buffer.concat([bytes.subarray(from, to)], length) : bytes;
    const [first, last] = isPadded ? [0, length] : [from, to];
    switch (this.#options.binaryHandlingMode) {
      case 'bytes':
      case 'base64':
        return this.#inQuotes(at, (start) => writeBase64(this.out, start, cell, first, last));
      case 'base64-url-safe':
        // Java's encoder fills up, which Node's does not.
        return this.#inQuotes(at, (start) => {
          const text = cell.toString('base64', first, last).replaceAll('+', '-').replaceAll('/', '_');
          return start + this.out.write(text, start, 'latin1');
        });
      case 'hex':
        return this.#inQuotes(
          at,
          (start) => start + this.out.write(cell.toString('hex', first, last), start, 'latin1'),
        );
    }
  }

  /** The text of the document as a string, without the spaces that the server prints, which Debezium leaves out. */
  override json(bytes: Buffer, from: number, to: number, at: number): number {
    this.out[at] = QUOTE;
    const end = writeEmbeddedJson(this.out, at + 1, { bytes, from, to });
    this.out[end] = QUOTE;
    return end + 1;
  }

  protected override invalid(charset: Charset, bytes: Buffer, cell: { from: number; to: number }): unknown {
    return replacedText(charset, bytes, cell);
  }

  /** Little-endian, in as many bytes as the bits need. */
  #writeBits(high: number, low: number, at: number): number {
    bits.writeUInt32LE(low, 0);
    bits.writeUInt32LE(high, 4);
    return this.#inQuotes(at, (from) => writeBase64(this.out, from, bits, 0, (this.#bits + 7) >> 3));
  }

  /** srid u32, then the WKB, of which a point is: order u8, type u32, x f64, y f64. */
  #geometry(bytes: Buffer, from: number, to: number, at: number): number {
    if (to - from < SRID_BYTES) throw malformed(`a geometry of ${to - from} bytes in column ${this.#column.name}`);
    const { out } = this;
    const srid = bytes.readUInt32LE(from);
    const wkb = from + SRID_BYTES;
    let end = writeAscii(out, at, '{');
    if (this.#column.geometry === POINT && to - from === POINT_BYTES) {
      end = this.double(bytes.readDoubleLE(to - 16), writeAscii(out, end, '"x":'));
      end = this.double(bytes.readDoubleLE(to - 8), writeAscii(out, end, ',"y":'));
      end = writeAscii(out, end, ',');
    }
    end = writeBase64(out, writeAscii(out, end, '"wkb":"'), bytes, wkb, to);
    return writeAscii(out, end, `","srid":${srid === 0 ? null : srid}}`);
  }

  #vector(bytes: Buffer, from: number, to: number, at: number): number {
    let end = writeAscii(this.out, at, '[');
    for (let i = from; i + FLOAT_BYTES <= to; i += FLOAT_BYTES) {
      if (i > from) end = writeAscii(this.out, end, ',');
      end = this.float(bytes.readFloatLE(i), end);
    }
    return writeAscii(this.out, end, ']');
  }

  #inQuotes(at: number, write: (at: number) => number): number {
    this.out[at] = QUOTE;
    const end = write(at + 1);
    this.out[end] = QUOTE;
    return end + 1;
  }
}

const bits = Buffer.alloc(8);

import { isAscii, isUtf8 } from 'node:buffer';
import { copyAscii, copyShort } from '../../column/ascii-write.js';
import { type Charset, charsetOf } from '../../column/charset.js';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeJsonText } from '../../column/json-text.js';
import * as type from '../../column/types.js';
import { memberList } from '../../column/value.js';
import type { Visitor } from '../../column/visitor.js';
import { malformed } from '../../core/errors.js';
import type { Column, Table } from '../../core/table.js';
import { compactJson } from '../debezium/compact-json.js';
import { POINT } from '../debezium/connect-schema.js';
import type { ValueOptions } from '../debezium/options.js';
import type { TemporalWriter } from '../debezium/temporal.js';
import { UNSCALED_BYTES_MAX, unscaled, unscaledBytes, unscaledLarge } from '../debezium/unscaled.js';
import { replacedText } from '../replaced-text.js';
import { LENGTH_BYTES_MAX, writeBytes, writeInt, writeLong, writeString, writeWhole } from './binary.js';
import { avroTemporalWriter } from './temporal.js';

/** The longest DECIMAL as text, and what stands in front of it. */
const SCALAR_BYTES_MAX = 80;
/** In UTF-8, of a byte in any character set. */
const TEXT_FACTOR = 3;
/** Hex, and base64 of short values. */
const BINARY_TEXT_FACTOR = 2;
/** Below this a call of the engine's own costs more than a loop. */
const SHORT_TEXT_BYTES_MAX = 64;
const POINT_BYTES = 25; // with the SRID
const SRID_BYTES = 4;
const FLOAT_BYTES = 4;

/** What a cell of a column may take: a constant, and a multiple of its length in the log. */
export function avroBytesMax(column: Column): { fixed: number; factor: number } {
  switch (column.type) {
    case type.JSON_DOCUMENT:
      return { fixed: JSON_TEXT_SLACK + LENGTH_BYTES_MAX, factor: JSON_TEXT_EXPANSION };
    case type.ENUM:
    case type.SET:
      return { fixed: SCALAR_BYTES_MAX + Buffer.byteLength((column.labels ?? []).join(',')), factor: 0 };
    case type.STRING:
      // BINARY(n) gets its trailing zero bytes back.
      return { fixed: SCALAR_BYTES_MAX + BINARY_TEXT_FACTOR * column.meta, factor: TEXT_FACTOR };
    case type.VARCHAR:
    case type.VAR_STRING:
    case type.VARCHAR_COMPRESSED:
    case type.BLOB:
    case type.BLOB_COMPRESSED:
    case type.GEOMETRY:
    case type.VECTOR:
      return { fixed: SCALAR_BYTES_MAX, factor: TEXT_FACTOR };
    default:
      return { fixed: SCALAR_BYTES_MAX, factor: 0 };
  }
}

/** Writes cells of one column in Avro’s binary encoding, values as Debezium makes them. */
export class AvroVisitor implements Visitor<number> {
  out: Buffer = scratch;
  readonly #column: Column;
  readonly #options: ValueOptions;
  readonly #temporal: TemporalWriter;
  readonly #charset: Charset;
  readonly #bits: number;
  /** By index, each with its length in front. */
  readonly #members: readonly Buffer[];

  constructor(table: Table, column: Column, options: ValueOptions) {
    const place = `column ${table.schema}.${table.name}.${column.name}`;
    this.#column = column;
    this.#options = options;
    this.#temporal = avroTemporalWriter(column, options);
    this.#charset = charsetOf(type.isText(column) ? column.collation : type.BINARY_COLLATION, place);
    this.#bits = column.type === type.BIT ? (column.meta >> 8) * 8 + (column.meta & 0xff) : 0;
    this.#members = ['', ...(column.labels ?? [])].map(lengthened);
  }

  int(value: number, at: number): number {
    return writeWhole(this.out, at, value);
  }

  long(high: number, low: number, at: number): number {
    return writeLong(this.out, at, high, low);
  }

  unsignedLong(high: number, low: number, at: number): number {
    const { out } = this;
    if (this.#bits === 1) {
      out[at] = low === 0 ? 0 : 1;
      return at + 1;
    }
    if (this.#bits > 0) return this.#writeBits(high, low, at);
    if (this.#options.bigintUnsignedHandlingMode === 'long') return writeLong(out, at, high, low);
    return this.#unscaled(at, unscaledLarge((BigInt(high) << 32n) | BigInt(low)));
  }

  float(value: number, at: number): number {
    return this.out.writeFloatLE(value, at);
  }

  double(value: number, at: number): number {
    return this.out.writeDoubleLE(value, at);
  }

  decimal(bytes: Buffer, from: number, to: number, at: number): number {
    const mode = this.#options.decimalHandlingMode;
    switch (mode === 'precise' && this.#column.type === type.DECIMAL ? 'string' : mode) {
      case 'string':
        return writeBytes(this.out, at, bytes, from, to);
      case 'double':
        return this.double(Number(bytes.latin1Slice(from, to)), at);
      case 'precise':
        return this.#unscaled(at, unscaled(bytes, from, to));
    }
  }

  temporal(bytes: Buffer, from: number, to: number, at: number): number {
    return this.#temporal(this.out, at, bytes, from, to);
  }

  text(bytes: Buffer, from: number, to: number, at: number): number {
    const { isUtf8: mayBeUtf8, extendsAscii, decode } = this.#charset;
    if (extendsAscii && to - from < SHORT_TEXT_BYTES_MAX) {
      const start = writeInt(this.out, at, to - from);
      const end = copyAscii(this.out, start, bytes, from, to);
      if (end > start || from === to) return end;
    }
    if (extendsAscii) {
      const cell = bytes.subarray(from, to);
      if (mayBeUtf8 ? isUtf8(cell) : isAscii(cell)) return writeBytes(this.out, at, bytes, from, to);
    }
    return writeString(this.out, at, decode(bytes, from, to) ?? replacedText(this.#charset, bytes, { from, to }));
  }

  bytes(bytes: Buffer, from: number, to: number, length: number, at: number): number {
    if (this.#column.type === type.GEOMETRY) return this.#geometry(bytes, from, to, at);
    if (this.#column.type === type.VECTOR) return this.#vector(bytes, from, to, at);
    const isPadded = length > to - from;
    const cell = isPadded ? Buffer.concat([bytes.subarray(from, to)], length) : bytes;
    const [first, last] = isPadded ? [0, length] : [from, to];
    switch (this.#options.binaryHandlingMode) {
      case 'bytes':
        return writeBytes(this.out, at, cell, first, last);
      case 'base64':
        return writeString(this.out, at, cell.toString('base64', first, last));
      case 'base64-url-safe':
        // Java's encoder fills up, which Node's does not.
        return writeString(
          this.out,
          at,
          cell.toString('base64', first, last).replaceAll('+', '-').replaceAll('/', '_'),
        );
      case 'hex':
        return writeString(this.out, at, cell.toString('hex', first, last));
    }
  }

  member(index: number, at: number): number {
    const label = this.#members[index];
    return label === undefined ? writeString(this.out, at, String(index)) : copyShort(label, this.out, at);
  }

  members(high: number, low: number, at: number): number {
    return writeString(this.out, at, memberList(high, low, this.#column.labels ?? []).join(','));
  }

  json(bytes: Buffer, from: number, to: number, at: number): number {
    const bytesMax = (to - from) * JSON_TEXT_EXPANSION + JSON_TEXT_SLACK;
    const text = bytesMax <= scratch.length ? scratch : Buffer.allocUnsafe(bytesMax);
    const length = compactJson(text, writeJsonText(text, 0, { bytes, from, to }));
    return writeBytes(this.out, at, text, 0, length);
  }

  #unscaled(at: number, from: number): number {
    return writeBytes(this.out, at, unscaledBytes, from, UNSCALED_BYTES_MAX);
  }

  /** Little-endian, in as many bytes as the bits need. */
  #writeBits(high: number, low: number, at: number): number {
    bits.writeUInt32LE(low >>> 0, 0);
    bits.writeUInt32LE(high >>> 0, 4);
    return writeBytes(this.out, at, bits, 0, (this.#bits + 7) >> 3);
  }

  /** srid u32, then the WKB, of which a point is: order u8, type u32, x f64, y f64. */
  #geometry(bytes: Buffer, from: number, to: number, at: number): number {
    const isPoint = this.#column.geometry === POINT;
    if (to - from < SRID_BYTES || (isPoint && to - from !== POINT_BYTES))
      throw malformed(`a geometry of ${to - from} bytes in column ${this.#column.name}`);
    const { out } = this;
    const srid = bytes.readInt32LE(from);
    let end = at;
    if (isPoint) end = bytes.copy(out, end, to - 16, to) + end;
    // A point has its WKB as an optional field.
    if (isPoint) end = writeInt(out, end, 1);
    end = writeBytes(out, end, bytes, from + SRID_BYTES, to);
    return srid === 0 ? writeInt(out, end, 0) : writeInt(out, writeInt(out, end, 1), srid);
  }

  #vector(bytes: Buffer, from: number, to: number, at: number): number {
    const count = Math.floor((to - from) / FLOAT_BYTES);
    if (count === 0) return writeInt(this.out, at, 0);
    const start = writeInt(this.out, at, count);
    return writeInt(this.out, start + bytes.copy(this.out, start, from, from + count * FLOAT_BYTES), 0);
  }
}

function lengthened(label: string): Buffer {
  const out = Buffer.allocUnsafe(LENGTH_BYTES_MAX + Buffer.byteLength(label));
  return out.subarray(0, writeString(out, 0, label));
}

const scratch = Buffer.allocUnsafe(64 * 1024);
const bits = Buffer.alloc(8);

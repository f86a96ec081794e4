import { malformed } from '../core/errors.js';
import { plainNumber } from './plain-number.js';

/** The server puts the SRID in front of the WKB. */
const SRID_BYTES = 4;
/** byte order u8, type u32 */
const WKB_HEAD_BYTES = 5;

/**
 * A GEOMETRY as well-known text in the form of the JTS library: `POLYGON ((0 0, 9 0, 9 9, 0 0))`. Numbers are exact and
 * without an exponent. The SRID is not part of it.
 *
 *   srid u32, geometry
 *   geometry = order u8 (1: little-endian), type u32, then by type
 *     1 point: x f64, y f64                              4 multipoint,
 *     2 linestring: count u32, (x, y)…                   5 multilinestring,
 *     3 polygon: count u32, (count u32, (x, y)…)…        6 multipolygon, 7 collection: count u32, geometry…
 */
export function wkt(bytes: Buffer, from: number, to: number): string {
  return new WkbReader(bytes.subarray(from + SRID_BYTES, to)).geometry();
}

class WkbReader {
  readonly #bytes: Buffer;
  #at = 0;
  #littleEndian = true;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  geometry(): string {
    const type = this.#head();
    const name = NAMES[type];
    if (name === undefined) throw malformed(`a geometry of the type ${type}`);
    const body = type === COLLECTION ? this.#list(() => this.geometry()) : this.#body(type);
    return `${name} ${body}`;
  }

  /** Of any type but a collection, in its parentheses. */
  #body(type: number): string {
    switch (type) {
      case POINT:
        return `(${this.#point()})`;
      case LINESTRING:
        return this.#list(() => this.#point());
      case POLYGON:
        return this.#list(() => this.#body(LINESTRING));
      default:
        // The parts of a multi-part geometry are geometries of their own, whose type is told again.
        return this.#list(() => this.#body(this.#head()));
    }
  }

  #head(): number {
    this.#need(WKB_HEAD_BYTES);
    this.#littleEndian = this.#bytes[this.#at++] === 1;
    return this.#u32();
  }

  #list(part: () => string): string {
    this.#need(4);
    const count = this.#u32();
    // Each part takes more bytes than this.
    this.#need(count);
    const parts = Array.from({ length: count }, part);
    return count === 0 ? 'EMPTY' : `(${parts.join(', ')})`;
  }

  #point(): string {
    this.#need(16);
    return `${plainNumber(this.#f64())} ${plainNumber(this.#f64())}`;
  }

  #u32(): number {
    const at = this.#at;
    this.#at += 4;
    return this.#littleEndian ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  #f64(): number {
    const at = this.#at;
    this.#at += 8;
    return this.#littleEndian ? this.#bytes.readDoubleLE(at) : this.#bytes.readDoubleBE(at);
  }

  #need(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length) throw malformed('a geometry that ends too early');
  }
}

const POINT = 1;
const LINESTRING = 2;
const POLYGON = 3;
const COLLECTION = 7;
const NAMES: Readonly<Record<number, string>> = {
  [POINT]: 'POINT',
  [LINESTRING]: 'LINESTRING',
  [POLYGON]: 'POLYGON',
  4: 'MULTIPOINT',
  5: 'MULTILINESTRING',
  6: 'MULTIPOLYGON',
  [COLLECTION]: 'GEOMETRYCOLLECTION',
};

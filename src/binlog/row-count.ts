import { ImageSkipper } from '../column/image-skipper.js';
import { JSON_DOCUMENT } from '../column/types.js';
import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import type { Table } from '../core/table.js';
import { ByteReader } from './bytes.js';
import { inflateRest } from './inflate.js';
import { presentColumns, shapeOf } from './rows.js';
import { skipRowsHeader } from './rows-extra.js';
import { PARTIAL_UPDATE_ROWS_EVENT } from './types.js';

/** Counts the rows of row events by the lengths of their images; none is located. */
export class RowCounter {
  readonly #table: Table;
  readonly #jsonBitmapBytes: number;
  /** For images of all columns. */
  readonly #whole: ImageSkipper;

  constructor(table: Table) {
    this.#table = table;
    this.#whole = new ImageSkipper(table, Int32Array.from(table.columns.keys()));
    this.#jsonBitmapBytes = (table.columns.filter(({ type }) => type === JSON_DOCUMENT).length + 7) >> 3;
  }

  /** Throws EVENT_MALFORMED where the rows do not fill the event. */
  count(event: RawEvent, format: FormatDescription): number {
    const { op, isCompressed } = shapeOf(event.type);
    const header = new ByteReader(event.bytes, HEADER_BYTES);
    skipRowsHeader(header, event.type, format);
    const width = header.lengthEncoded();
    const { columns, schema, name } = this.#table;
    if (width !== columns.length)
      throw malformed(`rows of ${width} columns, where ${schema}.${name} has ${columns.length}`);
    const first = this.#skipper(header, width);
    const second = op === 'update' ? this.#skipper(header, width) : null;
    const r = isCompressed ? new ByteReader(inflateRest(header)) : header;
    // An INSERT of nothing but defaults under MINIMAL is a row without any byte.
    if (r.left === 0 && op === 'insert' && first.isEmpty) return 1;
    if (event.type === PARTIAL_UPDATE_ROWS_EVENT) return this.#countPartial(r, first, second!);
    return countImages(r, first, second);
  }

  #skipper(r: ByteReader, width: number): ImageSkipper {
    const present = presentColumns(r, width);
    return present.length === width ? this.#whole : new ImageSkipper(this.#table, present);
  }

  /** As partial-rows.ts says. */
  #countPartial(r: ByteReader, before: ImageSkipper, after: ImageSkipper): number {
    let count = 0;
    for (; r.left > 0; count++) {
      r.skip(before.skip(r.bytes, r.at) - r.at);
      if (r.lengthEncoded() !== 0) r.skip(this.#jsonBitmapBytes);
      r.skip(after.skip(r.bytes, r.at) - r.at);
    }
    return count;
  }
}

function countImages(r: ByteReader, first: ImageSkipper, second: ImageSkipper | null): number {
  const { bytes, end } = r;
  let { at } = r;
  let count = 0;
  while (at < end) {
    const from = at;
    at = first.skip(bytes, at);
    if (second !== null) at = second.skip(bytes, at);
    if (!(at > from)) break;
    count++;
  }
  if (at !== end) throw malformed(`a row ends at ${at}, outside the event's ${end} bytes`);
  return count;
}

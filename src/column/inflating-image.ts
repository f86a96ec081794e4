import type { Table } from '../core/table.js';
import { inflateCell } from './compressed.js';
import { ImageReader } from './image.js';
import * as type from './types.js';

/** For tables with compressed columns (MariaDB): each image gets bytes of its own, its cells inflated. */
class InflatingImageReader extends ImageReader {
  readonly #bytes: Buffer;
  readonly #compressed: readonly number[];

  constructor(table: Table, bytes: Buffer, present: Int32Array) {
    super(table, bytes, present);
    this.#bytes = bytes;
    this.#compressed = compressedOrdinals(table);
  }

  override locate(from: number): number {
    const { image } = this;
    image.bytes = this.#bytes;
    const to = super.locate(from);
    // NaN as well; that is for the caller to say, who knows where the event ends.
    if (!(to <= this.#bytes.length)) return to;
    const { at, end } = image;
    const parts = [this.#bytes.subarray(from, to)];
    let length = to - from;
    for (let i = 0; i < at.length; i++) {
      if (at[i]! < 0) continue;
      at[i]! -= from;
      end[i]! -= from;
    }
    for (const i of this.#compressed) {
      if (at[i]! < 0) continue;
      const cell = inflateCell(parts[0]!.subarray(at[i], end[i]));
      parts.push(cell);
      at[i] = length;
      length += cell.length;
      end[i] = length;
    }
    image.bytes = Buffer.concat(parts, length);
    return to;
  }
}

const compressed = new WeakMap<Table, readonly number[]>();

function compressedOrdinals(table: Table): readonly number[] {
  let ordinals = compressed.get(table);
  if (ordinals === undefined) {
    ordinals = table.columns.flatMap((column, i) => (type.isCompressed(column.type) ? [i] : []));
    compressed.set(table, ordinals);
  }
  return ordinals;
}

/** `present`: the ordinals of the columns that the images have. */
export function imageReader(table: Table, bytes: Buffer, present: Int32Array): ImageReader {
  return compressedOrdinals(table).length > 0
    ? new InflatingImageReader(table, bytes, present)
    : new ImageReader(table, bytes, present);
}

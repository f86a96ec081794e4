import { ABSENT_CELL, type Image, NULL_CELL } from '../core/image.js';
import type { Table } from '../core/table.js';
import { codecsOf } from './codec.js';

/** Widths of a table's cells as codecs declare them, flat for the loop that visits every cell of every row. */
const layouts = new WeakMap<Table, Int32Array>();

export function layoutOf(table: Table): Int32Array {
  let layout = layouts.get(table);
  if (layout === undefined) {
    layout = Int32Array.from(codecsOf(table), (codec) => codec.width);
    layouts.set(table, layout);
  }
  return layout;
}

class LocatedImage implements Image {
  bytes: Buffer;
  isLasting = true;
  readonly at: Int32Array;
  readonly end: Int32Array;

  constructor(bytes: Buffer, count: number) {
    this.bytes = bytes;
    this.at = new Int32Array(count);
    this.end = new Int32Array(count);
  }
}

/**
 * Locates the cells of the row images of one event:
 *
 *   image = null bitmap, a bit for each present column, (n + 7) / 8 bytes; then the cells of present columns not NULL
 */
export class ImageReader {
  readonly image: Image;
  readonly #widths: Int32Array;
  readonly #present: Int32Array;

  constructor(table: Table, bytes: Buffer, present: Int32Array) {
    const count = table.columns.length;
    this.image = new LocatedImage(bytes, count);
    if (present.length < count) this.image.at.fill(ABSENT_CELL);
    this.#widths = layoutOf(table);
    this.#present = present;
  }

  /** No column is in these images. */
  get isEmpty(): boolean {
    return this.#present.length === 0;
  }

  /** Locates the image that begins at `from` and returns where it ends, which the caller checks against the event. */
  locate(from: number): number {
    const { bytes, at, end } = this.image;
    const present = this.#present;
    const widths = this.#widths;
    const count = present.length;
    let cell = from + ((count + 7) >> 3);
    for (let i = 0; i < count; i++) {
      const column = present[i]!;
      if ((bytes[from + (i >> 3)]! & (1 << (i & 7))) !== 0) {
        at[column] = NULL_CELL;
        continue;
      }
      let width = widths[column]!;
      if (width < 0) {
        const prefix = -width;
        width = bytes[cell]!;
        if (prefix > 1) width |= bytes[cell + 1]! << 8;
        if (prefix > 2) width |= bytes[cell + 2]! << 16;
        if (prefix > 3) width += bytes[cell + 3]! * 0x1000000;
        cell += prefix;
      }
      at[column] = cell;
      cell += width;
      end[column] = cell;
    }
    return cell;
  }
}

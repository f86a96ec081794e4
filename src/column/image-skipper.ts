import type { Table } from '../core/table.js';
import { layoutOf } from './image.js';

/**
 * Finds where row images end, for who only counts them: several times faster than to locate their cells. What image.ts
 * says of their bytes holds here.
 */
export class ImageSkipper {
  readonly #widths: Int32Array;
  /** The same for images without NULL, with neighbours of fixed width in one. */
  readonly #steps: Int32Array;
  readonly #bitmapBytes: number;
  /** Bits of the bitmap's last byte that stand for columns: servers set those behind them. */
  readonly #lastMask: number;

  /** `present`: the ordinals of the columns that the images have. */
  constructor(table: Table, present: Int32Array) {
    const layout = layoutOf(table);
    this.#widths = present.map((ordinal) => layout[ordinal]!);
    this.#steps = Int32Array.from(merged(this.#widths));
    this.#bitmapBytes = (present.length + 7) >> 3;
    this.#lastMask = present.length % 8 === 0 ? 0xff : (1 << (present.length % 8)) - 1;
  }

  /** No column is in these images. */
  get isEmpty(): boolean {
    return this.#widths.length === 0;
  }

  /** Behind the bytes, or NaN, where the image would go on behind them: callers compare. */
  skip(bytes: Buffer, from: number): number {
    const cells = from + this.#bitmapBytes;
    const last = cells - 1;
    let nulls = bytes[last]! & this.#lastMask;
    for (let at = from; at < last; at++) nulls |= bytes[at]!;
    if (nulls !== 0) return this.#skipPresent(bytes, from, cells);
    const steps = this.#steps;
    let at = cells;
    for (let i = 0; i < steps.length; i++) {
      const width = steps[i]!;
      at = width < 0 ? behindPrefixed(bytes, at, -width) : at + width;
    }
    return at;
  }

  #skipPresent(bytes: Buffer, bitmap: number, cells: number): number {
    const widths = this.#widths;
    let at = cells;
    for (let i = 0; i < widths.length; i++) {
      if ((bytes[bitmap + (i >> 3)]! & (1 << (i & 7))) !== 0) continue;
      const width = widths[i]!;
      at = width < 0 ? behindPrefixed(bytes, at, -width) : at + width;
    }
    return at;
  }
}

function behindPrefixed(bytes: Buffer, at: number, prefix: number): number {
  let length = bytes[at]!;
  if (prefix > 1) length |= bytes[at + 1]! << 8;
  if (prefix > 2) length |= bytes[at + 2]! << 16;
  if (prefix > 3) length += bytes[at + 3]! * 0x1000000;
  return at + prefix + length;
}

function merged(widths: Int32Array): number[] {
  const steps: number[] = [];
  for (const width of widths) {
    const before = steps.at(-1) ?? -1;
    if (width >= 0 && before >= 0) steps[steps.length - 1] = before + width;
    else steps.push(width);
  }
  return steps;
}

import { copyShort } from '../column/ascii-write.js';
import { codecsOf } from '../column/codec.js';
import type { Codec } from '../column/visitor.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../core/image.js';
import type { Column, Table } from '../core/table.js';
import type { JsonVisitor } from './json-visitor.js';

export interface JsonCellsOptions {
  readonly visitor: (column: Column) => JsonVisitor;
  /** What a cell of the column may take: a constant, and a multiple of its length in the log. */
  readonly bytesMax: (column: Column) => { fixed: number; factor: number };
  /** How often a record has the cells of these columns beside the images. */
  readonly repeated: { readonly columns: readonly number[]; readonly times: number };
}

/** Writes cells of one table version as JSON: members of an object begin with a comma each, see `embrace`. */
export class JsonCells {
  /** `,"name":` of each column. */
  readonly names: readonly Buffer[];
  readonly #codecs: readonly Codec[];
  readonly #visitors: readonly JsonVisitor[];
  /** What an image takes at the most, beside the cells that grow with their length. */
  readonly #fixedBytesMax: number;
  readonly #growing: readonly { ordinal: number; factor: number }[];

  constructor(table: Table, { visitor, bytesMax, repeated }: JsonCellsOptions) {
    this.#codecs = codecsOf(table);
    this.#visitors = table.columns.map(visitor);
    this.names = table.columns.map(({ name }) => Buffer.from(`,${JSON.stringify(name)}:`));
    const maxima = table.columns.map((column, i) => {
      const { fixed, factor } = bytesMax(column);
      const times = repeated.columns.includes(i) ? 1 + repeated.times : 1;
      return { ordinal: i, fixed: times * (fixed + this.names[i]!.length), factor: times * factor };
    });
    this.#fixedBytesMax = maxima.reduce((sum, each) => sum + each.fixed, 4);
    this.#growing = maxima.filter((each) => each.factor > 0);
  }

  bytesMax(image: Image | null): number {
    if (image === null) return 0;
    let sum = this.#fixedBytesMax;
    for (const { ordinal, factor } of this.#growing) {
      const at = image.at[ordinal]!;
      if (at >= 0) sum += factor * (image.end[ordinal]! - at);
    }
    return sum;
  }

  /** All cells that are there, with the braces. */
  image(out: Buffer, at: number, image: Image): number {
    const { at: cells } = image;
    let to = at;
    for (let i = 0; i < cells.length; i++) {
      if (cells[i] !== ABSENT_CELL) to = this.member(out, to, image, i);
    }
    return embrace(out, at, to);
  }

  member(out: Buffer, at: number, image: Image, i: number): number {
    return this.value(out, copyShort(this.names[i]!, out, at), image, i);
  }

  value(out: Buffer, at: number, image: Image, i: number): number {
    const visitor = this.#visitors[i]!;
    visitor.out = out;
    const from = image.at[i]!;
    return from === NULL_CELL ? visitor.null(at) : this.#codecs[i]!.read(image.bytes, from, image.end[i]!, visitor, at);
  }
}

/** Members begin with a comma each; the first one becomes the brace. */
export function embrace(out: Buffer, at: number, to: number): number {
  out[at] = 0x7b;
  const end = to === at ? at + 1 : to;
  out[end] = 0x7d;
  return end + 1;
}

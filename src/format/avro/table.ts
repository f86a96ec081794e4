import { codecsOf } from '../../column/codec.js';
import type { Codec } from '../../column/visitor.js';
import { RowtideError } from '../../core/errors.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../../core/image.js';
import type { Table } from '../../core/table.js';
import type { RowCursor } from '../../core/transaction.js';
import type { ValueOptions } from '../debezium/options.js';
import { AvroVisitor, avroBytesMax } from './visitor.js';

/** Writes keys and images of one table version as Avro’s records. */
export class AvroTable {
  readonly #table: Table;
  readonly #codecs: readonly Codec[];
  readonly #visitors: readonly AvroVisitor[];
  readonly #optional: readonly boolean[];
  /** What an image takes at the most, beside the cells that grow with their length. */
  readonly #fixedBytesMax: number;
  readonly #growing: readonly { ordinal: number; factor: number }[];

  constructor(table: Table, options: ValueOptions) {
    this.#table = table;
    this.#codecs = codecsOf(table);
    this.#visitors = table.columns.map((column) => new AvroVisitor(table, column, options));
    this.#optional = table.columns.map(({ nullable }) => nullable);
    const maxima = table.columns.map((column, ordinal) => {
      const { fixed, factor } = avroBytesMax(column);
      const times = table.primaryKey.includes(ordinal) ? 2 : 1;
      return { ordinal, fixed: times * (1 + fixed), factor: times * factor };
    });
    this.#fixedBytesMax = maxima.reduce((sum, { fixed }) => sum + fixed, 1);
    this.#growing = maxima.filter(({ factor }) => factor > 0);
  }

  /** Of the key and both images. */
  bytesMax({ before, after }: RowCursor): number {
    return this.#imageBytesMax(before) + this.#imageBytesMax(after);
  }

  /** The union of null and the row. */
  image(out: Buffer, at: number, image: Image | null): number {
    if (image === null) {
      out[at] = NULL_BRANCH;
      return at + 1;
    }
    out[at] = VALUE_BRANCH;
    const count = image.at.length;
    let to = at + 1;
    for (let i = 0; i < count; i++) to = this.#cell(out, to, image, i);
    return to;
  }

  /** Its columns of the after image, or of the before image of a delete. Nothing for a table without one. */
  key(out: Buffer, at: number, { before, after }: RowCursor): number {
    const image = after ?? before;
    let to = at;
    if (image !== null) for (const i of this.#table.primaryKey) to = this.#cell(out, to, image, i);
    return to;
  }

  #cell(out: Buffer, at: number, image: Image, i: number): number {
    const from = image.at[i]!;
    const isOptional = this.#optional[i]!;
    if (from >= 0) {
      const visitor = this.#visitors[i]!;
      visitor.out = out;
      if (!isOptional) return this.#codecs[i]!.read(image.bytes, from, image.end[i]!, visitor, at);
      out[at] = VALUE_BRANCH;
      return this.#codecs[i]!.read(image.bytes, from, image.end[i]!, visitor, at + 1);
    }
    if (!isOptional || (from !== NULL_CELL && !this.#isComputed(i))) throw this.#missing(from, i);
    out[at] = NULL_BRANCH;
    return at + 1;
  }

  #imageBytesMax(image: Image | null): number {
    if (image === null) return 1;
    let sum = this.#fixedBytesMax;
    for (const { ordinal, factor } of this.#growing) {
      const at = image.at[ordinal]!;
      if (at >= 0) sum += factor * (image.end[ordinal]! - at);
    }
    return sum;
  }

  /** MariaDB leaves those out of whole images, too. */
  #isComputed(i: number): boolean {
    return this.#table.columns[i]!.generated === true;
  }

  #missing(cell: number, i: number): RowtideError {
    const { schema, name, columns } = this.#table;
    const place = `column ${schema}.${name}.${columns[i]!.name}`;
    if (cell !== ABSENT_CELL) return new RowtideError('EVENT_MALFORMED', `${place} is NULL and may not be`);
    return new RowtideError('EVENT_UNSUPPORTED', `a row was logged without ${place}, and Avro has no word for that`, {
      hint: 'Set binlog_row_image=FULL on the server, leave the column out with columns.drop, or use another format.',
    });
  }
}

/** Indexes into the union of null and a type, as Avro writes them. */
const NULL_BRANCH = 0;
const VALUE_BRANCH = 2;

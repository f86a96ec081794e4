import { codecsOf } from '../../column/codec.js';
import { holdsWhole } from '../../column/json-binary.js';
import * as type from '../../column/types.js';
import { RowtideError } from '../../core/errors.js';
import { type Image, NULL_CELL } from '../../core/image.js';
import type { Table } from '../../core/table.js';
import type { Output } from '../output.js';
import { type CellText, cellText, vectorText } from './cell.js';
import { Constant } from './constant.js';
import { writeDiffs } from './diffs.js';
import type { RowsStyle } from './style.js';

/** How the cells of a column are printed, and the comments behind them; no cell for a type that the tool cannot print. */
export interface ColumnText {
  readonly cell: CellText | null;
  readonly type: number;
  readonly meta: number;
  /** Of the length before a cell. */
  readonly prefixBytes: number;
  readonly comment: { readonly value: string; readonly null: string };
}

/** `dimensions`: of the table's VECTOR columns in their order. */
export function columnTexts(
  table: Table,
  { style, verbose }: RowsStyle,
  dimensions: readonly number[],
): readonly ColumnText[] {
  let vectors = 0;
  const codecs = codecsOf(table);
  return table.columns.map((column, i): ColumnText => {
    const isVector = column.type === type.VECTOR && style === 'mysql';
    const cell = isVector ? vectorText(dimensions[vectors++] ?? 0) : cellText(column, style);
    const meta = loggedMeta(column);
    const facts = `${cell?.typeName ?? ''} meta=${meta} nullable=${column.nullable ? 1 : 0}`;
    const comment = (isNull: number): string => (verbose > 1 ? ` /* ${facts} is_null=${isNull} */\n` : '\n');
    const prefixBytes = Math.max(0, -codecs[i]!.width);
    return { cell, type: column.type, meta, prefixBytes, comment: { value: comment(0), null: comment(1) } };
  });
}

/** The metadata as a number as the tools read it: with the type in it where the type is said there. */
function loggedMeta({ type: code, meta }: { type: number; meta: number }): number {
  switch (code) {
    case type.STRING:
    case type.ENUM:
    case type.SET: {
      const first = (code & 0xcf) | (((meta >> 4) & 0x30) ^ 0x30);
      return (first << 8) | (meta & 0xff);
    }
    case type.NEWDECIMAL:
      return ((meta & 0xff) << 8) | (meta >> 8);
    default:
      return meta;
  }
}

/** An image above it is printed cell by cell: room for the worst that it could become would be too much. */
const IMAGE_BYTES_MAX = 256 * 1024;
const UNPRINTABLE: CellText = { typeName: '', fixed: 0, factor: 0, write: (_, at) => at };

/**
 * Prints the images that have the same columns: compiled once, so that what stands between two values is one constant
 * and nothing is decided again for each row.
 */
export class ImageText {
  readonly #columns: Int32Array;
  readonly #texts: readonly ColumnText[];
  readonly #cells: readonly CellText[];
  readonly #clause: string;
  readonly #head: Constant;
  readonly #afterValue: readonly Constant[];
  readonly #afterNull: readonly Constant[];
  readonly #fixed: number;
  readonly #factor: number;
  /** There is a text for each of its columns. */
  readonly isPrintable: boolean;

  /** `columns`: ordinals of those that the images have; `texts`: of all. */
  constructor(clause: string, columns: Int32Array, texts: readonly ColumnText[]) {
    const chosen = Array.from(columns, (column) => texts[column]!);
    const nameAt = (i: number): string => (i < columns.length ? nameOf(columns[i]!) : '');
    this.#columns = columns;
    this.#texts = chosen;
    this.#cells = chosen.map(({ cell }) => cell ?? UNPRINTABLE);
    this.isPrintable = chosen.every(({ cell }) => cell !== null);
    this.#clause = clause;
    this.#head = new Constant(clause + nameAt(0));
    this.#afterValue = chosen.map(({ comment }, i) => new Constant(comment.value + nameAt(i + 1)));
    this.#afterNull = chosen.map(({ comment }, i) => new Constant(`NULL${comment.null}${nameAt(i + 1)}`));
    this.#fixed = total([this.#head, ...this.#afterNull].map(({ length }) => length)) + total(this.#cells.map(fixedOf));
    this.#factor = Math.max(0, ...this.#cells.map(({ factor }) => factor));
  }

  /** False where nothing of the event may follow. */
  write(output: Output, image: Image, imageBytes: number): boolean {
    if (imageBytes > IMAGE_BYTES_MAX || !this.isPrintable) return this.#writeSlowly(output, image);
    try {
      this.#writeWhole(output, image, imageBytes);
      return true;
    } catch (error) {
      // What was written of it is not in the output yet.
      if (isMalformed(error)) return this.#writeSlowly(output, image);
      throw error;
    }
  }

  #writeSlowly(output: Output, image: Image): boolean {
    return this.writeCells(output, image, { end: Number.POSITIVE_INFINITY, hasDiffs: () => false });
  }

  #writeWhole(output: Output, image: Image, imageBytes: number): void {
    const out = output.reserve(this.#fixed + this.#factor * imageBytes);
    const { view } = output;
    const { bytes, at: begin, end } = image;
    const columns = this.#columns;
    let at = this.#head.write(view, output.length);
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const from = begin[column]!;
      if (from === NULL_CELL) at = this.#afterNull[i]!.write(view, at);
      else {
        at = this.#cells[i]!.write(out, at, bytes, from, end[column]!);
        at = this.#afterValue[i]!.write(view, at);
      }
    }
    output.advance(at);
  }

  /**
   * The same for images that need a look at each cell: they end behind the event's bytes, or have diffs in place of
   * documents. Returns false where the tools print no more of the event.
   */
  writeCells(
    output: Output,
    image: Image,
    { end: limit, hasDiffs }: { end: number; hasDiffs: (column: number) => boolean },
  ): boolean {
    output.ascii(this.#clause);
    for (const [i, column] of this.#columns.entries()) {
      const { cell, comment, prefixBytes, type: code, meta } = this.#texts[i]!;
      output.ascii(nameOf(column));
      const [from, to] = [image.at[column]!, image.end[column]!];
      if (from === NULL_CELL && cell !== null) {
        output.ascii(`NULL${comment.null}`);
        continue;
      }
      // Behind the bytes of the event there is no length to be read, and the cell has no end.
      if (from !== NULL_CELL && (from > limit || to > limit || to < from)) {
        writeCorrupted(output, 'field data is truncated;', limit - from + prefixBytes);
        return false;
      }
      if (cell === null) {
        const hex = meta.toString(16).padStart(4, '0');
        output.ascii(`!! Don't know how to handle column type=${code} meta=${meta} (${hex})\n`);
        return false;
      }
      if (hasDiffs(column)) writeDiffs(output, { bytes: image.bytes, from, to }, `@${column + 1}`);
      else if (!writeCell(output, cell, { bytes: image.bytes, from, to })) return false;
      output.ascii(comment.value);
    }
    return true;
  }
}

/** False where nothing of the event may follow: the tool stops at JSON whose outermost value it cannot take apart. */
function writeCell(output: Output, cell: CellText, { bytes, from, to }: Cell): boolean {
  const out = output.reserve(cell.fixed + cell.factor * (to - from));
  try {
    output.advance(cell.write(out, output.length, bytes, from, to));
    return true;
  } catch (error) {
    if (!isMalformed(error)) throw error;
    const isBegun = holdsWhole(bytes, from, to);
    output.ascii(isBegun ? 'Failed to format JSON object as string.\n' : 'Invalid JSON\n');
    return isBegun;
  }
}

interface Cell {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

function isMalformed(error: unknown): boolean {
  return error instanceof RowtideError && error.code === 'EVENT_MALFORMED';
}

export function writeCorrupted(output: Output, what: string, bytesLeft: number): void {
  output.ascii(
    `***Corrupted replication event was detected: ${what} there are only ${bytesLeft} bytes left of the event. Not printing the value***\n`,
  );
}

function nameOf(column: number): string {
  return `###   @${column + 1}=`;
}

function fixedOf({ fixed }: CellText): number {
  return fixed;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

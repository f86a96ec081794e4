import type { ImageReader } from '../column/image.js';
import { EditedJson } from '../column/json-edit.js';
import { JSON_DOCUMENT } from '../column/types.js';
import { locateError, malformed } from '../core/errors.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../core/image.js';
import type { JsonDiff, RowDiffs } from '../core/json-diff.js';
import type { Table } from '../core/table.js';
import type { RowCursor } from '../core/transaction.js';
import type { ByteReader } from './bytes.js';
import { decodeJsonDiffs } from './json-diffs.js';

const PARTIAL_JSON = 1;

/**
 * The rows of PARTIAL_UPDATE_ROWS: those of UPDATE_ROWS, with more before each after image:
 *
 *   value options lenenc: 1 = PARTIAL_JSON
 *   with PARTIAL_JSON: bitmap, a bit for each JSON column of the table, whether the image has it or not
 *   image, in which the cell of a column with its bit set holds diffs in place of a document
 *
 * The after image is made whole: documents are those of the before image with the diffs applied. Where the before image
 * has none (BINLOG_ROW_IMAGE is MINIMAL) the new document cannot be known: its cell is absent, and the diffs are given.
 */
export class PartialUpdateCursor implements RowCursor {
  readonly before: Image;
  readonly after: Image;
  #diffs: Map<number, readonly JsonDiff[]> | null = null;
  readonly #table: Table;
  readonly #jsonColumns: readonly number[];
  readonly #r: ByteReader;
  readonly #readers: { before: ImageReader; after: ImageReader };
  /** The after image's cells, and behind them the documents made for it. Reused from row to row. */
  #rebuilt: Buffer = Buffer.alloc(0);

  constructor(r: ByteReader, table: Table, readers: { before: ImageReader; after: ImageReader }) {
    this.#r = r;
    this.#table = table;
    this.#readers = readers;
    this.before = readers.before.image;
    this.after = readers.after.image;
    this.after.isLasting = false;
    this.#jsonColumns = table.columns.flatMap(({ type, ordinal }) => (type === JSON_DOCUMENT ? [ordinal] : []));
    // Readers of rows look at the images once per event: what may be absent from a row has to be seen then.
    for (const i of this.#jsonColumns) if (this.before.at[i] === ABSENT_CELL) this.after.at[i] = ABSENT_CELL;
  }

  get diffs(): RowDiffs | null {
    return this.#diffs;
  }

  next(): boolean {
    const r = this.#r;
    if (r.left === 0) return false;
    this.#diffs = null;
    r.skip(this.#readers.before.locate(r.at) - r.at);
    const options = r.lengthEncoded();
    if (options > PARTIAL_JSON) throw malformed(`the value options ${options} of a row, of which only 1 is known`);
    const bitmap = options === PARTIAL_JSON ? r.slice((this.#jsonColumns.length + 7) >> 3) : null;
    const from = r.at;
    // Back to the event's own bytes, which the row before may have left.
    this.after.bytes = r.bytes;
    r.skip(this.#readers.after.locate(from) - from);
    if (bitmap !== null) this.#rebuild(from, bitmap);
    return true;
  }

  #rebuild(from: number, bitmap: Buffer): void {
    const { at, end } = this.after;
    const imageBytes = this.#r.at - from;
    let size = imageBytes;
    const documents: { column: number; document: EditedJson }[] = [];
    for (const [i, column] of this.#jsonColumns.entries()) {
      if ((bitmap[i >> 3]! & (1 << (i & 7))) === 0 || at[column]! < 0) continue;
      const document = this.#document(column);
      if (document === null) continue;
      documents.push({ column, document });
      size += document.size;
    }
    if (documents.length === 0) return;
    if (this.#rebuilt.length < size) this.#rebuilt = Buffer.allocUnsafeSlow(size);
    this.#r.bytes.copy(this.#rebuilt, 0, from, from + imageBytes);
    this.after.bytes = this.#rebuilt;
    for (let i = 0; i < at.length; i++) {
      if (at[i]! < 0) continue;
      at[i]! -= from;
      end[i]! -= from;
    }
    let to = imageBytes;
    for (const { column, document } of documents) {
      at[column] = to;
      to = document.write(this.#rebuilt, to);
      end[column] = to;
    }
  }

  /** The document of a cell that holds diffs; null where it cannot be known, which makes the cell absent. */
  #document(column: number): EditedJson | null {
    const { before, after } = this;
    try {
      const diffs = decodeJsonDiffs(this.#r.bytes, after.at[column]!, after.end[column]!);
      if (diffs.length > 0) this.#diffs = (this.#diffs ?? new Map()).set(column, diffs);
      const from = before.at[column]!;
      if (from === ABSENT_CELL) {
        after.at[column] = ABSENT_CELL;
        return null;
      }
      if (from === NULL_CELL) throw malformed('diffs of a document that was NULL');
      const document = new EditedJson(before.bytes.subarray(from, before.end[column]));
      for (const diff of diffs) document.apply(diff);
      return document;
    } catch (error) {
      const { schema, name, columns } = this.#table;
      throw locateError(error, `column ${schema}.${name}.${columns[column]!.name}`);
    }
  }
}

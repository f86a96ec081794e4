import { copyShort, writeNumber } from '../column/ascii-write.js';
import { codecsOf } from '../column/codec.js';
import type { Codec } from '../column/visitor.js';
import { formatGtid } from '../core/gtid.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../core/image.js';
import type { Table } from '../core/table.js';
import type { RowCursor, Rows, Transaction } from '../core/transaction.js';
import type { Format, RowsWriter } from './format.js';
import { embrace, JsonDocuments } from './json-documents.js';
import { JsonVisitor, jsonBytesMax } from './json-visitor.js';

/**
 * Rowtide's own JSON, one object for each change:
 *
 *   {"op":"update","schema":"shop","table":"orders","gtid":"…:7","file":"binlog.000001","position":1234,
 *    "ts":1732147200123456,"row":0,"before":{…},"after":{…}}
 *   {"op":"statement","schema":"shop","sql":"ALTER TABLE …","gtid":…,…}
 *
 * `gtid` is null where the source has none; file and position are those of the transaction, ts is the commit in µs,
 * and row counts the changes of the transaction. (gtid or file and position) and row name a change for as long as the
 * filter stays the same. JSON columns may add "jsonNull" and "diffs", see json-documents.ts.
 */
export const jsonFormat: Format = {
  rows: (transaction, rows) => new JsonRows(transaction, rows),
  statement(transaction, statement, index) {
    const { schema, sql, invalid } = statement;
    const facts = `${JSON.stringify({ op: 'statement', schema, sql: invalid ?? sql }).slice(0, -1)},${transactionFacts(transaction)}`;
    return [{ key: null, value: Buffer.from(`${facts},"row":${index}}`) }];
  },
};

/** Of the last transaction: it mostly has more than one row event. */
let factsCached: { readonly of: Transaction; readonly text: string } | null = null;

function transactionFacts(transaction: Transaction): string {
  if (factsCached?.of !== transaction) factsCached = { of: transaction, text: factsOf(transaction) };
  return factsCached.text;
}

function factsOf(transaction: Transaction): string {
  const { gtid, span, committedAtUs } = transaction;
  const facts = {
    gtid: gtid === null ? null : formatGtid(gtid),
    file: span.file,
    position: span.start,
    ts: committedAtUs,
  };
  return JSON.stringify(facts).slice(1, -1);
}

const BEFORE = Buffer.from(',"before":');
const AFTER = Buffer.from(',"after":');
/** The row number, "before", "after" and the braces. */
const FRAME_BYTES_MAX = 64;

class JsonRows implements RowsWriter {
  readonly #table: TableWriter;
  readonly #head: Buffer;

  constructor(transaction: Transaction, rows: Rows) {
    this.#table = tableWriter(rows.table);
    this.#head = Buffer.from(`${this.#table.facts[rows.op]},${transactionFacts(transaction)},"row":`);
  }

  bytesMax({ before, after, diffs }: RowCursor): number {
    const { documents } = this.#table;
    const documentBytes = documents.isEmpty ? 0 : documents.bytesMax(diffs);
    const imageBytes = this.#table.bytesMax(before) + this.#table.bytesMax(after);
    return this.#head.length + FRAME_BYTES_MAX + imageBytes + documentBytes;
  }

  key(out: Buffer, at: number, cursor: RowCursor): number {
    return this.#table.writeKey(out, at, cursor);
  }

  value(out: Buffer, at: number, cursor: RowCursor, index: number): number {
    out.set(this.#head, at);
    let to = writeNumber(out, at + this.#head.length, index);
    if (cursor.before !== null) to = this.#table.writeImage(out, copyShort(BEFORE, out, to), cursor.before);
    if (cursor.after !== null) to = this.#table.writeImage(out, copyShort(AFTER, out, to), cursor.after);
    if (!this.#table.documents.isEmpty) to = this.#table.documents.write(out, to, cursor);
    out[to] = CLOSE;
    return to + 1;
  }
}

const CLOSE = 0x7d;

const writers = new WeakMap<Table, TableWriter>();

function tableWriter(table: Table): TableWriter {
  let writer = writers.get(table);
  if (writer === undefined) {
    writer = new TableWriter(table);
    writers.set(table, writer);
  }
  return writer;
}

/** Writes images of one table version. */
class TableWriter {
  readonly facts: Readonly<Record<Rows['op'], string>>;
  readonly documents: JsonDocuments;
  readonly #codecs: readonly Codec[];
  readonly #visitors: readonly JsonVisitor[];
  /** `,"name":` of each column. */
  readonly #names: readonly Buffer[];
  readonly #key: readonly number[];
  /** What an image and a key made of it take at the most, beside the cells that grow with their length. */
  readonly #fixedBytesMax: number;
  readonly #growing: readonly { ordinal: number; factor: number }[];

  constructor(table: Table) {
    const factsOfOp = (op: Rows['op']): string =>
      JSON.stringify({ op, schema: table.schema, table: table.name }).slice(0, -1);
    this.facts = { insert: factsOfOp('insert'), update: factsOfOp('update'), delete: factsOfOp('delete') };
    this.documents = new JsonDocuments(table);
    this.#codecs = codecsOf(table);
    this.#visitors = table.columns.map((column) => new JsonVisitor(table, column));
    this.#names = table.columns.map((column) => Buffer.from(`,${JSON.stringify(column.name)}:`));
    this.#key = table.primaryKey;
    const maxima = table.columns.map((column, i) => {
      const { fixed, factor } = jsonBytesMax(column);
      // A key column is written twice.
      const times = this.#key.includes(i) ? 2 : 1;
      return { ordinal: i, fixed: times * (fixed + this.#names[i]!.length), factor: times * factor };
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

  writeImage(out: Buffer, at: number, image: Image): number {
    const { at: cells } = image;
    let to = at;
    for (let i = 0; i < cells.length; i++) {
      if (cells[i] !== ABSENT_CELL) to = this.#writeColumn(out, to, image, i);
    }
    return embrace(out, at, to);
  }

  /** The after image of a MINIMAL update lacks the key columns that did not change; its before image has them all. */
  writeKey(out: Buffer, at: number, { before, after }: RowCursor): number {
    if (this.#key.length === 0) return at;
    let to = at;
    for (const i of this.#key) {
      const image = after === null || (after.at[i] === ABSENT_CELL && before !== null) ? before : after;
      if (image !== null && image.at[i] !== ABSENT_CELL) to = this.#writeColumn(out, to, image, i);
    }
    return embrace(out, at, to);
  }

  #writeColumn(out: Buffer, at: number, image: Image, i: number): number {
    const to = copyShort(this.#names[i]!, out, at);
    const visitor = this.#visitors[i]!;
    visitor.out = out;
    const from = image.at[i]!;
    return from === NULL_CELL ? visitor.null(to) : this.#codecs[i]!.read(image.bytes, from, image.end[i]!, visitor, to);
  }
}

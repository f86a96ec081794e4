import { copyShort, writeNumber } from '../column/ascii-write.js';
import { formatGtid } from '../core/gtid.js';
import { ABSENT_CELL } from '../core/image.js';
import type { Table } from '../core/table.js';
import type { RowCursor, Rows, Transaction } from '../core/transaction.js';
import type { Format, RowsWriter } from './format.js';
import { embrace, JsonCells } from './json-cells.js';
import { JsonDocuments } from './json-documents.js';
import { JsonVisitor, jsonBytesMax } from './json-visitor.js';

/**
 * Rowtide's own JSON, one object for each change:
 *
 *   {"op":"update","schema":"shop","table":"orders","gtid":"…:7","file":"binlog.000001","position":1234,
 *    "ts":1732147200123456,"row":0,"before":{…},"after":{…}}
 *   {"op":"statement","schema":"shop","sql":"ALTER TABLE …","gtid":…,…}
 *   {"op":"heartbeat","gtids":"…:1-7","ts":1732147200123000}    everything in the set was written; or file and position
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
  heartbeat({ log }, timeMs) {
    const ts = timeMs * 1000;
    const facts =
      log.kind === 'file'
        ? { op: 'heartbeat', gtids: null, file: log.file, position: log.offset, ts }
        : { op: 'heartbeat', gtids: String(log.executed), ts };
    return { key: null, value: Buffer.from(JSON.stringify(facts)) };
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
    const { documents, cells } = this.#table;
    const documentBytes = documents.isEmpty ? 0 : documents.bytesMax(diffs);
    const imageBytes = cells.bytesMax(before) + cells.bytesMax(after);
    return this.#head.length + FRAME_BYTES_MAX + imageBytes + documentBytes;
  }

  key(out: Buffer, at: number, cursor: RowCursor): number {
    return this.#table.writeKey(out, at, cursor);
  }

  value(out: Buffer, at: number, cursor: RowCursor, index: number): number {
    out.set(this.#head, at);
    let to = writeNumber(out, at + this.#head.length, index);
    if (cursor.before !== null) to = this.#table.cells.image(out, copyShort(BEFORE, out, to), cursor.before);
    if (cursor.after !== null) to = this.#table.cells.image(out, copyShort(AFTER, out, to), cursor.after);
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
  readonly cells: JsonCells;
  readonly #key: readonly number[];

  constructor(table: Table) {
    const factsOfOp = (op: Rows['op']): string =>
      JSON.stringify({ op, schema: table.schema, table: table.name }).slice(0, -1);
    this.facts = { insert: factsOfOp('insert'), update: factsOfOp('update'), delete: factsOfOp('delete') };
    this.documents = new JsonDocuments(table);
    this.#key = table.primaryKey;
    this.cells = new JsonCells(table, {
      visitor: (column) => new JsonVisitor(table, column),
      bytesMax: jsonBytesMax,
      repeated: { columns: this.#key, times: 1 },
    });
  }

  /** The after image of a MINIMAL update lacks the key columns that did not change; its before image has them all. */
  writeKey(out: Buffer, at: number, { before, after }: RowCursor): number {
    if (this.#key.length === 0) return at;
    let to = at;
    for (const i of this.#key) {
      const image = after === null || (after.at[i] === ABSENT_CELL && before !== null) ? before : after;
      if (image !== null && image.at[i] !== ABSENT_CELL) to = this.cells.member(out, to, image, i);
    }
    return embrace(out, at, to);
  }
}

import { writeAscii } from '../../column/ascii-write.js';
import { formatGtid } from '../../core/gtid.js';
import type { Table } from '../../core/table.js';
import type { RowCursor, Rows, Statement, Transaction } from '../../core/transaction.js';
import type { Format, FormattedRecord, RowsWriter } from '../format.js';
import { requireWholeDocuments } from '../whole-documents.js';
import { ddlFacts } from './ddl.js';
import { CanalTable } from './table-writer.js';

/**
 * The FlatMessage of canal's Kafka producer, one for each row; members in the order in which canal's own serializer has
 * them, which is that of their names:
 *
 *   {"data":[{"id":"4","m":"4.2"}],"database":"d","es":1732147200000,"gtid":"…:7","id":7,"isDdl":false,
 *    "mysqlType":{"id":"int","m":"double"},"old":[{"m":"5.1"}],"pkNames":["id"],"sql":"","sqlType":{"id":4,"m":8},
 *    "table":"t","ts":1732147200123,"type":"UPDATE"}
 *
 * docs/formats.md says where it differs from canal's.
 */
export function canalFormat(now: () => number = Date.now): Format {
  return new CanalFormat(now);
}

class CanalFormat implements Format {
  readonly #now: () => number;
  readonly #tables = new WeakMap<Table, CanalTable>();

  constructor(now: () => number) {
    this.#now = now;
  }

  rows(transaction: Transaction, rows: Rows): RowsWriter {
    let table = this.#tables.get(rows.table);
    if (table === undefined) {
      table = new CanalTable(rows.table);
      this.#tables.set(rows.table, table);
    }
    return new CanalRows({ transaction, rows, table, ts: this.#now() });
  }

  statement(transaction: Transaction, statement: Statement): readonly FormattedRecord[] {
    const { sql, event } = statement;
    const facts = ddlFacts(statement);
    if (facts === null) return [];
    const { type, database, table } = facts;
    const message = {
      data: null,
      database,
      es: event.timestamp * SECONDS_TO_MS,
      gtid: gtidOf(transaction),
      id: 0,
      isDdl: true,
      mysqlType: null,
      old: null,
      pkNames: null,
      sql,
      sqlType: null,
      table,
      ts: this.#now(),
      type,
    };
    // A GTID's number may be too large for a number of JavaScript's.
    const value = JSON.stringify(message).replace('"id":0,"isDdl"', `"id":${idOf(transaction)},"isDdl"`);
    return [{ key: null, value: Buffer.from(value) }];
  }
}

const SECONDS_TO_MS = 1000;

function gtidOf({ gtid }: Transaction): string {
  return gtid === null ? '' : formatGtid(gtid);
}

/** Rises with the transactions of a server. */
function idOf({ gtid, span }: Transaction): bigint | number {
  return gtid === null ? span.end : gtid.sequence;
}

/** `{"data":[`, commas and brackets. */
const FRAME_BYTES_MAX = 64;

class CanalRows implements RowsWriter {
  readonly #rows: Rows;
  readonly #table: CanalTable;
  readonly #facts: string;
  readonly #keyFacts: string;
  readonly #tail: string;
  readonly #constantBytes: number;

  constructor(all: { transaction: Transaction; rows: Rows; table: CanalTable; ts: number }) {
    const { transaction, rows, table, ts } = all;
    const { op, event } = rows;
    this.#rows = rows;
    this.#table = table;
    const es = event.timestamp * SECONDS_TO_MS;
    const gtid = JSON.stringify(gtidOf(transaction));
    const facts = `"es":${es},"gtid":${gtid},"id":${idOf(transaction)},"isDdl":false,"mysqlType":`;
    this.#facts = `],"database":${JSON.stringify(rows.table.schema)},${facts}`;
    this.#keyFacts = `,"pkNames":${table.pkNames},"sql":"","sqlType":`;
    this.#tail = `,"table":${JSON.stringify(rows.table.name)},"ts":${ts},"type":"${op.toUpperCase()}"}`;
    this.#constantBytes = Buffer.byteLength(this.#facts + this.#keyFacts + this.#tail) + FRAME_BYTES_MAX;
  }

  bytesMax(cursor: RowCursor): number {
    return this.#constantBytes + this.#table.bytesMax(cursor);
  }

  key(out: Buffer, at: number, cursor: RowCursor): number {
    return this.#table.key(out, at, cursor);
  }

  value(out: Buffer, at: number, cursor: RowCursor): number {
    const table = this.#table;
    requireWholeDocuments(cursor, this.#rows.table);
    let to = table.data(out, writeAscii(out, at, '{"data":['), cursor);
    to += out.write(this.#facts, to);
    to = table.mysqlType(out, to, cursor);
    to = this.#old(out, to, cursor);
    to += out.write(this.#keyFacts, to);
    to = table.sqlType(out, to, cursor);
    return to + out.write(this.#tail, to);
  }

  #old(out: Buffer, at: number, { before, after }: RowCursor): number {
    if (before === null || after === null) return writeAscii(out, at, ',"old":null');
    const to = this.#table.old(out, writeAscii(out, at, ',"old":['), before, after);
    return writeAscii(out, to, ']');
  }
}

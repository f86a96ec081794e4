import { copyShort } from '../../column/ascii-write.js';
import type { Table } from '../../core/table.js';
import type { RowCursor, Rows, Transaction } from '../../core/transaction.js';
import { type ConnectSchema, optional, required } from '../debezium/connect-schema.js';
import { OPS } from '../debezium/debezium.js';
import { BLOCK_FIELD, type Places } from '../debezium/places.js';
import type { RowsWriter } from '../format.js';
import { requireWholeDocuments } from '../whole-documents.js';
import { writeInt } from './binary.js';
import { connectBytes } from './connect-value.js';
import type { EventSource } from './source.js';
import type { AvroTable } from './table.js';

export interface EventFacts {
  readonly table: AvroTable;
  readonly source: EventSource;
  readonly timeMs: number;
  readonly row: () => number;
  readonly places: Places | null;
}

const OPERATION: ConnectSchema = {
  type: 'struct',
  fields: [
    required('string', 'op'),
    optional('int64', 'ts_ms'),
    optional('int64', 'ts_us'),
    optional('int64', 'ts_ns'),
  ],
  optional: false,
};
/** An XA transaction's GTID, or a file name. */
const PLACE_BYTES_MAX = 1024;
const INT_BYTES_MAX = 5;

/** Debezium’s envelope: before, after, source, transaction, op and times, without what stands in front of a record. */
export class EnvelopeRows implements RowsWriter {
  readonly #transaction: Transaction;
  readonly #logged: Table;
  readonly #facts: EventFacts;
  readonly #tail: Buffer;

  constructor(transaction: Transaction, rows: Rows, facts: EventFacts) {
    const { timeMs } = facts;
    const times = { ts_ms: timeMs, ts_us: timeMs * 1000, ts_ns: BigInt(timeMs) * 1_000_000n };
    this.#transaction = transaction;
    this.#logged = rows.table;
    this.#facts = facts;
    this.#tail = connectBytes(OPERATION, { op: OPS[rows.op], ...times });
  }

  bytesMax(cursor: RowCursor): number {
    const { table, source } = this.#facts;
    const constant = source.upToRow.length + source.behindRow.length + this.#tail.length;
    return table.bytesMax(cursor) + constant + INT_BYTES_MAX + PLACE_BYTES_MAX;
  }

  key(out: Buffer, at: number, cursor: RowCursor): number {
    return this.#facts.table.key(out, at, cursor);
  }

  value(out: Buffer, at: number, cursor: RowCursor): number {
    if (cursor.diffs !== null) requireWholeDocuments(cursor, this.#logged);
    const { table, source, row, places } = this.#facts;
    let to = table.image(out, at, cursor.before);
    to = table.image(out, to, cursor.after);
    out.set(source.upToRow, to);
    to = writeInt(out, to + source.upToRow.length, row());
    to = copyShort(source.behindRow, out, to);
    const place = places?.next(this.#transaction, this.#logged) ?? null;
    to = copyShort(place === null ? NO_PLACE : connectBytes(BLOCK_FIELD, place), out, to);
    return copyShort(this.#tail, out, to);
  }
}

const NO_PLACE = connectBytes(BLOCK_FIELD, null);

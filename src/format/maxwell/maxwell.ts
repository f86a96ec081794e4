import { shapeOf } from '../../binlog/rows.js';
import { copyShort, writeNumber } from '../../column/ascii-write.js';
import { formatGtid } from '../../core/gtid.js';
import type { Table } from '../../core/table.js';
import type { RowCursor, Rows, Statement, Transaction } from '../../core/transaction.js';
import type { Format, FormattedRecord, RowsWriter } from '../format.js';
import { requireWholeDocuments } from '../whole-documents.js';
import { ddlRecords } from './ddl.js';
import type { MaxwellOptions } from './options.js';
import { MaxwellTable } from './table-writer.js';

/**
 * Maxwell's JSON, an object for each row; what the options leave out is marked by a question mark:
 *
 *   {"database":"d","table":"t","query"?:"…","type":"update","ts":1732147200,"xid"?:940752,"xoffset"?:0,"commit"?:true,
 *    "position"?:"binlog.000001:123","gtid"?:"…:7","server_id"?:1,"thread_id"?:9,"schema_id"?:3,"primary_key"?:[4],
 *    "primary_key_columns"?:["id"],"data":{"id":4,"m":4.2},"old":{"m":5.1}}
 *
 * docs/formats.md says where it differs from Maxwell's.
 */
export function maxwellFormat(options: MaxwellOptions): Format {
  return new MaxwellFormat(options);
}

class MaxwellFormat implements Format {
  readonly #options: MaxwellOptions;
  readonly #tables = new WeakMap<Table, MaxwellTable>();
  /** Of the last transaction: it mostly has more than one row event. */
  #facts: TransactionFacts | null = null;

  constructor(options: MaxwellOptions) {
    this.#options = options;
  }

  rows(transaction: Transaction, rows: Rows): RowsWriter {
    if (this.#facts?.transaction !== transaction) this.#facts = new TransactionFacts(transaction, this.#options);
    return new MaxwellRows({ rows, options: this.#options, facts: this.#facts, table: this.#tableOf(rows.table) });
  }

  statement(transaction: Transaction, statement: Statement): readonly FormattedRecord[] {
    return this.#options.outputDdl ? ddlRecords(transaction, statement, this.#options) : [];
  }

  #tableOf(table: Table): MaxwellTable {
    let writer = this.#tables.get(table);
    if (writer === undefined) {
      writer = new MaxwellTable(table, this.#options);
      this.#tables.set(table, writer);
    }
    return writer;
  }
}

/** What all rows of a transaction say alike. */
class TransactionFacts {
  readonly transaction: Transaction;
  readonly xid: string;
  /** Behind what is told of the row's place. */
  readonly tail: string;
  /** Which change is the last row: it ends the transaction for readers. */
  readonly lastIndex: number;
  /** Records so far that are only a part of a row: where a changed key makes two of it, the delete. */
  parts = 0;

  constructor(transaction: Transaction, options: MaxwellOptions) {
    const { xid, gtid, serverId, threadId, schemas } = transaction;
    this.transaction = transaction;
    this.xid = options.outputCommitInfo && xid !== undefined ? `,"xid":${xid}` : '';
    this.tail = [
      options.outputGtidPosition ? `,"gtid":${gtid === null ? null : JSON.stringify(formatGtid(gtid))}` : '',
      options.outputServerId ? `,"server_id":${serverId}` : '',
      options.outputThreadId && threadId !== undefined ? `,"thread_id":${threadId}` : '',
      options.outputSchemaId && schemas !== undefined ? `,"schema_id":${schemas.version}` : '',
    ].join('');
    this.lastIndex = options.outputCommitInfo ? lastRowOf(transaction) : -1;
  }
}

/** Nobody knows it before all row events were walked: the log says only that one is the last of its statement. */
function lastRowOf({ entries }: Transaction): number {
  let last = -1;
  let count = 0;
  for (const entry of entries) {
    if (entry.kind === 'rows') {
      for (const cursor = entry.cursor(); cursor.next(); ) last = count++;
    } else count++;
  }
  return last;
}

const XOFFSET = Buffer.from(',"xoffset":');
const COMMIT = Buffer.from(',"commit":true');
/** An offset in the transaction, and the brace. */
const FRAME_BYTES_MAX = 40;
const CLOSE = 0x7d;

interface RowsFacts {
  readonly rows: Rows;
  readonly options: MaxwellOptions;
  readonly facts: TransactionFacts;
  readonly table: MaxwellTable;
}

class MaxwellRows implements RowsWriter {
  readonly #rows: RowsFacts;
  readonly #head: Buffer;
  readonly #tail: Buffer;
  readonly #isPart: boolean;

  constructor(all: RowsFacts) {
    const { rows, options, facts, table } = all;
    const { event, op } = rows;
    this.#rows = all;
    this.#isPart = op === 'delete' && shapeOf(event.type).op === 'update';
    const query = options.outputRowQuery ? queryMember(rows.query, options) : '';
    this.#head = Buffer.concat([
      table.head,
      Buffer.from(`${query},"type":"${op}","ts":${event.timestamp}${facts.xid}`),
    ]);
    const { file } = facts.transaction.prepared?.span ?? facts.transaction.span;
    const position = options.outputBinlogPosition ? `,"position":${JSON.stringify(`${file}:${event.start}`)}` : '';
    this.#tail = Buffer.from(position + facts.tail);
  }

  bytesMax(cursor: RowCursor): number {
    const { table, options } = this.#rows;
    const names = options.outputPrimaryKeyColumns ? Buffer.byteLength(table.primaryKeyColumns) : 0;
    return this.#head.length + this.#tail.length + FRAME_BYTES_MAX + names + table.bytesMax(cursor);
  }

  key(out: Buffer, at: number, cursor: RowCursor): number {
    return this.#rows.table.key(out, at, cursor);
  }

  value(out: Buffer, at: number, cursor: RowCursor, index: number): number {
    const { rows, options, facts, table } = this.#rows;
    requireWholeDocuments(cursor, rows.table);
    out.set(this.#head, at);
    let to = at + this.#head.length;
    const row = index - facts.parts;
    if (row === facts.lastIndex && !this.#isPart) to = copyShort(COMMIT, out, to);
    else if (options.outputCommitInfo && options.outputXoffset) {
      to = writeNumber(out, copyShort(XOFFSET, out, to), row);
    }
    if (this.#isPart) facts.parts++;
    to = copyShort(this.#tail, out, to);
    if (options.outputPrimaryKeys) to = table.primaryKey(out, to, cursor);
    if (options.outputPrimaryKeyColumns) to += out.write(table.primaryKeyColumns, to);
    to = table.data(out, to, cursor);
    out[to] = CLOSE;
    return to + 1;
  }
}

function queryMember(query: string | undefined, { rowQueryMaxLength }: MaxwellOptions): string {
  if (query === undefined) return '';
  return `,"query":${JSON.stringify(rowQueryMaxLength > 0 ? query.slice(0, rowQueryMaxLength) : query)}`;
}

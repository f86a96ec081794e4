import { copyShort, writeAscii, writeNumber } from '../../column/ascii-write.js';
import type { RowCursor, Rows, Transaction } from '../../core/transaction.js';
import type { Format, RowsWriter } from '../format.js';
import { requireWholeDocuments } from '../whole-documents.js';
import { KEY_CHANGE, OPS, splitAtRow } from './debezium.js';
import type { CloudeventsOptions } from './options.js';
import { RowNumbers } from './row-numbers.js';
import { rowsSource, type Source } from './source.js';
import { type DebeziumTable, debeziumTables, headOf } from './table.js';

/**
 * CloudEvents 1.0 in structured JSON, as Debezium’s converter makes them of its envelope: what `source` says as
 * attributes, the images as data. Numbers of 64 bits are strings, which attributes of CloudEvents have no type for.
 */
export function cloudeventsFormat(options: CloudeventsOptions): Format {
  // The key is Kafka’s and no part of the event.
  const tableOf = debeziumTables({ ...options, schemasEnable: false });
  const numbers = new RowNumbers();
  return {
    tombstones: options.tombstonesOnDelete,
    keyChange: KEY_CHANGE,
    rows: (transaction, rows) =>
      new CloudeventRows(transaction, rows, { table: tableOf(rows.table), options, row: numbers.of(rows) }),
    statement: () => [],
  };
}

interface EventFacts {
  readonly table: DebeziumTable;
  readonly options: CloudeventsOptions;
  readonly row: () => number;
}

const AFTER = Buffer.from(',"after":');
const NUMBER_BYTES_MAX = 16;

class CloudeventRows implements RowsWriter {
  readonly #table: DebeziumTable;
  readonly #rows: Rows;
  readonly #row: () => number;
  readonly #upToRow: Buffer;
  readonly #behindRow: Buffer;
  readonly #tail: string;

  constructor(transaction: Transaction, rows: Rows, { table, options, row }: EventFacts) {
    const source = rowsSource(transaction, rows, { ...options, includeQuery: false });
    const [upToRow, behindRow] = splitAtRow(attributes(source, OPS[rows.op]));
    const schema = options.schemasEnable ? headOf(dataSchema(table, source.connector)) : '';
    this.#table = table;
    this.#rows = rows;
    this.#row = row;
    this.#upToRow = Buffer.from(upToRow);
    this.#behindRow = Buffer.from(`${behindRow},"data":${schema}{"before":`);
    this.#tail = options.schemasEnable ? '}}}' : '}}';
  }

  bytesMax(cursor: RowCursor): number {
    const constant = this.#upToRow.length + this.#behindRow.length + AFTER.length + this.#tail.length;
    return this.#table.bytesMax(cursor) + constant + NUMBER_BYTES_MAX;
  }

  key(out: Buffer, at: number, cursor: RowCursor): number {
    return this.#table.key(out, at, cursor);
  }

  value(out: Buffer, at: number, cursor: RowCursor): number {
    if (cursor.diffs !== null) requireWholeDocuments(cursor, this.#rows.table);
    out.set(this.#upToRow, at);
    let to = writeNumber(out, at + this.#upToRow.length, this.#row());
    out.set(this.#behindRow, to);
    to = this.#table.image(out, to + this.#behindRow.length, cursor.before);
    to = this.#table.image(out, copyShort(AFTER, out, to), cursor.after);
    return writeAscii(out, to, this.#tail);
  }
}

/** All attributes, without the brace that ends the event. */
function attributes(source: Source, op: string): string {
  const { connector, name, file, pos, ts_ms } = source;
  const own = {
    id: `name:${name};file:${file};pos:${pos}`,
    source: `/debezium/${connector}/${name}`,
    specversion: '1.0',
    type: `io.debezium.connector.${connector}.DataChangeEvent`,
    time: new Date(ts_ms).toISOString(),
    datacontenttype: 'application/json',
    iodebeziumop: op,
  };
  const extensions = Object.entries(source).map(([field, value]) => {
    const isLong = typeof value === 'bigint' || (typeof value === 'number' && field !== 'row');
    return [`iodebezium${field.replaceAll('_', '')}`, isLong ? String(value) : value];
  });
  const places = { iodebeziumtxid: null, iodebeziumtxtotalorder: null, iodebeziumtxdatacollectionorder: null };
  return JSON.stringify({ ...own, ...Object.fromEntries(extensions), ...places }).slice(0, -1);
}

function dataSchema({ rowSchema }: DebeziumTable, connector: string): Parameters<typeof headOf>[0] {
  return {
    type: 'struct',
    fields: [
      { ...rowSchema, field: 'before' },
      { ...rowSchema, field: 'after' },
    ],
    optional: false,
    name: `io.debezium.connector.${connector}.Data`,
  };
}

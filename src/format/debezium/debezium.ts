import { copy, copyShort, writeAscii, writeNumber } from '../../column/ascii-write.js';
import type { RawEvent } from '../../core/event.js';
import type { Table } from '../../core/table.js';
import type { RowCursor, Rows, Transaction } from '../../core/transaction.js';
import type { Format, RowsWriter } from '../format.js';
import { requireWholeDocuments } from '../whole-documents.js';
import { jsonRecord } from './connect-record.js';
import { type ConnectSchema, optional, required, topicName } from './connect-schema.js';
import { heartbeat } from './heartbeat.js';
import type { DebeziumOptions, ValueOptions } from './options.js';
import { BLOCK_FIELD, boundary, Places } from './places.js';
import { RowNumbers } from './row-numbers.js';
import { schemaChange } from './schema-change.js';
import { type Connector, connectorOf, rowsSource, sourceField, sourceText } from './source.js';
import { type DebeziumTable, debeziumTables, headOf, perTable } from './table.js';

/** Header names by which the two records of a changed key know each other. */
export const KEY_CHANGE = { oldKey: '__debezium.oldkey', newKey: '__debezium.newkey' };

export const OPS = { insert: 'c', update: 'u', delete: 'd' } as const satisfies Record<Rows['op'], string>;

/**
 * Debezium's envelope:
 *
 *   {"before":{…},"after":{…},"source":{…},"transaction":null,"op":"u","ts_ms":…,"ts_us":…,"ts_ns":…}
 *
 * `nowMs` is what the clock says, for the times of processing.
 */
export function debeziumFormat(options: DebeziumOptions, nowMs: () => number = Date.now): Format {
  const tableOf = debeziumTables(options);
  const numbers = new RowNumbers();
  const places = options.provideTransactionMetadata ? new Places() : null;
  const sources = new EventSources(options);
  const headOfMysql = perTable((table) => envelopeHead(table, tableOf(table), options, 'mysql'));
  const headOfMariadb = perTable((table) => envelopeHead(table, tableOf(table), options, 'mariadb'));
  return {
    tombstones: options.tombstonesOnDelete,
    keyChange: KEY_CHANGE,
    rows: (transaction, rows) =>
      new EnvelopeRows(transaction, rows, {
        table: tableOf(rows.table),
        head: (connectorOf(transaction) === 'mysql' ? headOfMysql : headOfMariadb)(rows.table),
        source: sources.of(transaction, rows),
        schemasEnable: options.schemasEnable,
        timeMs: nowMs(),
        row: numbers.of(rows),
        places,
      }),
    statement(transaction, statement) {
      if (!options.includeSchemaChanges) return [];
      const record = schemaChange(transaction, statement, { ...options, timeMs: nowMs() });
      return record === null ? [] : [jsonRecord(record, options)];
    },
    ...(places !== null && {
      begin: (transaction: Transaction) => jsonRecord(boundary(transaction, null), options),
      end: (transaction: Transaction, counts: ReadonlyMap<Table, number>) =>
        jsonRecord(boundary(transaction, counts), options),
    }),
    heartbeat: (_, timeMs) => jsonRecord(heartbeat(timeMs, options), options),
  };
}

interface EventFacts {
  readonly table: DebeziumTable;
  /** Up to the value of `before`. */
  readonly head: Buffer;
  readonly source: EventSource;
  readonly schemasEnable: boolean;
  readonly timeMs: number;
  readonly row: () => number;
  readonly places: Places | null;
}

const AFTER = Buffer.from(',"after":');
const NO_BEFORE = Buffer.from('null,"after":');
const NOTHING = Buffer.alloc(0);
/** The row number, and the place in the transaction without its id. */
const NUMBERS_BYTES_MAX = 96;
/** An XA transaction's GTID, or a file name. */
const ID_BYTES_MAX = 1024;

class EnvelopeRows implements RowsWriter {
  readonly #table: DebeziumTable;
  readonly #transaction: Transaction;
  readonly #logged: Table;
  readonly #facts: EventFacts;
  readonly #head: Buffer;
  readonly #source: Buffer;
  /** Behind the row number, up to the place in the transaction; and all behind that: nothing where there is no place. */
  readonly #behindRow: Buffer;
  readonly #tail: Buffer;

  constructor(transaction: Transaction, rows: Rows, facts: EventFacts) {
    const { timeMs } = facts;
    this.#table = facts.table;
    this.#transaction = transaction;
    this.#logged = rows.table;
    this.#facts = facts;
    this.#head = facts.head;
    this.#source = facts.source.upToRow;
    const times = `"ts_ms":${timeMs},"ts_us":${timeMs}000,"ts_ns":${timeMs}000000`;
    const tail = `,"op":"${OPS[rows.op]}",${times}}${facts.schemasEnable ? '}' : ''}`;
    const { behindRow } = facts.source;
    this.#behindRow = Buffer.from(facts.places === null ? behindRow + tail : behindRow);
    this.#tail = facts.places === null ? NOTHING : Buffer.from(tail);
  }

  bytesMax(cursor: RowCursor): number {
    const constant = this.#head.length + this.#source.length + this.#behindRow.length + this.#tail.length;
    return this.#table.bytesMax(cursor) + constant + NO_BEFORE.length + NUMBERS_BYTES_MAX + ID_BYTES_MAX;
  }

  key(out: Buffer, at: number, cursor: RowCursor): number {
    return this.#table.key(out, at, cursor);
  }

  value(out: Buffer, at: number, cursor: RowCursor): number {
    if (cursor.diffs !== null) requireWholeDocuments(cursor, this.#logged);
    const { row, places } = this.#facts;
    const { before, after } = cursor;
    let to = copy(this.#head, out, at);
    if (before === null) to = copyShort(NO_BEFORE, out, to);
    else to = copyShort(AFTER, out, this.#table.image(out, to, before));
    to = this.#table.image(out, to, after);
    out.set(this.#source, to);
    to = writeNumber(out, to + this.#source.length, row());
    out.set(this.#behindRow, to);
    to += this.#behindRow.length;
    if (places === null) return to;
    to = writeAscii(out, to, JSON.stringify(places.next(this.#transaction, this.#logged)));
    return copy(this.#tail, out, to);
  }
}

interface EventSource {
  /** `,"source":{` … `"row":` */
  readonly upToRow: Buffer;
  /** … `},"transaction":`, with its null where there is no metadata. */
  readonly behindRow: string;
}

/** Made once for an event, which has up to three writers where keys may change. */
class EventSources {
  readonly #options: DebeziumOptions;
  #rows: RawEvent | null = null;
  #made: EventSource | null = null;

  constructor(options: DebeziumOptions) {
    this.#options = options;
  }

  of(transaction: Transaction, rows: Rows): EventSource {
    if (this.#made === null || this.#rows !== rows.event) {
      this.#rows = rows.event;
      this.#made = this.#make(transaction, rows);
    }
    return this.#made;
  }

  #make(transaction: Transaction, rows: Rows): EventSource {
    const [upToRow, behindRow] = splitAtRow(sourceText(rowsSource(transaction, rows, this.#options)));
    const place = this.#options.provideTransactionMetadata ? '' : 'null';
    return {
      upToRow: Buffer.from(`,"source":${upToRow}`),
      behindRow: `${behindRow},"transaction":${place}`,
    };
  }
}

/** Around the number of the row, all that is not the same for a whole event. */
export function splitAtRow(source: string): [string, string] {
  const end = source.lastIndexOf('row":0,') + 'row":'.length;
  return [source.slice(0, end), source.slice(end + 1)];
}

function envelopeHead(table: Table, { rowSchema }: DebeziumTable, options: ValueOptions, connector: Connector): Buffer {
  if (!options.schemasEnable) return Buffer.from('{"before":');
  return Buffer.from(`${headOf(envelopeSchema(table, rowSchema, { options, connector }))}{"before":`);
}

export function envelopeSchema(
  table: Table,
  rowSchema: ConnectSchema,
  { options, connector }: { options: ValueOptions; connector: Connector },
): ConnectSchema {
  return {
    type: 'struct',
    fields: [
      { ...rowSchema, field: 'before' },
      { ...rowSchema, field: 'after' },
      sourceField(connector),
      BLOCK_FIELD,
      required('string', 'op'),
      optional('int64', 'ts_ms'),
      optional('int64', 'ts_us'),
      optional('int64', 'ts_ns'),
    ],
    optional: false,
    name: `${topicName(options, table.schema, table.name)}.Envelope`,
    version: 2,
  };
}

import { formatGtid, isMariaGtid } from '../../core/gtid.js';
import type { Rows, Statement, Transaction } from '../../core/transaction.js';
import { type ConnectField, optional, required } from './connect-schema.js';
import type { ValueOptions } from './options.js';

/** Of Debezium whose form this is: consumers that look at it see what they know. */
const VERSION = '3.6.1.Final';
const SECOND_US = 1_000_000;

/** What `source` says, in its order; its fields are made of it one by one. */
export interface Source {
  readonly version: string;
  readonly connector: string;
  readonly name: string;
  readonly ts_ms: number;
  readonly snapshot: 'false';
  readonly db: string;
  readonly sequence: null;
  readonly ts_us: number;
  /** Of more digits than a number holds. */
  readonly ts_ns: bigint;
  readonly table: string | null;
  readonly server_id: number;
  readonly gtid: string | null;
  readonly file: string;
  readonly pos: number;
  readonly row: number;
  readonly thread: number | null;
  readonly query: string | null;
}

export type Connector = 'mysql' | 'mariadb';

export function connectorOf({ gtid }: Transaction): Connector {
  return gtid !== null && isMariaGtid(gtid) ? 'mariadb' : 'mysql';
}

/** The commit where the log has its microseconds, else the second that the event has. */
export function timeUsOf({ committedAtUs }: Transaction, { event }: Rows | Statement): number {
  return committedAtUs % SECOND_US === 0 ? event.timestamp * SECOND_US : committedAtUs;
}

export function rowsSource(
  transaction: Transaction,
  rows: Rows,
  { topicPrefix, includeQuery }: Pick<ValueOptions, 'topicPrefix'> & { includeQuery: boolean },
): Source {
  const { table, query } = rows;
  return {
    ...commonSource(transaction, rows, { topicPrefix, timeUs: timeUsOf(transaction, rows) }),
    db: table.schema,
    table: table.name,
    // Debezium has it of MySQL only.
    thread: connectorOf(transaction) === 'mysql' ? (transaction.threadId ?? null) : null,
    query: includeQuery ? (query ?? null) : null,
  };
}

export function commonSource(
  transaction: Transaction,
  entry: Rows | Statement,
  { topicPrefix, timeUs }: { topicPrefix: string; timeUs: number },
): Source {
  const { gtid, span } = transaction;
  return {
    version: VERSION,
    connector: connectorOf(transaction),
    name: topicPrefix,
    ts_ms: Math.floor(timeUs / 1000),
    snapshot: 'false',
    db: '',
    sequence: null,
    ts_us: timeUs,
    ts_ns: BigInt(timeUs) * 1000n,
    table: null,
    server_id: entry.event.serverId,
    gtid: gtid === null ? null : formatGtid(gtid),
    file: span.file,
    pos: entry.event.start,
    row: 0,
    thread: null,
    query: null,
  };
}

/** In the order of SOURCE_FIELDS, which is that of Debezium. */
export function sourceText(source: Source): string {
  let text = '';
  for (const { field, head } of SOURCE_HEADS) text += head + valueText(source[field]);
  return `${text}}`;
}

function valueText(value: string | number | bigint | null): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

const SNAPSHOTS = 'true,first,first_in_data_collection,last_in_data_collection,last,false,incremental';

export function sourceField(connector: string): ConnectField {
  return {
    type: 'struct',
    fields: SOURCE_FIELDS,
    optional: false,
    name: `io.debezium.connector.${connector}.Source`,
    version: 1,
    field: 'source',
  };
}

const SOURCE_FIELDS: readonly ConnectField[] = [
  required('string', 'version'),
  required('string', 'connector'),
  required('string', 'name'),
  required('int64', 'ts_ms'),
  {
    type: 'string',
    optional: true,
    name: 'io.debezium.data.Enum',
    version: 1,
    parameters: { allowed: SNAPSHOTS },
    default: 'false',
    field: 'snapshot',
  },
  required('string', 'db'),
  optional('string', 'sequence'),
  optional('int64', 'ts_us'),
  optional('int64', 'ts_ns'),
  optional('string', 'table'),
  required('int64', 'server_id'),
  optional('string', 'gtid'),
  required('string', 'file'),
  required('int64', 'pos'),
  required('int32', 'row'),
  optional('int64', 'thread'),
  optional('string', 'query'),
];

/** What stands in front of each value. */
const SOURCE_HEADS = SOURCE_FIELDS.map(({ field }, i) => ({
  field: field as keyof Source,
  head: `${i === 0 ? '{' : ','}"${field}":`,
}));

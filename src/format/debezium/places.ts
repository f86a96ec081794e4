import { formatGtid } from '../../core/gtid.js';
import type { Table } from '../../core/table.js';
import type { Transaction } from '../../core/transaction.js';
import type { ConnectRecord, RecordSchemas } from './connect-record.js';
import { type ConnectField, type ConnectSchema, optional, required } from './connect-schema.js';
import { inHashOrder } from './hash-order.js';

export const BLOCK_FIELD: ConnectField = {
  type: 'struct',
  fields: [required('string', 'id'), required('int64', 'total_order'), required('int64', 'data_collection_order')],
  optional: true,
  name: 'event.block',
  version: 1,
  field: 'transaction',
};

/** In the order of its fields. */
export type Place = { readonly id: string; readonly total_order: number; readonly data_collection_order: number };

/** Each record's place in its transaction and among those of its table, from 1. */
export class Places {
  #transaction: Transaction | null = null;
  #id = '';
  #total = 0;
  readonly #ofTables = new Map<string, number>();

  /** Of the next record. */
  next(transaction: Transaction, table: Table): Place {
    if (this.#transaction !== transaction) {
      this.#transaction = transaction;
      this.#id = transactionId(transaction);
      this.#total = 0;
      this.#ofTables.clear();
    }
    const name = nameOf(table);
    const ofTable = (this.#ofTables.get(name) ?? 0) + 1;
    this.#ofTables.set(name, ofTable);
    this.#total++;
    return { id: this.#id, total_order: this.#total, data_collection_order: ofTable };
  }
}

const nameOf = ({ schema, name }: Table): string => `${schema}.${name}`;

function transactionId({ gtid, span }: Transaction): string {
  return gtid === null ? `file=${span.file},pos=${span.start}` : formatGtid(gtid);
}

const KEY_SCHEMA: ConnectSchema = {
  type: 'struct',
  fields: [required('string', 'id')],
  optional: false,
  name: 'io.debezium.connector.common.TransactionMetadataKey',
  version: 1,
};
const VALUE_SCHEMA: ConnectSchema = {
  type: 'struct',
  fields: [
    required('string', 'status'),
    required('string', 'id'),
    optional('int64', 'event_count'),
    {
      type: 'array',
      items: {
        type: 'struct',
        fields: [required('string', 'data_collection'), required('int64', 'event_count')],
        optional: true,
        name: 'event.collection',
        version: 1,
      },
      optional: true,
      field: 'data_collections',
    },
    required('int64', 'ts_ms'),
  ],
  optional: false,
  name: 'io.debezium.connector.common.TransactionMetadataValue',
  version: 1,
};

export const BOUNDARY_SCHEMAS: RecordSchemas = { keySchema: KEY_SCHEMA, valueSchema: VALUE_SCHEMA };

/** BEGIN without `counts`, else END. */
export function boundary(transaction: Transaction, counts: ReadonlyMap<Table, number> | null): ConnectRecord {
  const id = transactionId(transaction);
  const collections = inHashOrder(
    [...(counts ?? [])].map(([table, count]) => ({ data_collection: nameOf(table), event_count: count })),
    (each) => each.data_collection,
  );
  const value = {
    status: counts === null ? 'BEGIN' : 'END',
    id,
    event_count: counts === null ? null : collections.reduce((sum, each) => sum + each.event_count, 0),
    data_collections: counts === null ? null : collections,
    ts_ms: Math.floor(transaction.committedAtUs / 1000),
  };
  return { ...BOUNDARY_SCHEMAS, key: { id }, value };
}

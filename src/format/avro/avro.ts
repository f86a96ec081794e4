import avro, { type Schema } from 'avsc';
import { locateError, RowtideError } from '../../core/errors.js';
import { formatGtid } from '../../core/gtid.js';
import type { Table } from '../../core/table.js';
import type { Rows, Transaction } from '../../core/transaction.js';
import { keySchema, rowSchema } from '../debezium/connect-schema.js';
import { envelopeSchema, KEY_CHANGE } from '../debezium/debezium.js';
import { heartbeat } from '../debezium/heartbeat.js';
import type { AvroOptions } from '../debezium/options.js';
import { boundary, Places } from '../debezium/places.js';
import { RowNumbers } from '../debezium/row-numbers.js';
import { schemaChange } from '../debezium/schema-change.js';
import { type Connector, connectorOf } from '../debezium/source.js';
import { perTable } from '../debezium/table.js';
import type { Destination, Format, OtherDestination, OtherRecords } from '../format.js';
import type { SchemaRegistry } from '../registry.js';
import { type Encoding, jsonEncoding, type RecordSchemas, type SchemaIds, wireEncoding } from './encoding.js';
import { EnvelopeRows } from './envelope.js';
import { adjusted } from './names.js';
import { OtherRecordsWriter } from './other-records.js';
import { avroSchema } from './schema.js';
import { EventSources } from './source.js';
import { AvroTable } from './table.js';

export interface AvroContext {
  /** Without one there are lines of Avro’s JSON encoding. */
  readonly registry?: SchemaRegistry | undefined;
  /** What the clock says, for the times of processing. */
  readonly nowMs?: () => number;
}

/**
 * Debezium’s envelope in Avro, as Confluent’s AvroConverter makes it: binary with the number of a registered schema in
 * front, or JSON where there is no registry.
 */
export function avroFormat(options: AvroOptions, { registry, nowMs = Date.now }: AvroContext = {}): Format {
  const cellsOf = perTable((table) => new AvroTable(table, { ...options, schemasEnable: false }));
  const schemas = {
    mysql: perTable((table) => schemasOf(table, options, 'mysql')),
    mariadb: perTable((table) => schemasOf(table, options, 'mariadb')),
  };
  const lines = {
    mysql: perTable((table) => jsonEncoding(schemas.mysql(table))),
    mariadb: perTable((table) => jsonEncoding(schemas.mariadb(table))),
  };
  const registered = new WeakMap<Table, Encoding>();
  const encodingOf = (connector: Connector, table: Table): Encoding => {
    if (registry === undefined) return lines[connector](table);
    const encoding = registered.get(table);
    if (encoding === undefined) throw new Error(`prepare comes before rows: ${nameOf(table)}`);
    return encoding;
  };
  const others = new OtherRecordsWriter(registry);
  const numbers = new RowNumbers();
  const sources = new EventSources(options);
  const places = options.provideTransactionMetadata ? new Places() : null;
  return {
    tombstones: options.tombstonesOnDelete,
    keyChange: KEY_CHANGE,
    ...(registry !== undefined && {
      async prepare(rows: Rows, to: Destination) {
        const made = schemas[connectorOf(to.transaction)](rows.table);
        registered.set(rows.table, wireEncoding(await registerRows(registry, made, { rows, to })));
      },
      prepareOther: (kind: OtherRecords, to: OtherDestination) => others.prepare(registry, kind, to),
    }),
    rows: (transaction, rows) =>
      encodingOf(connectorOf(transaction), rows.table).rows(
        new EnvelopeRows(transaction, rows, {
          table: cellsOf(rows.table),
          source: sources.of(transaction, rows),
          timeMs: nowMs(),
          row: numbers.of(rows),
          places,
        }),
      ),
    statement(transaction, statement) {
      if (!options.includeSchemaChanges) return [];
      const record = schemaChange(transaction, statement, { ...options, timeMs: nowMs() });
      return record === null ? [] : [others.record(record)];
    },
    ...(places !== null && {
      begin: (transaction: Transaction) => others.record(boundary(transaction, null)),
      end: (transaction: Transaction, counts: ReadonlyMap<Table, number>) =>
        others.record(boundary(transaction, counts)),
    }),
    heartbeat: (_, timeMs) => others.record(heartbeat(timeMs, options)),
  };
}

const nameOf = ({ schema, name }: Table): string => `${schema}.${name}`;

interface TableSchemas extends RecordSchemas {
  readonly keyName: string;
  readonly valueName: string;
}

function schemasOf(table: Table, options: AvroOptions, connector: Connector): TableSchemas {
  const values = { ...options, schemasEnable: false };
  const key = adjusted(keySchema(table, values), options);
  const value = adjusted(envelopeSchema(table, rowSchema(table, values), { options: values, connector }), options);
  const schemas = { key: table.primaryKey.length === 0 ? null : avroSchema(key), value: avroSchema(value) };
  refuseInvalid(table, schemas, options);
  return { ...schemas, keyName: key.name!, valueName: value.name! };
}

/** As Avro itself checks them: two fields of one name, for example, are not a record. */
function refuseInvalid(table: Table, { key, value }: RecordSchemas, options: AvroOptions): void {
  try {
    for (const schema of [key ?? 'null', value]) avro.Type.forSchema(schema as Schema);
  } catch (error) {
    throw new RowtideError(
      'EVENT_UNSUPPORTED',
      `table ${nameOf(table)} has no schema in Avro: ${(error as Error).message}`,
      {
        hint:
          options.fieldNameAdjustmentMode === 'avro'
            ? 'Set fieldNameAdjustmentMode: avro_unicode, or leave a column out with columns.drop.'
            : 'Leave a column out with columns.drop.',
        cause: error,
      },
    );
  }
}

interface RowsPlace {
  readonly rows: Rows;
  readonly to: Destination;
}

async function registerRows(registry: SchemaRegistry, schemas: TableSchemas, place: RowsPlace): Promise<SchemaIds> {
  const { key, value, keyName, valueName } = schemas;
  const { topic, signal } = place.to;
  try {
    const [keyId, valueId] = await Promise.all([
      key === null ? 0 : registry.id({ topic, part: 'key', record: keyName }, JSON.stringify(key), signal),
      registry.id({ topic, part: 'value', record: valueName }, JSON.stringify(value), signal),
    ]);
    return { key: keyId, value: valueId };
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    throw locateError(error, placeOf(place));
  }
}

/** Names the table, where its rows were logged, and what changed it, as far as that was seen. */
function placeOf({ rows, to: { transaction, statement } }: RowsPlace): string {
  const { gtid, span } = transaction;
  const at = gtid === null ? `${span.file}:${span.start}` : `GTID ${formatGtid(gtid)}, ${span.file}:${span.start}`;
  const cause = statement === undefined ? '' : ` behind ${statement}`;
  return `table ${nameOf(rows.table)} as of ${at}${cause}`;
}

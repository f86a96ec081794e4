import type { ConnectRecord, RecordSchemas } from '../debezium/connect-record.js';
import { HEARTBEAT_SCHEMAS } from '../debezium/heartbeat.js';
import { BOUNDARY_SCHEMAS } from '../debezium/places.js';
import { schemaChangeSchemas } from '../debezium/schema-change.js';
import { connectorOf } from '../debezium/source.js';
import type { FormattedRecord, OtherDestination, OtherRecords } from '../format.js';
import type { SchemaRegistry } from '../registry.js';
import { connectBytes } from './connect-value.js';
import { type Encoding, jsonEncoding, wireEncoding } from './encoding.js';
import { avroSchema } from './schema.js';

/** Schema changes, transaction metadata and heartbeats, whose names need no adjustment. */
export class OtherRecordsWriter {
  readonly #registry: SchemaRegistry | undefined;
  /** By the name of the schema of the value. */
  readonly #encodings = new Map<string, Encoding>();

  constructor(registry: SchemaRegistry | undefined) {
    this.#registry = registry;
  }

  async prepare(registry: SchemaRegistry, kind: OtherRecords, to: OtherDestination): Promise<void> {
    const { keySchema, valueSchema } = schemasOf(kind, to);
    if (this.#encodings.has(valueSchema.name!)) return;
    const { topic, signal } = to;
    const [key, value] = await Promise.all([
      registry.id({ topic, part: 'key', record: keySchema.name! }, JSON.stringify(avroSchema(keySchema)), signal),
      registry.id({ topic, part: 'value', record: valueSchema.name! }, JSON.stringify(avroSchema(valueSchema)), signal),
    ]);
    this.#encodings.set(valueSchema.name!, wireEncoding({ key, value }));
  }

  record(record: ConnectRecord): FormattedRecord {
    const { keySchema, key, valueSchema, value } = record;
    return this.#encodingOf(record).record(connectBytes(keySchema, key), connectBytes(valueSchema, value));
  }

  #encodingOf({ keySchema, valueSchema }: RecordSchemas): Encoding {
    const known = this.#encodings.get(valueSchema.name!);
    if (known !== undefined) return known;
    if (this.#registry !== undefined) throw new Error(`prepareOther comes before ${valueSchema.name}`);
    const made = jsonEncoding({ key: avroSchema(keySchema), value: avroSchema(valueSchema) });
    this.#encodings.set(valueSchema.name!, made);
    return made;
  }
}

function schemasOf(kind: OtherRecords, { transaction }: OtherDestination): RecordSchemas {
  switch (kind) {
    case 'statement':
      return schemaChangeSchemas(transaction === null ? 'mysql' : connectorOf(transaction));
    case 'transaction':
      return BOUNDARY_SCHEMAS;
    case 'heartbeat':
      return HEARTBEAT_SCHEMAS;
  }
}

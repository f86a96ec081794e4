import type { ConnectField, ConnectSchema } from '../debezium/connect-schema.js';

/** A schema of Avro in JSON, members in the order in which Avro's own library writes them. */
export type AvroSchema = string | AvroType | readonly AvroSchema[];

export interface AvroType {
  readonly type: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly fields?: readonly AvroField[];
  readonly items?: AvroSchema;
  readonly [property: string]: unknown;
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly default?: string | null;
}

/**
 * What Confluent's AvroData makes of a schema of Kafka Connect: what Avro has no word for in properties `connect.…`, an
 * optional type as its union with null. A record that occurs again is named.
 */
export function avroSchema(schema: ConnectSchema): AvroSchema {
  return typeOf(schema, { namespace: null, known: new Set() });
}

interface Context {
  /** Of the record around. */
  readonly namespace: string | null;
  /** Full names of records that were described before. */
  readonly known: Set<string>;
}

function typeOf(schema: ConnectSchema, context: Context): AvroSchema {
  const type = schema.type === 'struct' ? recordOf(schema, context) : plainType(schema, context);
  if (!schema.optional) return type;
  // The default of a union is of its first type.
  return schema.default === undefined ? ['null', type] : [type, 'null'];
}

const PRIMITIVES: Readonly<Record<string, string>> = { int16: 'int', int32: 'int', int64: 'long' };

function plainType(schema: ConnectSchema, context: Context): AvroSchema {
  const type = PRIMITIVES[schema.type] ?? schema.type;
  const items = schema.items === undefined ? {} : { items: typeOf(schema.items, context) };
  const made = { type, ...items, ...digitsOf(schema), ...connectProperties(schema), ...logicalType(schema) };
  return Object.keys(made).length === 1 ? type : made;
}

function recordOf(schema: ConnectSchema, { namespace, known }: Context): AvroSchema {
  const full = schema.name ?? 'io.confluent.connect.avro.ConnectDefault';
  const point = full.lastIndexOf('.');
  const [space, name] = [full.slice(0, Math.max(point, 0)), full.slice(point + 1)];
  if (known.has(full)) return space === namespace ? name : full;
  known.add(full);
  const own = { namespace: space, known };
  return {
    type: 'record',
    name,
    ...(space !== (namespace ?? '') && { namespace: space }),
    fields: (schema.fields ?? []).map((field) => fieldOf(field, own)),
    ...connectProperties(schema),
  };
}

function fieldOf(field: ConnectField, context: Context): AvroField {
  const type = typeOf(field, context);
  if (field.default !== undefined) return { name: field.field, type, default: field.default };
  return { name: field.field, type, ...(field.optional && { default: null }) };
}

const DECIMAL = 'org.apache.kafka.connect.data.Decimal';

function digitsOf({ name, parameters }: ConnectSchema): object {
  if (name !== DECIMAL) return {};
  return { scale: Number(parameters?.scale), precision: Number(parameters?.['connect.decimal.precision']) };
}

function connectProperties({ type, name, version, doc, parameters, default: value }: ConnectSchema): object {
  return {
    ...(doc !== undefined && { 'connect.doc': doc }),
    ...(version !== undefined && { 'connect.version': version }),
    ...(parameters !== undefined && { 'connect.parameters': parameters }),
    ...(value !== undefined && { 'connect.default': value }),
    ...(name !== undefined && { 'connect.name': name }),
    ...(type === 'int16' && { 'connect.type': type }),
  };
}

const LOGICAL_TYPES: Readonly<Record<string, string>> = {
  [DECIMAL]: 'decimal',
  'org.apache.kafka.connect.data.Date': 'date',
  'org.apache.kafka.connect.data.Time': 'time-millis',
  'org.apache.kafka.connect.data.Timestamp': 'timestamp-millis',
};

function logicalType({ name }: ConnectSchema): object {
  const logical = name === undefined ? undefined : LOGICAL_TYPES[name];
  return logical === undefined ? {} : { logicalType: logical };
}

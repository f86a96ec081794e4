import { type ConnectValue, isList } from '../debezium/connect-record.js';
import type { ConnectSchema } from '../debezium/connect-schema.js';
import { stringBytesMax, writeBigint, writeInt, writeString, writeWhole } from './binary.js';

const SCALAR_BYTES_MAX = 11;

/** The value in Avro's binary encoding. `fields` are read from the value by the names that the schema gives them. */
export function connectBytes(schema: ConnectSchema, value: ConnectValue): Buffer {
  const out = Buffer.allocUnsafe(bytesMaxOf(schema, value));
  return out.subarray(0, writeConnect(out, 0, schema, value));
}

function bytesMaxOf(schema: ConnectSchema, value: ConnectValue): number {
  if (typeof value === 'string') return 1 + stringBytesMax(value);
  if (value === null || typeof value !== 'object') return SCALAR_BYTES_MAX;
  if (isList(value)) return value.reduce((sum: number, each) => sum + bytesMaxOf(schema.items!, each), 12);
  return (schema.fields ?? []).reduce((sum, field) => sum + bytesMaxOf(field, value[field.field] ?? null), 1);
}

function writeConnect(out: Buffer, at: number, schema: ConnectSchema, value: ConnectValue): number {
  if (!schema.optional) return writePresent(out, at, schema, value);
  const nullBranch = schema.default === undefined ? 0 : 1;
  const isNull = value === null;
  const to = writeInt(out, at, isNull ? nullBranch : 1 - nullBranch);
  return isNull ? to : writePresent(out, to, schema, value);
}

function writePresent(out: Buffer, at: number, schema: ConnectSchema, value: ConnectValue): number {
  switch (typeof value) {
    case 'string':
      return writeString(out, at, value);
    case 'number':
      return writeWhole(out, at, value);
    case 'bigint':
      return writeBigint(out, at, value);
    case 'boolean':
      out[at] = value ? 1 : 0;
      return at + 1;
    default:
      return writeParts(out, at, schema, value);
  }
}

function writeParts(out: Buffer, at: number, schema: ConnectSchema, value: ConnectValue & (object | null)): number {
  if (value === null) throw new Error(`null for a ${schema.name ?? schema.type} that is not optional`);
  if (!isList(value)) {
    return (schema.fields ?? []).reduce((to, field) => writeConnect(out, to, field, value[field.field] ?? null), at);
  }
  const from = value.length === 0 ? at : writeInt(out, at, value.length);
  return writeInt(
    out,
    value.reduce((to: number, each) => writeConnect(out, to, schema.items!, each), from),
    0,
  );
}

import type { FormattedRecord } from '../format.js';
import type { ConnectSchema } from './connect-schema.js';
import { headOf } from './table.js';

/** A value of Kafka Connect, a struct by the names of its fields. Not the cells of rows, which are never made values. */
export type ConnectValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly ConnectValue[]
  | { readonly [field: string]: ConnectValue };

/** Of records that are not of rows. */
export interface RecordSchemas {
  readonly keySchema: ConnectSchema;
  readonly valueSchema: ConnectSchema;
}

export interface ConnectRecord extends RecordSchemas {
  readonly key: ConnectValue;
  readonly value: ConnectValue;
}

/** As JsonConverter writes it. */
export function jsonRecord(record: ConnectRecord, { schemasEnable }: { schemasEnable: boolean }): FormattedRecord {
  return {
    key: enveloped(record.keySchema, record.key, schemasEnable),
    value: enveloped(record.valueSchema, record.value, schemasEnable),
  };
}

/** A payload, with its schema if asked for. */
function enveloped(schema: ConnectSchema, payload: ConnectValue, schemasEnable: boolean): Buffer {
  const text = textOf(payload);
  return Buffer.from(schemasEnable ? `${headOf(schema)}${text}}` : text);
}

/** Numbers of 64 bits with all their digits. */
function textOf(value: ConnectValue): string {
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(textOf).join(',')}]`;
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}:${textOf(each)}`)
    .join(',')}}`;
}

export function isList(value: ConnectValue): value is readonly ConnectValue[] {
  return Array.isArray(value);
}

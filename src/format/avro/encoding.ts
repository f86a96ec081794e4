import type { RowCursor } from '../../core/transaction.js';
import type { FormattedRecord, RowsWriter } from '../format.js';
import { avroJson, avroJsonBytesMax } from './json.js';
import type { AvroSchema } from './schema.js';

/** What becomes of keys and values in Avro’s binary encoding. */
export interface Encoding {
  rows(binary: RowsWriter): RowsWriter;
  record(key: Buffer, value: Buffer): FormattedRecord;
}

const MAGIC = 0;
const HEAD_BYTES = 5;

/** Numbers that a registry gave to the schemas of keys and values; 0 where there are no keys. */
export interface SchemaIds {
  readonly key: number;
  readonly value: number;
}

/** Confluent’s wire format: 0, the number of the schema in 4 bytes, the first one first, then the binary encoding. */
export function wireEncoding({ key: keyId, value: valueId }: SchemaIds): Encoding {
  const headed = (id: number, bytes: Buffer): Buffer => {
    const out = Buffer.allocUnsafe(HEAD_BYTES + bytes.length);
    bytes.copy(out, writeHead(out, 0, id));
    return out;
  };
  return {
    rows: (binary) => ({
      bytesMax: (cursor) => 2 * HEAD_BYTES + binary.bytesMax(cursor),
      key(out, at, cursor) {
        const to = binary.key(out, at + HEAD_BYTES, cursor);
        if (to === at + HEAD_BYTES) return at;
        writeHead(out, at, keyId);
        return to;
      },
      value: (out, at, cursor, index) => binary.value(out, writeHead(out, at, valueId), cursor, index),
    }),
    record: (key, value) => ({ key: headed(keyId, key), value: headed(valueId, value) }),
  };
}

function writeHead(out: Buffer, at: number, id: number): number {
  out[at] = MAGIC;
  return out.writeUInt32BE(id, at + 1);
}

/** `key` is null where there are no keys. */
export interface RecordSchemas {
  readonly key: AvroSchema | null;
  readonly value: AvroSchema;
}

const SLACK_BYTES = 8;

/** Avro’s JSON encoding, for lines. */
export function jsonEncoding({ key, value }: RecordSchemas): Encoding {
  const [keyText, valueText] = [avroJson(key ?? 'null'), avroJson(value)];
  const textBytesMax = avroJsonBytesMax([key ?? 'null', value]);
  const binaryOf = (write: (out: Buffer) => number, bytesMax: number): Buffer => {
    const out = Buffer.allocUnsafe(bytesMax + SLACK_BYTES);
    return out.subarray(0, write(out));
  };
  return {
    rows(binary) {
      const bytes = (part: 'key' | 'value', cursor: RowCursor, index: number): Buffer =>
        binaryOf((out) => binary[part](out, 0, cursor, index), binary.bytesMax(cursor));
      return {
        bytesMax: (cursor) => textBytesMax(binary.bytesMax(cursor)),
        key(out, at, cursor) {
          const key = bytes('key', cursor, 0);
          return key.length === 0 ? at : at + out.write(keyText(key), at);
        },
        value: (out, at, cursor, index) => at + out.write(valueText(bytes('value', cursor, index)), at),
      };
    },
    record: (key, value) => ({ key: Buffer.from(keyText(key)), value: Buffer.from(valueText(value)) }),
  };
}

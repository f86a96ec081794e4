/** Avro as avsc reads it: the wire format, and values in the form of Kafka Connect’s JsonConverter. */
import avro, { type Type } from 'avsc';
import { shortestFloat } from '../../../src/column/double-text.js';
import type { RowCursor } from '../../../src/core/transaction.js';
import type { Format, FormattedRecord, RowsWriter } from '../../../src/format/format.js';
import type { SchemaRegistry } from '../../../src/format/registry.js';

/** Numbers of 64 bits, all of them. */
const longType = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer(value: bigint) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

export function typeOf(schema: unknown, { wrapUnions = false } = {}): Type {
  // With properties it is not looked up by its name.
  const typeHook = (each: avro.Schema): Type | undefined => (isLong(each) ? longType : undefined);
  return avro.Type.forSchema(schema as avro.Schema, { typeHook, wrapUnions } as object);
}

const isLong = (schema: avro.Schema): boolean =>
  schema === 'long' || (typeof schema === 'object' && 'type' in schema && schema.type === 'long');

/** Schemas by number, as a registry keeps them. */
export class Schemas implements SchemaRegistry {
  readonly texts: string[] = [];
  readonly #types: Type[] = [];
  readonly #wrapping = new Map<number, Type>();

  async id(_: unknown, schema: string): Promise<number> {
    const known = this.texts.indexOf(schema);
    if (known >= 0) return known + 1;
    this.#types.push(typeOf(JSON.parse(schema)));
    return this.texts.push(schema);
  }

  /** Reads what a record holds, all of it. */
  read(bytes: Buffer): { type: Type; value: unknown } {
    if (bytes[0] !== 0) throw new Error('no magic byte');
    const type = this.#types[bytes.readUInt32BE(1) - 1]!;
    return { type, value: type.fromBuffer(bytes.subarray(5)) };
  }

  /** In Avro’s JSON encoding as avsc writes it, large numbers rounded and zeros without a sign. */
  avroJson(bytes: Buffer): string {
    const id = bytes.readUInt32BE(1);
    const type = this.#wrapping.get(id) ?? typeOf(JSON.parse(this.texts[id - 1]!), { wrapUnions: true });
    this.#wrapping.set(id, type);
    return type.toString(type.fromBuffer(bytes.subarray(5)));
  }

  json(bytes: Buffer): string {
    const { type, value } = this.read(bytes);
    return valueText(type, value);
  }
}

/** Columns of the recorded tables by the names that Avro takes. */
const RENAMED: Readonly<Record<string, string>> = { 'a b': 'a_b', 'q\\"uote': 'q_uote', üml: '_ml' };

/** JSON of a record with these names. */
export function renamed(json: string): string {
  return Object.entries(RENAMED).reduce(
    (text, [column, field]) =>
      text.replaceAll(`"${column}":`, `"${field}":`).replaceAll(`"field":"${column}"`, `"field":"${field}"`),
    // What a topic may be called and a record of Avro may not.
    json.replaceAll('odd_name-t_ble.', 'odd_name_t_ble.'),
  );
}

/** The format with keys and values as JsonConverter writes what is in the Avro. */
export function asJson(format: Format, schemas: Schemas): Format {
  return asText(format, (bytes) => schemas.json(bytes));
}

/** The format with keys and values in hex. */
export function asHex(format: Format): Format {
  return asText(format, (bytes) => bytes.toString('hex'));
}

function asText(format: Format, textOf: (bytes: Buffer) => string): Format {
  const record = ({ key, value }: FormattedRecord): FormattedRecord => ({
    key: key === null ? null : Buffer.from(textOf(key)),
    value: Buffer.from(textOf(value)),
  });
  const orNull = (made: FormattedRecord | null): FormattedRecord | null => (made === null ? null : record(made));
  return {
    ...format,
    rows: (transaction, rows) => textRows(format.rows(transaction, rows), textOf),
    statement: (...given) => format.statement(...given).map(record),
    ...(format.begin && { begin: (transaction) => orNull(format.begin!(transaction)) }),
    ...(format.end && { end: (...given) => orNull(format.end!(...given)) }),
  };
}

const MARGIN_BYTES = 8;

function textRows(writer: RowsWriter, textOf: (bytes: Buffer) => string): RowsWriter {
  const bytesOf = (part: 'key' | 'value', cursor: RowCursor, index: number): Buffer => {
    const bytesMax = writer.bytesMax(cursor);
    const out = Buffer.alloc(bytesMax + MARGIN_BYTES);
    const end = writer[part](out, 0, cursor, index);
    if (end > bytesMax) throw new Error(`${end} bytes, more than it said`);
    return out.subarray(0, end);
  };
  return {
    bytesMax: (cursor) => 10_000 + 12 * writer.bytesMax(cursor),
    key(out, at, cursor) {
      const bytes = bytesOf('key', cursor, 0);
      return bytes.length === 0 ? at : at + out.write(textOf(bytes), at);
    },
    value: (out, at, cursor, index) => at + out.write(textOf(bytesOf('value', cursor, index)), at),
  };
}

export function valueText(type: Type, value: unknown): string {
  if (value === null) return 'null';
  if (avro.Type.isType(type, 'union')) {
    const { types } = type as avro.types.UnwrappedUnionType;
    return valueText(types.find(({ typeName }) => typeName !== 'null')!, value);
  }
  if (avro.Type.isType(type, 'record')) {
    const { fields } = type as avro.types.RecordType;
    const members = fields.map(({ name, type: own }) => [
      name,
      valueText(own, (value as Record<string, unknown>)[name]),
    ]);
    return `{${members.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
  }
  if (avro.Type.isType(type, 'array')) {
    const { itemsType } = type as avro.types.ArrayType;
    return `[${(value as unknown[]).map((item) => valueText(itemsType, item)).join(',')}]`;
  }
  if (typeof value === 'bigint') return String(value);
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString('base64'));
  if (avro.Type.isType(type, 'float')) return floatText(shortestFloat(value as number));
  if (avro.Type.isType(type, 'double')) return floatText(value as number);
  return JSON.stringify(value);
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

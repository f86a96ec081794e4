import { shortestFloat } from '../../column/double-text.js';
import { unreachable } from '../../core/errors.js';
import type { AvroField, AvroSchema, AvroType } from './schema.js';

/**
 * Avro’s JSON encoding of values in its binary encoding: a value of a union as `{"type":value}`, bytes as a string of
 * characters U+0000 to U+00FF. For lines, which nobody can read with a number of a schema in front.
 */
export function avroJson(schema: AvroSchema): (bytes: Buffer) => string {
  const reader = readerOf(schema, { namespace: '', known: new Map() });
  return (bytes) => reader({ bytes, at: 0 });
}

/** How long that may be: a byte of the binary encoding takes up to 6, beside the names of the schema. */
export function avroJsonBytesMax(schema: AvroSchema): (binaryBytes: number) => number {
  const names = 4 * JSON.stringify(schema).length;
  return (binaryBytes) => names + 6 * binaryBytes;
}

interface Input {
  readonly bytes: Buffer;
  at: number;
}

type Reader = (input: Input) => string;

interface Context {
  readonly namespace: string;
  /** By full name; a record that is named before it is read whole does not occur. */
  readonly known: Map<string, Reader>;
}

type Primitive = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string';

function readerOf(schema: AvroSchema, context: Context): Reader {
  if (isUnion(schema)) return unionReader(schema, context);
  if (typeof schema === 'string') return context.known.get(fullName(schema, context)) ?? primitive(schema as Primitive);
  switch (schema.type) {
    case 'record':
      return recordReader(schema, context);
    case 'array':
      return arrayReader(readerOf(schema.items!, context));
    default:
      return primitive(schema.type as Primitive);
  }
}

function recordReader(schema: AvroType, { namespace: around, known }: Context): Reader {
  const namespace = schema.namespace ?? around;
  const fields = (schema.fields ?? []).map(({ name, type }: AvroField) => {
    const read = readerOf(type, { namespace, known });
    const label = `${JSON.stringify(name)}:`;
    return (input: Input): string => label + read(input);
  });
  const reader: Reader = (input) => `{${fields.map((read) => read(input)).join(',')}}`;
  known.set(fullName(schema.name!, { namespace }), reader);
  return reader;
}

function unionReader(branches: readonly AvroSchema[], context: Context): Reader {
  const readers = branches.map((branch): Reader => {
    if (branch === 'null') return () => 'null';
    const read = readerOf(branch, context);
    const label = `{${JSON.stringify(branchName(branch, context))}:`;
    return (input) => `${label}${read(input)}}`;
  });
  return (input) => readers[Number(longAt(input))]!(input);
}

function branchName(branch: AvroSchema, context: Context): string {
  if (isUnion(branch)) throw new Error('a union in a union');
  if (typeof branch === 'string') {
    const full = fullName(branch, context);
    return context.known.has(full) ? full : branch;
  }
  if (branch.type !== 'record') return branch.type;
  return fullName(branch.name!, { namespace: branch.namespace ?? context.namespace });
}

function arrayReader(item: Reader): Reader {
  return (input) => {
    const texts: string[] = [];
    for (let count = longAt(input); count > 0n; count = longAt(input)) {
      for (let i = 0n; i < count; i++) texts.push(item(input));
    }
    return `[${texts.join(',')}]`;
  };
}

function primitive(type: Primitive): Reader {
  switch (type) {
    case 'null':
      return () => 'null';
    case 'boolean':
      return (input) => (input.bytes[input.at++] === 1 ? 'true' : 'false');
    case 'int':
    case 'long':
      return (input) => String(longAt(input));
    case 'float':
      return (input) => numberText(shortestFloat(input.bytes.readFloatLE(skip(input, 4))));
    case 'double':
      return (input) => numberText(input.bytes.readDoubleLE(skip(input, 8)));
    case 'bytes':
      return (input) => JSON.stringify(textAt(input, 'latin1'));
    case 'string':
      return (input) => JSON.stringify(textAt(input, 'utf8'));
    default:
      return unreachable(type);
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function longAt(input: Input): bigint {
  let value = 0n;
  let shift = 0n;
  let byte: number;
  do {
    byte = input.bytes[input.at++]!;
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
  } while (byte > 0x7f);
  return (value >> 1n) ^ -(value & 1n);
}

function textAt(input: Input, encoding: 'latin1' | 'utf8'): string {
  const length = Number(longAt(input));
  const from = skip(input, length);
  return input.bytes.toString(encoding, from, from + length);
}

/** Where what is passed begins. */
function skip(input: Input, length: number): number {
  const from = input.at;
  input.at += length;
  return from;
}

function fullName(name: string, { namespace }: Pick<Context, 'namespace'>): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema);
}

import * as type from '../column/types.js';
import { malformed, RowtideError } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader, NameBytesReader, type Reader } from './bytes.js';
import { isAtLeast, isMariadb } from './server-version.js';
import { TABLE_MAP_EVENT } from './types.js';

/** The physical facts of one column: all that row images need to be located, but no name. */
export interface MappedColumn {
  /** STRING resolved to ENUM, SET or STRING. */
  readonly type: number;
  /** Low byte first as logged; for STRING its length in bytes, for ENUM and SET their width. */
  readonly meta: number;
  readonly nullable: boolean;
}

/** What the server adds by binlog_row_metadata: by column ordinal; null where the field was not written. */
export interface TableMetadata {
  readonly unsigned: readonly boolean[] | null;
  /** The same as logged, a bit for each numeric column from the highest one on: not all readers count YEAR as one. */
  readonly signBits: Buffer | null;
  readonly collations: ReadonlyMap<number, number>;
  readonly names: readonly string[] | null;
  /** Labels of ENUM and SET, in the column's own character set. */
  readonly labels: ReadonlyMap<number, readonly Buffer[]>;
  readonly primaryKey: readonly number[] | null;
  /** Of the primary key's columns in its order, in characters; 0: the whole column. */
  readonly keyPrefixes: readonly number[] | null;
  readonly visible: readonly boolean[] | null;
  /** Of the GEOMETRY columns, in their order: which kind each may hold. */
  readonly geometryTypes: readonly number[] | null;
  /** Of the VECTOR columns, in their order. */
  readonly dimensions: readonly number[] | null;
}

export interface TableMap {
  readonly tableId: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly MappedColumn[];
  /** Null when the server writes none (before MySQL 8.0). */
  readonly metadata: TableMetadata | null;
}

/**
 *   table id u48 (u32 when the post-header has 6 bytes), flags u16
 *   schema length u8, schema, NUL, name length u8, name, NUL
 *   columns lenenc, type u8 × columns, metadata length lenenc, metadata, null bitmap
 *   optional fields: type u8, length lenenc, value
 */
export function decodeTableMap(event: RawEvent, format: FormatDescription, Names: Reader = ByteReader): TableMap {
  const r = new Names(event.bytes, HEADER_BYTES);
  const tableId = format.postHeaderBytes(TABLE_MAP_EVENT) === 6 ? r.u32() : r.u48();
  r.at = HEADER_BYTES + format.postHeaderBytes(TABLE_MAP_EVENT);
  const { schema, name } = readName(r);
  const count = r.lengthEncoded();
  if (count > COLUMNS_MAX) throw malformed(`TABLE_MAP of ${schema}.${name} has ${count} columns`);
  const types = r.slice(count);
  const metaEnd = r.lengthEncoded() + r.at;
  const columns: { type: number; meta: number; nullable: boolean }[] = [];
  for (const code of types) columns.push({ ...readMeta(r, code), nullable: false });
  if (r instanceof NameBytesReader) r.at = Math.min(metaEnd, r.end);
  else if (r.at !== metaEnd)
    throw malformed(`TABLE_MAP of ${schema}.${name}: column metadata ends at ${r.at}, not ${metaEnd}`);
  const nulls = r.slice((count + 7) >> 3);
  columns.forEach((column, i) => {
    column.nullable = (nulls[i >> 3]! & (1 << (i & 7))) !== 0;
  });
  const metadata = r.left === 0 ? null : readMetadataOf(r, columns, format);
  return { tableId, schema, name, columns, metadata };
}

/** No server lets a table have more, hidden ones included. */
export const COLUMNS_MAX = 4096;

/** Of a TABLE_MAP only which table it is about, whatever its columns are. */
export function decodeTableName(
  event: RawEvent,
  format: FormatDescription,
  Names: Reader = ByteReader,
): { schema: string; name: string } {
  return readName(new Names(event.bytes, HEADER_BYTES + format.postHeaderBytes(TABLE_MAP_EVENT)));
}

/** Of a TABLE_MAP what names the table, and its flags. */
export function decodeTableIdentity(
  event: RawEvent,
  format: FormatDescription,
  Names: Reader = ByteReader,
): { tableId: number; flags: number; schema: string; name: string } {
  const r = new Names(event.bytes, HEADER_BYTES);
  const tableId = format.postHeaderBytes(TABLE_MAP_EVENT) === 6 ? r.u32() : r.u48();
  return { tableId, flags: r.u16(), ...decodeTableName(event, format, Names) };
}

/** Whether two events, as they were logged, are of the same table in the same form. */
export function isSameBody(a: Buffer, b: Buffer): boolean {
  // The headers differ in time and place.
  return a.length === b.length && a.compare(b, HEADER_BYTES, b.length, HEADER_BYTES, a.length) === 0;
}

function readName(r: ByteReader): { schema: string; name: string } {
  return { schema: terminated(r), name: terminated(r) };
}

function terminated(r: ByteReader): string {
  const text = r.utf8(r.u8());
  r.skip(1);
  return text;
}

/** What the metadata says of a column whose type is logged as `code`. */
export function readMeta(r: ByteReader, code: number): { type: number; meta: number } {
  switch (code) {
    case type.STRING:
    case type.ENUM:
    case type.SET:
      return readStringMeta(r.u8(), r.u8());
    case type.VARCHAR:
    case type.VAR_STRING:
    case type.VARCHAR_COMPRESSED:
    case type.BIT:
    case type.NEWDECIMAL:
      return { type: code, meta: r.u16() };
    case type.TINY_BLOB:
    case type.MEDIUM_BLOB:
    case type.LONG_BLOB:
      return { type: type.BLOB, meta: r.u8() };
    case type.FLOAT:
    case type.DOUBLE:
    case type.BLOB:
    case type.BLOB_COMPRESSED:
    case type.JSON_DOCUMENT:
    case type.GEOMETRY:
    case type.VECTOR:
    case type.TIME2:
    case type.DATETIME2:
    case type.TIMESTAMP2:
      return { type: code, meta: r.u8() };
    case type.TINY:
    case type.SHORT:
    case type.INT24:
    case type.LONG:
    case type.LONGLONG:
    case type.YEAR:
    case type.DATE:
    case type.NEWDATE:
    case type.DECIMAL:
    case type.TIME:
    case type.DATETIME:
    case type.TIMESTAMP:
      return { type: code, meta: 0 };
    default:
      if (r instanceof NameBytesReader) return { type: code, meta: 0 };
      throw malformed(`column type code ${code} is not known`);
  }
}

/** Real type and length share two bytes: lengths over 255 put their high bits, inverted, into bits 4 and 5 of the type. */
function readStringMeta(first: number, second: number): { type: number; meta: number } {
  if ((first & 0x30) !== 0x30) {
    return { type: first | 0x30, meta: second | (((first & 0x30) ^ 0x30) << 4) };
  }
  return { type: first, meta: second };
}

const FIELD = {
  signedness: 1,
  defaultCharset: 2,
  columnCharset: 3,
  columnName: 4,
  setLabels: 5,
  enumLabels: 6,
  geometryType: 7,
  simplePrimaryKey: 8,
  primaryKeyWithPrefix: 9,
  enumSetDefaultCharset: 10,
  enumSetColumnCharset: 11,
  columnVisibility: 12,
  vectorDimensions: 13,
} as const;

/** Who prints what was logged goes on without a description that is damaged. */
function readMetadataOf(
  r: ByteReader,
  columns: readonly MappedColumn[],
  format: FormatDescription,
): TableMetadata | null {
  try {
    return readMetadata(r, columns, format);
  } catch (error) {
    if (r instanceof NameBytesReader && error instanceof RowtideError) return null;
    throw error;
  }
}

function readMetadata(r: ByteReader, columns: readonly MappedColumn[], format: FormatDescription): TableMetadata {
  const ordinals = (wanted: (type: number) => boolean): number[] =>
    columns.flatMap((column, i) => (wanted(column.type) ? [i] : []));
  // MariaDB has an entry for geometries, too.
  const hasGeometries = isMariadb(format.serverVersion);
  const characters = ordinals((code) => type.isCharacter(code) || (hasGeometries && code === type.GEOMETRY));
  const labelled = ordinals(type.isLabelled);
  const collations = new Map<number, number>();
  const labels = new Map<number, Buffer[]>();
  let unsigned: boolean[] | null = null;
  let signBits: Buffer | null = null;
  let names: string[] | null = null;
  let primaryKey: number[] | null = null;
  let keyPrefixes: number[] | null = null;
  let geometryTypes: number[] | null = null;
  let dimensions: number[] | null = null;
  let visible: boolean[] | null = null;
  while (r.left > 0) {
    const field = r.u8();
    const length = r.lengthEncoded();
    const value = r.part(length);
    switch (field) {
      case FIELD.signedness:
        signBits = value.bytes.subarray(value.at, value.end);
        unsigned = readBits(value, columns, ordinals(signedTypes(columns, length, format)));
        break;
      case FIELD.defaultCharset:
        readDefaultCharset(value, characters, collations);
        break;
      case FIELD.columnCharset:
        for (const i of characters) collations.set(i, value.lengthEncoded());
        break;
      case FIELD.enumSetDefaultCharset:
        readDefaultCharset(value, labelled, collations);
        break;
      case FIELD.enumSetColumnCharset:
        for (const i of labelled) collations.set(i, value.lengthEncoded());
        break;
      case FIELD.columnName:
        names = columns.map(() => value.utf8(value.lengthEncoded()));
        break;
      case FIELD.setLabels:
        for (const i of ordinals((code) => code === type.SET)) labels.set(i, readLabels(value));
        break;
      case FIELD.enumLabels:
        for (const i of ordinals((code) => code === type.ENUM)) labels.set(i, readLabels(value));
        break;
      case FIELD.simplePrimaryKey:
        primaryKey = readNumbers(value);
        break;
      case FIELD.primaryKeyWithPrefix:
        primaryKey = [];
        keyPrefixes = [];
        while (value.left > 0) {
          primaryKey.push(value.lengthEncoded());
          keyPrefixes.push(value.lengthEncoded());
        }
        break;
      case FIELD.geometryType:
        geometryTypes = readNumbers(value);
        break;
      case FIELD.vectorDimensions:
        dimensions = readNumbers(value);
        break;
      case FIELD.columnVisibility:
        visible = readBits(
          value,
          columns,
          columns.map((_, i) => i),
        );
        break;
      default:
        // What later versions add says nothing that the bytes of a row depend on.
        break;
    }
  }
  const unknown = primaryKey?.find((ordinal) => ordinal >= columns.length);
  if (unknown !== undefined) throw malformed(`a primary key of column ${unknown + 1} in a table of ${columns.length}`);
  return { unsigned, signBits, collations, names, labels, primaryKey, keyPrefixes, visible, geometryTypes, dimensions };
}

/**
 * YEAR has no bit in MySQL 8.0.15 and has one in 9.7. Nothing in the event says so: its length does where the other
 * reading needs fewer or more bytes, else the version that came with the change of the server's list of types.
 */
function signedTypes(
  columns: readonly MappedColumn[],
  lengthBytes: number,
  format: FormatDescription,
): (code: number) => boolean {
  const withYear = (code: number): boolean => type.isNumeric(code) || code === type.YEAR;
  const bytesOf = (wanted: (code: number) => boolean): number =>
    (columns.filter((column) => wanted(column.type)).length + 7) >> 3;
  if (bytesOf(withYear) !== bytesOf(type.isNumeric))
    return bytesOf(withYear) === lengthBytes ? withYear : type.isNumeric;
  return isAtLeast(format.serverVersion, YEAR_SIGNED_SINCE) === true ? withYear : type.isNumeric;
}

const YEAR_SIGNED_SINCE = [8, 0, 20] as const;

/** A bit for each of `ordinals`, from the highest bit of the first byte on. */
function readBits(r: ByteReader, columns: readonly MappedColumn[], ordinals: readonly number[]): boolean[] {
  const bits = columns.map(() => false);
  const bytes = r.slice(r.left);
  ordinals.forEach((ordinal, i) => {
    bits[ordinal] = ((bytes[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0;
  });
  return bits;
}

/** The most common collation, then (index among `ordinals`, collation) for the others. */
function readDefaultCharset(r: ByteReader, ordinals: readonly number[], into: Map<number, number>): void {
  const common = r.lengthEncoded();
  for (const ordinal of ordinals) into.set(ordinal, common);
  while (r.left > 0) {
    const ordinal = ordinals[r.lengthEncoded()];
    const collation = r.lengthEncoded();
    if (ordinal === undefined) throw malformed('a collation for a column that does not exist');
    into.set(ordinal, collation);
  }
}

function readNumbers(r: ByteReader): number[] {
  const numbers: number[] = [];
  while (r.left > 0) numbers.push(r.lengthEncoded());
  return numbers;
}

function readLabels(r: ByteReader): Buffer[] {
  const labels: Buffer[] = [];
  for (let count = r.lengthEncoded(); count > 0; count--) labels.push(r.slice(r.lengthEncoded()));
  return labels;
}

import * as type from '../../column/types.js';
import type { Column, Table } from '../../core/table.js';
import { ByteWriter } from './byte-writer.js';

/**
 *   head (table id, flags), schema length u8, schema, NUL, name length u8, name, NUL
 *   columns lenenc, type u8 × columns, metadata length lenenc, metadata, null bitmap
 *   for tables with VECTORs the optional field 13: length lenenc, lenenc × VECTORs; no table is known without it
 */
export function tableMapBody({ schema, name, columns }: Table, head: Buffer): Buffer {
  const out = new ByteWriter();
  out.bytes(head);
  for (const text of [schema, name]) {
    const bytes = Buffer.from(text);
    out.u8(bytes.length);
    out.bytes(bytes);
    out.u8(0);
  }
  out.lengthEncoded(columns.length);
  for (const column of columns) out.u8(isOfString(column) ? type.STRING : column.type);
  const metadata = Buffer.concat(columns.map(metadataOf));
  out.lengthEncoded(metadata.length);
  out.bytes(metadata);
  const nulls = Buffer.alloc((columns.length + 7) >> 3);
  for (const { ordinal, nullable } of columns) if (nullable) nulls[ordinal >> 3]! |= 1 << (ordinal & 7);
  out.bytes(nulls);
  const dimensions = columns.flatMap((column) => column.dimensions ?? []);
  if (dimensions.length > 0) {
    const field = new ByteWriter();
    for (const each of dimensions) field.lengthEncoded(each);
    const value = field.take();
    out.u8(VECTOR_DIMENSIONALITY);
    out.lengthEncoded(value.length);
    out.bytes(value);
  }
  return out.take();
}

const VECTOR_DIMENSIONALITY = 13;

/** Logged as STRING with what they are in the metadata; the types above 255 are ours. */
function isOfString({ type: code }: TypedColumn): boolean {
  return code === type.STRING || type.isLabelled(code) || code > 0xff;
}

type TypedColumn = Pick<Column, 'type' | 'meta'>;

/** What TABLE_MAP says of a column beside its type. */
export function metadataOf(column: TypedColumn): Buffer {
  const { type: code, meta } = column;
  if (type.isLabelled(code)) return Buffer.of(code, meta);
  // High bits of the length stand, inverted, in bits 4 and 5 of the type.
  if (isOfString(column)) return Buffer.of(type.STRING ^ ((meta & 0x300) >> 4), meta & 0xff);
  return Buffer.of(meta & 0xff, meta >> 8).subarray(0, metadataBytes(code));
}

function metadataBytes(code: number): number {
  switch (code) {
    case type.VARCHAR:
    case type.VAR_STRING:
    case type.VARCHAR_COMPRESSED:
    case type.BIT:
    case type.NEWDECIMAL:
      return 2;
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
      return 1;
    default:
      return 0;
  }
}

import { malformed, RowtideError } from '../core/errors.js';
import type { Column, Table } from '../core/table.js';
import { BitCodec, EnumCodec, SetCodec } from './bits.js';
import { DecimalCodec } from './decimal.js';
import { OldDecimalCodec } from './decimal-old.js';
import { DoubleCodec, FloatCodec } from './float.js';
import { integerCodec, YearCodec } from './integer.js';
import { Inet4Codec, Inet6Codec, UuidCodec } from './network.js';
import { DateCodec, DatetimeCodec, TimeCodec, TimestampCodec } from './temporal.js';
import * as old from './temporal-old.js';
import { BytesCodec, JsonCodec, TextCodec } from './text.js';
import * as type from './types.js';
import type { Codec } from './visitor.js';

/** What a column's type code and metadata say about its bytes. `meta` is as TABLE_MAP has it, low byte first. */
export function codecFor(column: Column): Codec {
  const { meta, unsigned } = column;
  const low = meta & 0xff;
  const high = meta >> 8;
  if (!isPossible(column.type, low, high)) {
    throw malformed(`column ${column.name} is a ${type.typeName(column.type)} with the metadata ${low}, ${high}`);
  }
  switch (column.type) {
    case type.TINY:
      return integerCodec(1, unsigned);
    case type.SHORT:
      return integerCodec(2, unsigned);
    case type.INT24:
      return integerCodec(3, unsigned);
    case type.LONG:
      return integerCodec(4, unsigned);
    case type.LONGLONG:
      return integerCodec(8, unsigned);
    case type.YEAR:
      return new YearCodec();
    case type.FLOAT:
      return new FloatCodec();
    case type.DOUBLE:
      return new DoubleCodec();
    case type.NEWDECIMAL:
      return new DecimalCodec(low, high);
    case type.DECIMAL:
      if (meta === 0) throw oldDecimal(column);
      return new OldDecimalCodec(meta);
    case type.DATE:
    case type.NEWDATE:
      return new DateCodec();
    case type.TIME:
      return meta === 0 ? new old.OldTimeCodec() : new old.OldFractionTimeCodec(meta);
    case type.DATETIME:
      return meta === 0 ? new old.OldDatetimeCodec() : new old.OldFractionDatetimeCodec(meta);
    case type.TIMESTAMP:
      return meta === 0 ? new old.OldTimestampCodec() : new old.OldFractionTimestampCodec(meta);
    case type.TIME2:
      return new TimeCodec(low);
    case type.DATETIME2:
      return new DatetimeCodec(low);
    case type.TIMESTAMP2:
      return new TimestampCodec(low);
    case type.BIT:
      return new BitCodec(high * 8 + low);
    case type.ENUM:
      return new EnumCodec(low);
    case type.SET:
      return new SetCodec(low);
    case type.VARCHAR:
    case type.VAR_STRING:
    case type.VARCHAR_COMPRESSED:
      return characters(column, meta > 255 ? 2 : 1, 0);
    case type.STRING:
      return characters(column, meta > 255 ? 2 : 1, meta);
    case type.BLOB:
    case type.BLOB_COMPRESSED:
      return characters(column, low, 0);
    case type.GEOMETRY:
    case type.VECTOR:
      return new BytesCodec(low);
    case type.JSON_DOCUMENT:
      return new JsonCodec(low);
    case type.UUID:
      return new UuidCodec();
    case type.INET4:
      return new Inet4Codec();
    case type.INET6:
      return new Inet6Codec();
    default:
      throw new RowtideError(
        'EVENT_UNSUPPORTED',
        `column ${column.name} has the type code ${column.type}, which is not known`,
        {
          hint: 'Leave the table out with an exclude filter, or use a newer version of Rowtide.',
        },
      );
  }
}

/** Codecs trust what the server can declare: digits fit their buffers, widths their numbers. */
function isPossible(code: number, low: number, high: number): boolean {
  switch (code) {
    case type.NEWDECIMAL:
      // MariaDB has up to 38 digits behind the point, MySQL 30.
      return low >= 1 && low <= 65 && high <= 38 && high <= low;
    case type.TIME2:
    case type.DATETIME2:
    case type.TIMESTAMP2:
      return low <= 6;
    case type.TIME:
    case type.DATETIME:
    case type.TIMESTAMP:
      return low <= 6 && high === 0;
    case type.BIT:
      return high * 8 + low >= 1 && high * 8 + low <= 64;
    case type.ENUM:
      return low === 1 || low === 2;
    case type.SET:
      return low >= 1 && low <= 8;
    case type.BLOB:
    case type.BLOB_COMPRESSED:
    case type.JSON_DOCUMENT:
    case type.GEOMETRY:
    case type.VECTOR:
      return low >= 1 && low <= 4;
    default:
      return true;
  }
}

function oldDecimal(column: Column): RowtideError {
  return new RowtideError(
    'EVENT_UNSUPPORTED',
    `column ${column.name} is a DECIMAL as MySQL before 5.0.3 stored it, and the log does not say how long its values are`,
    {
      hint: 'Rebuild the table (ALTER TABLE … FORCE), or take its columns from the server with --schema assume-current.',
    },
  );
}

/**
 * `lengthMin`: BINARY(n) is logged without its trailing zero bytes and gets them back. What may be a CHAR as well stays
 * as it was logged.
 */
function characters(column: Column, prefixBytes: number, lengthMin: number): Codec {
  if (type.isText(column)) return new TextCodec(prefixBytes);
  return new BytesCodec(prefixBytes, column.collation === type.BINARY_COLLATION ? lengthMin : 0);
}

const compiled = new WeakMap<Table, readonly Codec[]>();

/** The codecs of a table version, made once. */
export function codecsOf(table: Table): readonly Codec[] {
  let codecs = compiled.get(table);
  if (codecs === undefined) {
    codecs = table.columns.map(codecFor);
    compiled.set(table, codecs);
  }
  return codecs;
}

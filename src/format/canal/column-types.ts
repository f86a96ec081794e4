import { charsetOf } from '../../column/charset.js';
import * as type from '../../column/types.js';
import type { Column } from '../../core/table.js';

/** The numbers of java.sql.Types. */
const SQL = {
  BIT: -7,
  TINYINT: -6,
  SMALLINT: 5,
  INTEGER: 4,
  BIGINT: -5,
  REAL: 7,
  DOUBLE: 8,
  DECIMAL: 3,
  CHAR: 1,
  VARCHAR: 12,
  DATE: 91,
  TIME: 92,
  TIMESTAMP: 93,
  BLOB: 2004,
  CLOB: 2005,
  OTHER: 1111,
} as const;

export interface SqlTypes<T> {
  readonly usual: T;
  /** Of an unsigned value that does not fit the usual one. */
  readonly large: T;
  readonly ofNull: T;
}

/** What canal calls the type of a column. */
export function sqlTypesOf(column: Column): SqlTypes<number> {
  const usual = usualSqlType(column);
  return {
    usual,
    large: (column.unsigned && LARGE.get(column.type)) || usual,
    ofNull: OF_NULL.get(column.type) ?? usual,
  };
}

/** canal finds these out as it reads a value. */
const OF_NULL: ReadonlyMap<number, number> = new Map([
  [type.SET, SQL.BLOB],
  [type.JSON_DOCUMENT, SQL.OTHER],
]);

const LARGE: ReadonlyMap<number, number> = new Map([
  [type.TINY, SQL.SMALLINT],
  [type.SHORT, SQL.INTEGER],
  [type.LONG, SQL.BIGINT],
  [type.LONGLONG, SQL.DECIMAL],
]);

function usualSqlType(column: Column): number {
  switch (column.type) {
    case type.TINY:
      return SQL.TINYINT;
    case type.SHORT:
      return SQL.SMALLINT;
    case type.INT24:
    case type.LONG:
    case type.ENUM:
      return SQL.INTEGER;
    case type.LONGLONG:
      return SQL.BIGINT;
    case type.FLOAT:
      return SQL.REAL;
    case type.DOUBLE:
      return SQL.DOUBLE;
    case type.DECIMAL:
    case type.NEWDECIMAL:
      return SQL.DECIMAL;
    case type.BIT:
    case type.SET:
      return SQL.BIT;
    case type.DATE:
    case type.NEWDATE:
      return SQL.DATE;
    case type.TIME:
    case type.TIME2:
      return SQL.TIME;
    case type.DATETIME:
    case type.DATETIME2:
    case type.TIMESTAMP:
    case type.TIMESTAMP2:
      return SQL.TIMESTAMP;
    case type.BLOB:
    case type.BLOB_COMPRESSED:
      return type.isText(column) ? SQL.CLOB : SQL.BLOB;
    case type.STRING:
      return type.isText(column) ? SQL.CHAR : SQL.BLOB;
    case type.VARCHAR:
    case type.VAR_STRING:
    case type.VARCHAR_COMPRESSED:
      return type.isText(column) ? SQL.VARCHAR : SQL.BLOB;
    case type.YEAR:
    case type.JSON_DOCUMENT:
      return SQL.VARCHAR;
    case type.GEOMETRY:
    case type.VECTOR:
      return SQL.BLOB;
    default:
      return SQL.OTHER;
  }
}

/** The type as a definition has it, as far as the log says: `varchar(32)`, `bigint unsigned`, `enum('a','b')`. */
export function mysqlTypeOf(column: Column): string {
  const { meta, dimensions } = column;
  const [low, high] = [meta & 0xff, meta >> 8];
  const sign = column.unsigned ? ' unsigned' : '';
  switch (column.type) {
    case type.DECIMAL:
      return `decimal${sign}`;
    case type.NEWDECIMAL:
      return `decimal(${low},${high})${sign}`;
    case type.BIT:
      return `bit(${high * 8 + low})`;
    case type.TIME:
    case type.TIME2:
      return `time${fraction(low)}`;
    case type.DATETIME:
    case type.DATETIME2:
      return `datetime${fraction(low)}`;
    case type.TIMESTAMP:
    case type.TIMESTAMP2:
      return `timestamp${fraction(low)}`;
    case type.ENUM:
    case type.SET:
      return `${column.type === type.ENUM ? 'enum' : 'set'}(${(column.labels ?? []).map(quoted).join(',')})`;
    case type.STRING:
      return `${type.isText(column) ? 'char' : 'binary'}(${characters(column)})`;
    case type.VARCHAR:
    case type.VAR_STRING:
    case type.VARCHAR_COMPRESSED:
      return `${type.isText(column) ? 'varchar' : 'varbinary'}(${characters(column)})`;
    case type.BLOB:
    case type.BLOB_COMPRESSED:
      return `${BLOB_SIZES[low] ?? ''}${type.isText(column) ? 'text' : 'blob'}`;
    case type.GEOMETRY:
      return GEOMETRIES[column.geometry ?? 0] ?? 'geometry';
    case type.VECTOR:
      return dimensions === undefined ? 'vector' : `vector(${dimensions})`;
    default:
      return `${type.typeName(column.type).toLowerCase()}${sign}`;
  }
}

/** As WKB numbers them. */
const GEOMETRIES = [
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geomcollection',
] as const;

/** By the bytes of a length. */
const BLOB_SIZES = ['', 'tiny', '', 'medium', 'long'] as const;

function fraction(digits: number): string {
  return digits === 0 ? '' : `(${digits})`;
}

function quoted(label: string): string {
  return `'${label.replaceAll("'", "''")}'`;
}

function characters(column: Column): number {
  if (!type.isText(column)) return column.meta;
  return Math.floor(column.meta / (CHARACTER_BYTES[charsetOf(column.collation, column.name).name] ?? 1));
}

/** What the longest character takes; 1 in all others. */
const CHARACTER_BYTES: Readonly<Record<string, number>> = {
  ...{ utf8mb4: 4, utf8mb3: 3, ucs2: 2, utf16: 4, utf16le: 4, utf32: 4, gb18030: 4, ujis: 3, eucjpms: 3 },
  ...{ big5: 2, cp932: 2, euckr: 2, gb2312: 2, gbk: 2, sjis: 2 },
};

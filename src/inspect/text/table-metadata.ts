import type { MappedColumn, TableMap } from '../../binlog/table-map.js';
import * as type from '../../column/types.js';
import type { Output } from '../output.js';
import { type CollationName, collationName } from './collation-names.js';

interface Described {
  readonly map: TableMap;
  readonly style: 'mysql' | 'mariadb';
  /** MySQL made a primary key for a table without one, and hides it. */
  readonly hasGeneratedKey: boolean;
}

/** The columns and the primary key of a table as far as its TABLE_MAP describes them (--print-table-metadata). */
export function writeTableMetadata(described: Described, output: Output): void {
  const { columns } = described.map;
  const geometries = ordinalsOf(columns, type.GEOMETRY);
  const vectors = ordinalsOf(columns, type.VECTOR);
  output.ascii('# Columns(');
  for (const [i, column] of columns.entries()) {
    const hidden = i === 0 && described.hasGeneratedKey;
    const name = described.map.metadata?.names?.[i] ?? (hidden ? 'my_row_id' : null);
    if (name !== null) output.ascii(`\`${columnName(name, described.style)}\` `);
    const collation = collationOf(described, i);
    const charset = collation?.charset ?? null;
    const typeName = nameOfType(column, charset, {
      geometry: described.map.metadata?.geometryTypes?.[geometries.indexOf(i)] ?? 0,
      dimensions: described.map.metadata?.dimensions?.[vectors.indexOf(i)] ?? 0,
      style: described.style,
    });
    if (typeName === null) {
      // Nothing divides it from the next column.
      output.ascii(`INVALID_TYPE(${column.type})`);
      continue;
    }
    output.ascii(typeName);
    writeAttributes(described, i, output);
    if (collation !== null && (type.isLabelled(column.type) || charset !== 'binary')) {
      output.ascii(` CHARSET ${collation.charset} COLLATE ${collation.name}`);
    }
    if (described.map.metadata?.visible?.[i] === false || (hidden && described.map.metadata?.visible == null)) {
      output.ascii(' INVISIBLE');
    }
    if (hidden) output.ascii(' AUTO_INCREMENT');
    if (i < columns.length - 1) output.ascii(',\n#         ');
  }
  output.ascii(')\n');
  writePrimaryKey(described, output);
}

function ordinalsOf(columns: readonly MappedColumn[], code: number): number[] {
  return columns.flatMap((column, i) => (column.type === code ? [i] : []));
}

function collationOf({ map, style }: Described, i: number): CollationName | null {
  const id = map.metadata?.collations.get(i);
  return id === undefined ? null : collationName(id, style);
}

function writeAttributes({ map, style, hasGeneratedKey }: Described, i: number, output: Output): void {
  const { nullable } = map.columns[i]!;
  const hidden = i === 0 && hasGeneratedKey;
  if (isUnsigned(map, i, style) ?? hidden) output.ascii(' UNSIGNED');
  if (!nullable || hidden) output.ascii(' NOT NULL');
  const labels = map.metadata?.labels.get(i);
  if (labels === undefined) return;
  const comma = style === 'mysql' ? ', ' : ',';
  for (const [k, label] of labels.entries()) {
    output.ascii(k === 0 ? '(' : comma);
    output.ascii(`'${escaped(label.toString('latin1'))}'`);
  }
  output.ascii(')');
}

/** As the tools read it: that of MySQL takes YEAR for a numeric column in logs of any server, MariaDB's in none. */
function isUnsigned(map: TableMap, i: number, style: 'mysql' | 'mariadb'): boolean | null {
  const isCounted = (code: number): boolean => type.isNumeric(code) || (style === 'mysql' && code === type.YEAR);
  const { type: code } = map.columns[i]!;
  const bits = map.metadata?.signBits;
  if (bits == null || !isCounted(code)) return null;
  const bit = map.columns.slice(0, i).filter((column) => isCounted(column.type)).length;
  return code !== type.YEAR && (bits[bit >> 3]! & (0x80 >> (bit & 7))) !== 0;
}

function writePrimaryKey({ map, hasGeneratedKey }: Described, output: Output): void {
  if (hasGeneratedKey) {
    output.ascii('# Primary Key(my_row_id)\n');
    return;
  }
  const { primaryKey, keyPrefixes, names } = map.metadata ?? {};
  if (primaryKey == null || primaryKey.length === 0) return;
  const parts = primaryKey.map((column, i) => {
    const prefix = keyPrefixes?.[i] ?? 0;
    return `${names?.[column] ?? column}${prefix === 0 ? '' : `(${prefix})`}`;
  });
  output.ascii(`# Primary Key(${parts.join(', ')})\n`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  "'": "\\'",
  '\0': '\\0',
};

function escaped(text: string): string {
  return text.replace(/[\n\r\\\b\t'\0]/g, (character) => ESCAPES[character]!);
}

/** MariaDB's tool leaves backticks as they are. */
function columnName(name: string, style: Described['style']): string {
  return style === 'mysql' ? escaped(name).replaceAll('`', '``') : escaped(name);
}

const GEOMETRIES = [
  'GEOMETRY',
  'POINT',
  'LINESTRING',
  'POLYGON',
  'MULTIPOINT',
  'MULTILINESTRING',
  'MULTIPOLYGON',
] as const;
const BLOBS = ['TINY', '', 'MEDIUM', 'LONG'] as const;

interface Facts {
  readonly geometry: number;
  readonly dimensions: number;
  readonly style: 'mysql' | 'mariadb';
}

/** `charset`: of the column's collation, if it is said and known. */
function nameOfType({ type: code, meta }: MappedColumn, charset: string | null, facts: Facts): string | null {
  const low = meta & 0xff;
  const high = meta >> 8;
  const isText = charset !== null && charset !== 'binary';
  const characters = isText ? Math.trunc(meta / bytesMaxOf(charset)) : meta;
  switch (code) {
    case type.TINY:
      return 'TINYINT';
    case type.SHORT:
      return 'SMALLINT';
    case type.INT24:
      return 'MEDIUMINT';
    case type.LONG:
      return 'INT';
    case type.LONGLONG:
      return 'BIGINT';
    case type.NEWDECIMAL:
      return `DECIMAL(${low},${high})`;
    case type.FLOAT:
      return 'FLOAT';
    case type.DOUBLE:
      return 'DOUBLE';
    case type.BIT:
      return `BIT(${low + high * 8})`;
    case type.TIMESTAMP2:
      return withDigits('TIMESTAMP', low);
    case type.DATETIME2:
      return withDigits('DATETIME', low);
    case type.TIME2:
      return withDigits('TIME', low);
    case type.DATE:
    case type.NEWDATE:
      return 'DATE';
    case type.YEAR:
      return 'YEAR';
    case type.ENUM:
      return 'ENUM';
    case type.SET:
      return 'SET';
    case type.BLOB:
      return blobName(low, isText ? 'TEXT' : 'BLOB', facts);
    case type.VARCHAR:
    case type.VAR_STRING:
      return `${isText ? 'VARCHAR' : 'VARBINARY'}(${characters})`;
    case type.STRING:
      return `${isText ? 'CHAR' : 'BINARY'}(${characters})`;
    case type.GEOMETRY:
      return geometryName(facts);
    case type.JSON_DOCUMENT:
      return facts.style === 'mysql' ? 'JSON' : null;
    case type.VECTOR:
      return facts.style === 'mysql' ? `VECTOR(${facts.dimensions})` : null;
    default:
      return null;
  }
}

function blobName(lengthBytes: number, kind: 'TEXT' | 'BLOB', { style }: Facts): string {
  const size = BLOBS[lengthBytes - 1];
  if (size === undefined && style === 'mariadb') return `INVALID_${kind}(${lengthBytes})`;
  return `${size ?? ''}${kind}`;
}

function withDigits(name: string, digits: number): string {
  return digits === 0 ? name : `${name}(${digits})`;
}

function geometryName({ geometry, style }: Facts): string {
  if (geometry === GEOMETRIES.length) return style === 'mysql' ? 'GEOMCOLLECTION' : 'GEOMETRYCOLLECTION';
  return GEOMETRIES[geometry] ?? `INVALID_GEOMETRY_TYPE(${geometry})`;
}

/** Bytes of the longest character. */
function bytesMaxOf(charset: string): number {
  switch (charset) {
    case 'utf8mb4':
    case 'utf16':
    case 'utf16le':
    case 'utf32':
    case 'gb18030':
      return 4;
    case 'utf8':
    case 'utf8mb3':
    case 'ujis':
    case 'eucjpms':
      return 3;
    case 'ucs2':
    case 'big5':
    case 'gbk':
    case 'gb2312':
    case 'sjis':
    case 'cp932':
    case 'euckr':
      return 2;
    default:
      return 1;
  }
}

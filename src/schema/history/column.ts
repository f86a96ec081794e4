import { RowtideError } from '../../core/errors.js';
import type { ColumnClause, TypeClause } from '../../sql/ddl/statement.js';
import type { ColumnDefinition } from '../definition.js';
import type { Surroundings } from './session.js';

/** The column that a clause makes in a table. */
export function columnOf(clause: ColumnClause, around: Surroundings): ColumnDefinition {
  const type = typeOf(clause, around);
  return {
    ...type,
    name: clause.name,
    nullable: clause.nullable ?? isNullable(clause, around),
    generated: clause.generated,
    visible: clause.visible,
  };
}

type ColumnType = Omit<ColumnDefinition, 'name' | 'nullable' | 'generated' | 'visible'>;

/** The first generation of TIMESTAMP is NOT NULL by itself. */
function isNullable({ type, systemTime }: ColumnClause, { server, session }: Surroundings): boolean {
  if (systemTime) return false;
  return type.name !== 'timestamp' || (session.explicitDefaultsForTimestamp ?? server.explicitDefaultsForTimestamp);
}

function typeOf(clause: ColumnClause, around: Surroundings): ColumnType {
  const { type } = clause;
  if (type.name === 'json' && around.session.flavour === 'mariadb') return jsonOfMariadb(around);
  if (TEXT.has(type.name)) return textOf(clause, around);
  return { ...NOT_TEXT, ...lengthsOf(type), fractionDigits: type.fractionDigits, unsigned: isUnsigned(type) };
}

const NOT_TEXT = { labels: null, collation: null } as const;
const TEXT = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set']);
const BINARY_TYPES: Readonly<Record<string, string>> = {
  char: 'binary',
  varchar: 'varbinary',
  tinytext: 'tinyblob',
  text: 'blob',
  mediumtext: 'mediumblob',
  longtext: 'longblob',
};

function isUnsigned({ name, unsigned }: TypeClause): boolean {
  return unsigned || name === 'year';
}

/** A text of JSON with a check. */
function jsonOfMariadb({ server }: Surroundings): ColumnType {
  const collation = server.collations.facts.length === 0 ? '' : 'utf8mb4_bin';
  return { type: 'longtext', length: null, scale: null, fractionDigits: 0, unsigned: false, labels: null, collation };
}

function lengthsOf({ name, length, scale }: TypeClause): { type: string; length: number | null; scale: number | null } {
  switch (name) {
    case 'decimal':
      // DECIMAL(0) is DECIMAL(10).
      return { type: name, length: length || 10, scale: scale ?? 0 };
    case 'bit':
    case 'binary':
      return { type: name, length: length ?? 1, scale: null };
    case 'varbinary':
      return withBlob(name, length ?? 0, 1);
    case 'vector':
      return { type: name, length: length ?? VECTOR_DIMENSIONS, scale: null };
    case 'blob':
      return { type: length === null ? name : blobOf(name, length), length: null, scale: null };
    default:
      return { type: name, length: null, scale: null };
  }
}
const VECTOR_DIMENSIONS = 2048;
const VARCHAR_BYTES_MAX = 65_535;

function textOf({ type, collation: said }: ColumnClause, around: Surroundings): ColumnType {
  const { collations } = around.server;
  const { defaultCollations } = around.session;
  const resolved = collations.resolve({ charset: type.charset, collation: said }, around.collation, defaultCollations);
  const collation = type.binary ? collations.binaryOf(resolved) : resolved;
  const common = { scale: null, fractionDigits: 0, unsigned: false };
  if (type.labels !== null) {
    const labels = type.labels.map((label) => labelOf(label, collation));
    if (around.session.backslashesUntold && labels.some((label) => label.includes('\\')))
      throw new RowtideError('DDL_UNKNOWN', 'whether backslashes in its labels are escaped cannot be told');
    return { ...common, type: type.name, length: null, labels, collation };
  }
  const sized = sizedText(type, collations.bytesMaxOf(collation) ?? 1);
  return withCollation({ ...common, ...sized, labels: null, collation });
}

function sizedText(
  { name, length }: TypeClause,
  bytesMax: number,
): { type: string; length: number | null; scale: null } {
  switch (name) {
    case 'char':
      return { type: name, length: length ?? 1, scale: null };
    case 'varchar':
      return withBlob(name, length ?? 0, bytesMax);
    case 'text':
      return { type: length === null ? name : blobOf(name, length * bytesMax), length: null, scale: null };
    default:
      return { type: name, length: null, scale: null };
  }
}

/** What does not fit into a VARCHAR becomes a TEXT, where that is no error. */
function withBlob(
  name: string,
  length: number,
  bytesMax: number,
): { type: string; length: number | null; scale: null } {
  const bytes = length * bytesMax;
  if (bytes <= VARCHAR_BYTES_MAX) return { type: name, length, scale: null };
  return { type: blobOf(name === 'varchar' ? 'text' : 'blob', bytes), length: null, scale: null };
}

/** The smallest of the four TEXTs, or BLOBs, that holds so many bytes. */
function blobOf(kind: string, bytes: number): string {
  if (bytes < 2 ** 8) return `tiny${kind}`;
  if (bytes < 2 ** 16) return kind;
  return bytes < 2 ** 24 ? `medium${kind}` : `long${kind}`;
}

/** Text of the character set binary is bytes: CHAR(5) CHARACTER SET binary is a BINARY(5). */
function withCollation(type: ColumnType): ColumnType {
  const binary = BINARY_TYPES[type.type];
  return type.collation === 'binary' && binary !== undefined ? { ...type, type: binary, collation: null } : type;
}

function labelOf(label: string | Buffer, collation: string): string {
  if (typeof label === 'string') return collation === 'binary' ? label : label.replace(/ +$/, '');
  // Bytes of the column's own character set; ASCII is the same in nearly all.
  if (!isWide(collation) && label.every((byte) => byte >= 0x20 && byte < 0x7f))
    return labelOf(label.toString('latin1'), collation);
  throw new RowtideError('DDL_UNKNOWN', 'a label of its columns is written as bytes');
}

const BLOB_BYTES: Readonly<Record<string, number>> = {
  tinytext: 2 ** 8 - 1,
  text: 2 ** 16 - 1,
  mediumtext: 2 ** 24 - 1,
};

/** ALTER TABLE … CONVERT TO CHARACTER SET: a TEXT that may not hold all of its characters any more grows. */
export function converted(column: ColumnDefinition, collation: string, { server }: Surroundings): ColumnDefinition {
  // Labels that are bytes stay so, too.
  if (column.collation === null || column.collation === 'binary') return column;
  const { collations } = server;
  if (column.labels !== null && isWide(column.collation) !== isWide(collation))
    throw new RowtideError('DDL_UNKNOWN', `labels of ${column.name} are converted, which servers do differently`);
  const [before, after] = [collations.bytesMaxOf(column.collation), collations.bytesMaxOf(collation)];
  const bytes = BLOB_BYTES[column.type];
  let { type } = column;
  let { length } = column;
  if (before === null || after === null) return { ...column, collation: '' };
  if (bytes !== undefined) type = blobOf('text', Math.floor(bytes / before) * after);
  else if (type === 'varchar') ({ type, length } = withBlob(type, length ?? 0, after));
  return { ...column, ...withCollation({ ...column, type, length, collation }) };
}

/** Character sets in which ASCII is not one byte. */
function isWide(collation: string): boolean {
  return /^(ucs2|utf16|utf16le|utf32)_/.test(collation);
}

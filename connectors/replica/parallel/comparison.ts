import { type Column, charsetOf, columnType as type } from 'rowtide';

/** A column of the target, as far as comparing its values goes. */
export interface TargetColumn {
  readonly name: string;
  /** INFORMATION_SCHEMA's DATA_TYPE: `varchar`. */
  readonly dataType: string;
  /** Null of everything that is not text. */
  readonly collation: string | null;
  /** Digits behind the point of decimals and times; else 0. */
  readonly scale: number;
  readonly isGenerated: boolean;
}

/**
 * Mixes a cell into a hash. What the target's key takes for equal has the same hash; what differs may have it, too.
 * UNCOMPARABLE: a value that may be equal to one with any other hash.
 */
export type CellHash = (hash: number, bytes: Buffer, at: number, end: number) => number;

/** No hash: those are unsigned. */
export const UNCOMPARABLE = -1;

/**
 * Null: nothing can be said about the values of this column. `prefix`: how many characters, or bytes, of it the key
 * holds; null for all.
 */
export function cellHashOf(column: Column, target: TargetColumn, prefix: number | null): CellHash | null {
  if (target.isGenerated) return null;
  if (target.scale < scaleOf(column)) return null;
  const family = FAMILIES.find(({ codes }) => codes.includes(column.type));
  if (family === undefined || !family.dataTypes.includes(target.dataType)) return null;
  switch (family.compares) {
    case 'bytes':
      return mix;
    case 'number':
      return mixFloat;
    case 'characters':
      return charactersHash(column, target, prefix);
  }
}

/** Equal for columns whose values have the same bytes where they are equal. */
export function shapeOf({ type: code, meta, unsigned }: Column): string {
  const family = FAMILIES.find(({ codes }) => codes.includes(code));
  return family?.compares === 'characters' ? 'characters' : `${code}:${meta}:${unsigned}`;
}

interface Family {
  readonly codes: readonly number[];
  /** Into which two values that differ are never written as equal ones. */
  readonly dataTypes: readonly string[];
  readonly compares: 'bytes' | 'number' | 'characters';
}

const INTEGERS = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint'];
const TEXTS = ['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext'];
const BINARIES = ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'];

const FAMILIES: readonly Family[] = [
  { codes: [type.TINY, type.SHORT, type.INT24, type.LONG, type.LONGLONG], dataTypes: INTEGERS, compares: 'bytes' },
  { codes: [type.YEAR], dataTypes: ['year'], compares: 'bytes' },
  { codes: [type.NEWDECIMAL], dataTypes: ['decimal'], compares: 'bytes' },
  { codes: [type.FLOAT], dataTypes: ['float', 'double'], compares: 'number' },
  { codes: [type.DOUBLE], dataTypes: ['double'], compares: 'number' },
  { codes: [type.DATE, type.NEWDATE], dataTypes: ['date'], compares: 'bytes' },
  { codes: [type.TIME, type.TIME2], dataTypes: ['time'], compares: 'bytes' },
  { codes: [type.DATETIME, type.DATETIME2], dataTypes: ['datetime'], compares: 'bytes' },
  { codes: [type.TIMESTAMP, type.TIMESTAMP2], dataTypes: ['timestamp'], compares: 'bytes' },
  { codes: [type.BIT], dataTypes: ['bit'], compares: 'bytes' },
  { codes: [type.ENUM], dataTypes: ['enum'], compares: 'bytes' },
  { codes: [type.SET], dataTypes: ['set'], compares: 'bytes' },
  { codes: [type.UUID], dataTypes: ['uuid'], compares: 'bytes' },
  { codes: [type.INET4], dataTypes: ['inet4'], compares: 'bytes' },
  { codes: [type.INET6], dataTypes: ['inet6'], compares: 'bytes' },
  {
    codes: [
      ...[type.VARCHAR, type.VAR_STRING, type.STRING, type.VARCHAR_COMPRESSED],
      ...[type.TINY_BLOB, type.MEDIUM_BLOB, type.LONG_BLOB, type.BLOB, type.BLOB_COMPRESSED],
    ],
    dataTypes: [...TEXTS, ...BINARIES],
    compares: 'characters',
  },
];

/** Digits that a target with fewer would round away, so that two values become one. */
function scaleOf(column: Column): number {
  switch (column.type) {
    case type.NEWDECIMAL:
      return column.meta >> 8;
    case type.TIME:
    case type.DATETIME:
    case type.TIMESTAMP:
    case type.TIME2:
    case type.DATETIME2:
    case type.TIMESTAMP2:
      return column.meta & 0xff;
    default:
      return 0;
  }
}

function charactersHash(column: Column, target: TargetColumn, prefix: number | null): CellHash | null {
  if (BINARIES.includes(target.dataType)) return trimmed(mix, ZERO, prefix);
  if (column.collation === type.UNKNOWN_COLLATION) return null;
  const charset = charsetOf(column.collation, column.name);
  if (!charset.extendsAscii || target.collation === null) return null;
  const collation = target.collation.replace(/^utf8_/, 'utf8mb3_');
  if (/_bin$/.test(collation)) {
    // Other character sets may have one character where this one has two.
    const isSame = collation.startsWith(`${charset.name}_`) || charset.name === 'binary';
    return trimmed(isSame && prefix === null ? mix : mixAscii, SPACE, prefix);
  }
  return FOLDS_ASCII.test(collation) ? trimmed(mixFolded, SPACE, prefix) : null;
}

const ZERO = 0x00;
const SPACE = 0x20;

/**
 * Collations to which two texts of printable ASCII are equal only if they differ in nothing but case and spaces at their
 * ends. Others have letters of their own: y is i in Lithuanian, j is i in Roman. A test asks the servers.
 */
export const FOLDS_ASCII =
  /^(latin1_(swedish|german1|danish|general|spanish)_c[is]|ascii_general_ci|utf8mb[34]_general_(nopad_)?ci|utf8mb[34]_unicode_(520_)?(nopad_)?ci|utf8mb[34]_(0900|uca1400)_(nopad_)?a[is]_c[is])$/;

/** What fills up a value to its length, or is not compared, is left out: BINARY pads with zeros, CHAR with spaces. */
function trimmed(hash: CellHash, padding: number, prefix: number | null): CellHash {
  return (from, bytes, at, end) => {
    let to = prefix === null ? end : Math.min(end, at + prefix);
    while (to > at && bytes[to - 1] === padding) to--;
    return hash(from, bytes, at, to);
  };
}

/** FNV-1a, with the length in front, so that the parts of a key do not run into each other. */
function mix(hash: number, bytes: Buffer, at: number, end: number): number {
  let mixed = Math.imul(hash ^ (end - at), PRIME);
  for (let i = at; i < end; i++) mixed = Math.imul(mixed ^ bytes[i]!, PRIME);
  return mixed >>> 0;
}

const PRIME = 0x01000193;

/** Minus zero is equal to zero, and the sign is the last bit: it is left out. */
function mixFloat(hash: number, bytes: Buffer, at: number, end: number): number {
  return Math.imul(mix(hash, bytes, at, end - 1) ^ (bytes[end - 1]! & 0x7f), PRIME) >>> 0;
}

function mixAscii(hash: number, bytes: Buffer, at: number, end: number): number {
  for (let i = at; i < end; i++) if (bytes[i]! > 0x7f) return UNCOMPARABLE;
  return mix(hash, bytes, at, end);
}

/** Control characters count for nothing in some collations, so that texts with them may be equal to any other. */
function mixFolded(hash: number, bytes: Buffer, at: number, end: number): number {
  let mixed = Math.imul(hash ^ (end - at), PRIME);
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < 0x20 || byte > 0x7e) return UNCOMPARABLE;
    mixed = Math.imul(mixed ^ (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte), PRIME);
  }
  return mixed >>> 0;
}

/** Column type codes as TABLE_MAP and row images use them (enum_field_types of the server). */
/** DECIMAL before MySQL 5.0.3, as text. */
export const DECIMAL = 0;
export const TINY = 1;
export const SHORT = 2;
export const LONG = 3;
export const FLOAT = 4;
export const DOUBLE = 5;
/** As stored before MySQL 5.6; MariaDB still writes it for tables made so. */
export const TIMESTAMP = 7;
export const LONGLONG = 8;
export const INT24 = 9;
export const DATE = 10;
export const TIME = 11;
export const DATETIME = 12;
export const YEAR = 13;
export const NEWDATE = 14;
export const VARCHAR = 15;
export const BIT = 16;
export const TIMESTAMP2 = 17;
export const DATETIME2 = 18;
export const TIME2 = 19;
/** MariaDB's columns with the attribute COMPRESSED. */
export const BLOB_COMPRESSED = 140;
export const VARCHAR_COMPRESSED = 141;
export const VECTOR = 242;
export const JSON_DOCUMENT = 245;
export const NEWDECIMAL = 246;
export const ENUM = 247;
export const SET = 248;
export const TINY_BLOB = 249;
export const MEDIUM_BLOB = 250;
export const LONG_BLOB = 251;
export const BLOB = 252;
export const VAR_STRING = 253;
export const STRING = 254;
export const GEOMETRY = 255;
/** MariaDB logs these as STRING; they are told from BINARY by INFORMATION_SCHEMA only, so no log has these codes. */
export const UUID = 256;
export const INET4 = 257;
export const INET6 = 258;

/** Collation id of everything that is not text. */
export const BINARY_COLLATION = 63;
/** Of what may be text or bytes: logs without metadata do not say. No collation has this id. */
export const UNKNOWN_COLLATION = 0;

const NAMES: ReadonlyMap<number, string> = new Map([
  [DECIMAL, 'DECIMAL'],
  [TINY, 'TINYINT'],
  [SHORT, 'SMALLINT'],
  [LONG, 'INT'],
  [FLOAT, 'FLOAT'],
  [DOUBLE, 'DOUBLE'],
  [TIMESTAMP, 'TIMESTAMP'],
  [LONGLONG, 'BIGINT'],
  [INT24, 'MEDIUMINT'],
  [DATE, 'DATE'],
  [TIME, 'TIME'],
  [DATETIME, 'DATETIME'],
  [YEAR, 'YEAR'],
  [VARCHAR, 'VARCHAR'],
  [BIT, 'BIT'],
  [TIMESTAMP2, 'TIMESTAMP'],
  [DATETIME2, 'DATETIME'],
  [TIME2, 'TIME'],
  [VECTOR, 'VECTOR'],
  [JSON_DOCUMENT, 'JSON'],
  [NEWDECIMAL, 'DECIMAL'],
  [ENUM, 'ENUM'],
  [SET, 'SET'],
  [BLOB, 'BLOB'],
  [VAR_STRING, 'VARCHAR'],
  [STRING, 'CHAR'],
  [GEOMETRY, 'GEOMETRY'],
  [BLOB_COMPRESSED, 'BLOB COMPRESSED'],
  [VARCHAR_COMPRESSED, 'VARCHAR COMPRESSED'],
  [UUID, 'UUID'],
  [INET4, 'INET4'],
  [INET6, 'INET6'],
]);

export function typeName(type: number): string {
  return NAMES.get(type) ?? `type ${type}`;
}

/** Types that SIGNEDNESS has a bit for, in column order; in later versions YEAR, too. */
export function isNumeric(type: number): boolean {
  switch (type) {
    case DECIMAL:
    case TINY:
    case SHORT:
    case INT24:
    case LONG:
    case LONGLONG:
    case NEWDECIMAL:
    case FLOAT:
    case DOUBLE:
      return true;
    default:
      return false;
  }
}

/** Types that the character set fields have an entry for (binary for VECTOR); ENUM and SET have fields of their own. */
export function isCharacter(type: number): boolean {
  switch (type) {
    case STRING:
    case VAR_STRING:
    case VARCHAR:
    case VARCHAR_COMPRESSED:
    case BLOB:
    case BLOB_COMPRESSED:
    case VECTOR:
      return true;
    default:
      return false;
  }
}

/** The cells are inflated when their row is located; from there on they are texts or bytes as others. */
export function isCompressed(type: number): boolean {
  return type === BLOB_COMPRESSED || type === VARCHAR_COMPRESSED;
}

/** A column of characters that has a character set; the others of these types are bytes, as far as anybody knows. */
export function isText({ type, collation }: { readonly type: number; readonly collation: number }): boolean {
  return isCharacter(type) && collation !== BINARY_COLLATION && collation !== UNKNOWN_COLLATION;
}

export function isLabelled(type: number): boolean {
  return type === ENUM || type === SET;
}

/** Stored as before MySQL 5.6. */
export function isOldTemporal(type: number): boolean {
  return type === TIME || type === DATETIME || type === TIMESTAMP;
}

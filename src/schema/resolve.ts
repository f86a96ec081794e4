import { physicalColumn } from '../binlog/mapped-table.js';
import type { TableMap } from '../binlog/table-map.js';
import { anyCollationOf } from '../column/charset.js';
import * as type from '../column/types.js';
import { RowtideError } from '../core/errors.js';
import type { Column, Table } from '../core/table.js';
import type { ColumnFacts } from '../mysql/columns.js';
import type { Collations } from './collations.js';
import { type ColumnDefinition, primaryKeyOf, type TableDefinition } from './definition.js';
import { columnOfFacts } from './facts.js';
import { loggedColumns, ROW_END } from './hidden-columns.js';
import type { ServerDefaults } from './history/session.js';

/** The table with names and facts from INFORMATION_SCHEMA as it is now, checked against the bytes as far as they can tell. */
export function tableFromFacts(map: TableMap, facts: readonly ColumnFacts[]): Table {
  const key = facts.filter((fact) => fact.keyPosition !== null);
  key.sort((a, b) => a.keyPosition! - b.keyPosition!);
  const known = facts.map(
    (fact): KnownColumn => ({
      definition: columnOfFacts(fact),
      words: fact.columnType,
      octets: fact.octetLength,
      collation: collationOf(fact),
    }),
  );
  return tableOfKnown(map, known, { names: 'assumed', primaryKey: key.map((fact) => facts.indexOf(fact)) });
}

/** The table with names and facts from the history of columns, checked in the same way. */
export function tableFromDefinition(map: TableMap, definition: TableDefinition, server: ServerDefaults): Table {
  const { collations } = server;
  const known = loggedColumns(definition, server).map((column, i): KnownColumn => {
    const collation = collationIdOf(column, collations) ?? map.metadata?.collations.get(i);
    if (collation === undefined) throw collationUnknown(map, column.name);
    return { definition: column, words: wordsOf(column), octets: octetsOf(column, collations), collation };
  });
  const key = primaryKeyOf(definition);
  // What was deleted stays, under a key that says until when it was valid.
  const isPeriodic = definition.hasHiddenPeriod && key.length > 0;
  const primaryKey = isPeriodic ? [...key, known.findIndex((column) => column.definition.name === ROW_END)] : key;
  return tableOfKnown(map, known, { names: 'information-schema', primaryKey });
}

/** A column whose name somebody vouches for. */
interface KnownColumn {
  readonly definition: ColumnDefinition;
  /** Its type as people write it. */
  readonly words: string;
  /** Bytes of the longest value; null where nobody can say. */
  readonly octets: number | null;
  readonly collation: number;
}

function tableOfKnown(
  map: TableMap,
  known: readonly KnownColumn[],
  { names, primaryKey }: Pick<Table, 'names' | 'primaryKey'>,
): Table {
  const differences = differencesOf(map, known);
  if (differences.length > 0) throw mismatch(map, differences);
  return {
    schema: map.schema,
    name: map.name,
    names,
    primaryKey,
    columns: known.map(
      ({ definition, collation }, i): Column => ({
        ...physicalColumn(map, i),
        name: definition.name,
        type: TYPES_OF_STRING[definition.type] ?? map.columns[i]!.type,
        meta: oldMeta(map.columns[i]!.type, definition) ?? map.columns[i]!.meta,
        unsigned: definition.unsigned,
        collation,
        labels: definition.labels,
        visible: definition.visible,
        ...(definition.generated === null ? {} : { generated: true as const }),
        ...(map.columns[i]!.type === type.GEOMETRY && { geometry: GEOMETRIES.indexOf(definition.type) }),
      }),
    ),
  };
}

/** True where a column may be one of MariaDB's types that the log alone does not tell. */
export function mayHaveServerTypes(map: TableMap): boolean {
  return map.columns.some(
    ({ type: code, meta }) => type.isOldTemporal(code) || (code === type.STRING && (meta === 4 || meta === 16)),
  );
}

/**
 * A table that describes itself, with what only its server tells: a log has MariaDB's UUID, INET4 and INET6 as BINARY of
 * the same length, and not how many digits a fraction in the old form has. The text of the former and the bytes of a
 * BINARY say the same, so asking about the column as it is now cannot make a value wrong.
 */
export function withServerTypes(table: Table, known: readonly ColumnDefinition[]): Table {
  const columns = table.columns.map((column) => {
    const now = known.find(({ name }) => name === column.name);
    if (now === undefined) return column;
    const isText = column.type === type.STRING && column.meta === BYTES_BY_NAME[now.type];
    return {
      ...column,
      type: isText ? (TYPES_OF_STRING[now.type] ?? column.type) : column.type,
      meta: type.isOldTemporal(column.type) ? now.fractionDigits : column.meta,
    };
  });
  return { ...table, columns };
}

/** Undefined where it is not known; of labels it does not matter, since rows hold their numbers. */
function collationIdOf({ collation, labels }: ColumnDefinition, collations: Collations): number | undefined {
  if (labels !== null) return collations.idOf(collation ?? '') ?? type.BINARY_COLLATION;
  return collation === null ? type.BINARY_COLLATION : (collations.idOf(collation) ?? undefined);
}

const FLOAT_BYTES = 4;

function octetsOf({ type: name, length, collation }: ColumnDefinition, collations: Collations): number | null {
  if (length === null) return null;
  if (name === 'vector') return length * FLOAT_BYTES;
  if (name === 'binary' || name === 'varbinary') return length;
  const bytesMax = collation === null ? null : collations.bytesMaxOf(collation);
  return bytesMax === null ? null : length * bytesMax;
}

function wordsOf({ type: name, length, scale, fractionDigits, unsigned }: ColumnDefinition): string {
  const size = scale === null ? (length ?? (fractionDigits === 0 ? null : fractionDigits)) : `${length},${scale}`;
  return `${name}${size === null ? '' : `(${size})`}${unsigned && name !== 'year' ? ' unsigned' : ''}`;
}

/** MariaDB's catalog has no id for collations that several character sets share; any of the set's does as well. */
function collationOf({ collationId, characterSet }: ColumnFacts): number {
  return collationId ?? (characterSet === null ? type.BINARY_COLLATION : anyCollationOf(characterSet));
}

/** What the log leaves out of columns as they were stored in old versions: width of a DECIMAL, digits of a fraction. */
function oldMeta(code: number, column: ColumnDefinition): number | null {
  if (type.isOldTemporal(code)) return column.fractionDigits;
  if (code !== type.DECIMAL) return null;
  return (column.length ?? 0) + (column.unsigned ? 0 : 1) + (column.scale ? 1 : 0);
}

/** Two INT columns that changed places pass: only what the bytes depend on can be compared. */
function differencesOf(map: TableMap, known: readonly KnownColumn[]): string[] {
  if (map.columns.length !== known.length) {
    return [`the event has ${map.columns.length} columns, the table ${known.length}`];
  }
  return known.flatMap((column, i) => {
    const { type: code, meta } = map.columns[i]!;
    return fits(code, meta, column)
      ? []
      : [`column ${column.definition.name} is ${column.words}, in the event ${type.typeName(code)} (${meta})`];
  });
}

const TYPES_BY_NAME: Readonly<Record<string, readonly number[]>> = {
  tinyint: [type.TINY],
  smallint: [type.SHORT],
  mediumint: [type.INT24],
  int: [type.LONG],
  bigint: [type.LONGLONG],
  float: [type.FLOAT],
  double: [type.DOUBLE],
  decimal: [type.NEWDECIMAL, type.DECIMAL],
  year: [type.YEAR],
  date: [type.DATE, type.NEWDATE],
  time: [type.TIME2, type.TIME],
  datetime: [type.DATETIME2, type.DATETIME],
  timestamp: [type.TIMESTAMP2, type.TIMESTAMP],
  bit: [type.BIT],
  char: [type.STRING],
  binary: [type.STRING],
  varchar: [type.VARCHAR, type.VAR_STRING, type.VARCHAR_COMPRESSED],
  varbinary: [type.VARCHAR, type.VAR_STRING, type.VARCHAR_COMPRESSED],
  tinytext: [type.BLOB, type.BLOB_COMPRESSED],
  text: [type.BLOB, type.BLOB_COMPRESSED],
  mediumtext: [type.BLOB, type.BLOB_COMPRESSED],
  longtext: [type.BLOB, type.BLOB_COMPRESSED],
  tinyblob: [type.BLOB, type.BLOB_COMPRESSED],
  blob: [type.BLOB, type.BLOB_COMPRESSED],
  mediumblob: [type.BLOB, type.BLOB_COMPRESSED],
  longblob: [type.BLOB, type.BLOB_COMPRESSED],
  enum: [type.ENUM],
  set: [type.SET],
  json: [type.JSON_DOCUMENT],
  vector: [type.VECTOR, type.VARCHAR],
  uuid: [type.STRING],
  inet4: [type.STRING],
  inet6: [type.STRING],
};
/** MariaDB's types that are logged as a STRING of so many bytes. */
const BYTES_BY_NAME: Readonly<Record<string, number>> = { uuid: 16, inet4: 4, inet6: 16 };
const TYPES_OF_STRING: Readonly<Record<string, number>> = { uuid: type.UUID, inet4: type.INET4, inet6: type.INET6 };
/** As WKB numbers them. */
const GEOMETRIES = [
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
];

const GEOMETRY_NAMES =
  /^(geometry|point|linestring|polygon|multipoint|multilinestring|multipolygon|geom\w*collection)$/;

function fits(code: number, meta: number, { definition, octets }: KnownColumn): boolean {
  if (GEOMETRY_NAMES.test(definition.type)) return code === type.GEOMETRY;
  if (!(TYPES_BY_NAME[definition.type]?.includes(code) ?? false)) return false;
  switch (code) {
    case type.NEWDECIMAL:
      return (meta & 0xff) === definition.length && meta >> 8 === (definition.scale ?? 0);
    case type.TIME2:
    case type.DATETIME2:
    case type.TIMESTAMP2:
      return meta === definition.fractionDigits;
    case type.BIT:
      return (meta >> 8) * 8 + (meta & 0xff) === definition.length;
    case type.STRING:
    case type.VARCHAR:
      return meta === (BYTES_BY_NAME[definition.type] ?? octets ?? meta);
    case type.VARCHAR_COMPRESSED:
      // One byte says how the value is compressed.
      return octets === null || meta === octets + 1;
    default:
      return true;
  }
}

function mismatch(map: TableMap, differences: readonly string[]): RowtideError {
  return new RowtideError(
    'TABLE_MISMATCH',
    `${map.schema}.${map.name} is not as it was when these rows were logged: ${differences.join('; ')}`,
    { hint: WAYS_OUT },
  );
}

function collationUnknown({ schema, name }: TableMap, column: string): RowtideError {
  return new RowtideError('TABLE_UNKNOWN', `the character set of ${schema}.${name}.${column} is not known`, {
    hint: WAYS_OUT,
  });
}

/** What to do when nobody knows the columns of an event. */
export const WAYS_OUT =
  'Set binlog_row_metadata=FULL on the source and begin behind that; or take the columns as they are now, checked by count, ' +
  'types and lengths, with --schema assume-current; or have names as @1, @2, … with --schema none.';

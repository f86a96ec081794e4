import * as type from '../../column/types.js';
import type { Column, Table } from '../../core/table.js';
import { MILLIS_DIGITS } from './calendar.js';
import type { ValueOptions } from './options.js';

/** A schema of Kafka Connect, members in the order in which its JSON has them. */
export interface ConnectSchema {
  readonly type: string;
  readonly items?: ConnectSchema;
  readonly fields?: readonly ConnectField[];
  readonly optional: boolean;
  readonly name?: string;
  readonly version?: number;
  readonly doc?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly default?: string;
}

export interface ConnectField extends ConnectSchema {
  readonly field: string;
}

type Type = Omit<ConnectSchema, 'optional'>;

export const required = (type: string, field: string): ConnectField => ({ type, optional: false, field });
export const optional = (type: string, field: string): ConnectField => ({ type, optional: true, field });

const named = (type: string, name: string): Type => ({ type, name, version: 1 });

/** `parameters` stand behind the flag in JSON, as all that is not the type itself. */
export function fieldOf(column: Column, options: ValueOptions, isOptional = column.nullable): ConnectField {
  const { type: name, items, fields, ...rest } = typeOf(column, options);
  return {
    type: name,
    ...(items && { items }),
    ...(fields && { fields }),
    optional: isOptional,
    ...rest,
    field: column.name,
  };
}

function typeOf(column: Column, options: ValueOptions): Type {
  const { meta, unsigned } = column;
  switch (column.type) {
    case type.TINY:
      return { type: 'int16' };
    case type.SHORT:
      return { type: unsigned ? 'int32' : 'int16' };
    case type.INT24:
      return { type: 'int32' };
    case type.LONG:
      return { type: unsigned ? 'int64' : 'int32' };
    case type.LONGLONG:
      return unsigned && options.bigintUnsignedHandlingMode === 'precise' ? decimalType(20, 0) : { type: 'int64' };
    case type.YEAR:
      return named('int32', 'io.debezium.time.Year');
    case type.FLOAT:
      return { type: 'float' };
    case type.DOUBLE:
      return { type: 'double' };
    case type.NEWDECIMAL:
      return decimalModeType(column, options);
    case type.DECIMAL:
      // The log does not say what its scale is.
      return { type: options.decimalHandlingMode === 'double' ? 'double' : 'string' };
    case type.BIT:
      return bitType((meta >> 8) * 8 + (meta & 0xff));
    case type.ENUM:
    case type.SET:
      return {
        ...named('string', `io.debezium.data.Enum${column.type === type.SET ? 'Set' : ''}`),
        parameters: { allowed: (column.labels ?? []).join(',') },
      };
    case type.JSON_DOCUMENT:
      return named('string', 'io.debezium.data.Json');
    case type.GEOMETRY:
      return column.geometry === POINT ? POINT_TYPE : GEOMETRY_TYPE;
    case type.VECTOR:
      return { ...named('array', 'io.debezium.data.FloatVector'), items: { type: 'float', optional: false } };
    case type.UUID:
      return named('string', 'io.debezium.data.Uuid');
    default:
      return temporalType(column, options) ?? characterType(column, options);
  }
}

/** As the server numbers kinds of geometries. */
export const POINT = 1;

const POINT_TYPE: Type = {
  ...named('struct', 'io.debezium.data.geometry.Point'),
  fields: [required('double', 'x'), required('double', 'y'), optional('bytes', 'wkb'), optional('int32', 'srid')],
  doc: 'Geometry (POINT)',
};
const GEOMETRY_TYPE: Type = {
  ...named('struct', 'io.debezium.data.geometry.Geometry'),
  fields: [required('bytes', 'wkb'), optional('int32', 'srid')],
  doc: 'Geometry',
};

function decimalType(precision: number, scale: number): Type {
  const parameters = { scale: String(scale), 'connect.decimal.precision': String(precision) };
  return { ...named('bytes', 'org.apache.kafka.connect.data.Decimal'), parameters };
}

function decimalModeType({ meta }: Column, { decimalHandlingMode }: ValueOptions): Type {
  if (decimalHandlingMode !== 'precise') return { type: decimalHandlingMode };
  return decimalType(meta & 0xff, meta >> 8);
}

function bitType(bits: number): Type {
  if (bits === 1) return { type: 'boolean' };
  return { ...named('bytes', 'io.debezium.data.Bits'), parameters: { length: String(bits) } };
}

function characterType(column: Column, { binaryHandlingMode }: ValueOptions): Type {
  const isBytes = type.isCharacter(column.type) && !type.isText(column);
  return { type: isBytes && binaryHandlingMode === 'bytes' ? 'bytes' : 'string' };
}

const MODES = {
  adaptive_time_microseconds: ['io.debezium.time.Date', 'int64 io.debezium.time.MicroTime', ''],
  connect: [
    'org.apache.kafka.connect.data.Date',
    'int32 org.apache.kafka.connect.data.Time',
    'int64 org.apache.kafka.connect.data.Timestamp',
  ],
  isostring: ['io.debezium.time.IsoDate', 'string io.debezium.time.IsoTime', 'string io.debezium.time.IsoTimestamp'],
  microseconds: ['io.debezium.time.Date', 'int64 io.debezium.time.MicroTime', 'int64 io.debezium.time.MicroTimestamp'],
  nanoseconds: ['io.debezium.time.Date', 'int64 io.debezium.time.NanoTime', 'int64 io.debezium.time.NanoTimestamp'],
} as const satisfies Record<ValueOptions['timePrecisionMode'], readonly [string, string, string]>;

function temporalType(column: Column, { timePrecisionMode: mode }: ValueOptions): Type | null {
  const [date, time, timestamp] = MODES[mode];
  switch (column.type) {
    case type.DATE:
    case type.NEWDATE:
      return named(mode === 'isostring' ? 'string' : 'int32', date);
    case type.TIME:
    case type.TIME2:
      return ofWords(time);
    case type.DATETIME:
    case type.DATETIME2:
      if (timestamp !== '') return ofWords(timestamp);
      return named('int64', `io.debezium.time.${(column.meta & 0xff) > MILLIS_DIGITS ? 'Micro' : ''}Timestamp`);
    case type.TIMESTAMP:
    case type.TIMESTAMP2:
      return named('string', 'io.debezium.time.ZonedTimestamp');
    default:
      return null;
  }
}

function ofWords(words: string): Type {
  const [name = '', semantic = ''] = words.split(' ');
  return named(name, semantic);
}

/** What Kafka and Avro do not allow in names becomes an underscore. */
export function topicName(options: ValueOptions, ...names: readonly string[]): string {
  return [options.topicPrefix, ...names].join('.').replaceAll(/[^A-Za-z0-9._-]/g, '_');
}

export function keySchema(table: Table, options: ValueOptions): ConnectSchema {
  return {
    type: 'struct',
    fields: table.primaryKey.map((i) => fieldOf(table.columns[i]!, options)),
    optional: false,
    name: `${topicName(options, table.schema, table.name)}.Key`,
  };
}

export function rowSchema(table: Table, options: ValueOptions): ConnectSchema {
  return {
    type: 'struct',
    fields: table.columns.map((column) => fieldOf(column, options)),
    optional: true,
    name: `${topicName(options, table.schema, table.name)}.Value`,
  };
}

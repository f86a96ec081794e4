import * as z from 'zod';

/** What all formats of this folder have, by Debezium's names in camel case; its defaults. */
const VALUES = {
  topicPrefix: z
    .string()
    .min(1)
    .default('rowtide')
    .describe('topic.prefix: the logical name of the source, in source.name and in the names of schemas'),
  decimalHandlingMode: z
    .enum(['precise', 'double', 'string'])
    .default('precise')
    .describe('decimal.handling.mode: DECIMAL as bytes of Kafka Connect’s Decimal, as a number, or as text'),
  binaryHandlingMode: z
    .enum(['bytes', 'base64', 'base64-url-safe', 'hex'])
    .default('bytes')
    .describe('binary.handling.mode: binary columns; JSON has bytes in base64, too'),
  timePrecisionMode: z
    .enum(['adaptive_time_microseconds', 'connect', 'isostring', 'microseconds', 'nanoseconds'])
    .default('adaptive_time_microseconds')
    .describe('time.precision.mode: DATE, TIME and DATETIME'),
  bigintUnsignedHandlingMode: z
    .enum(['long', 'precise'])
    .default('long')
    .describe('bigint.unsigned.handling.mode: BIGINT UNSIGNED as 64 bits with a sign, or as Kafka Connect’s Decimal'),
  enableTimeAdjuster: z
    .boolean()
    .default(true)
    .describe('enable.time.adjuster: years 0 to 69 are 2000 to 2069, years 70 to 99 are 1970 to 1999'),
};

const SCHEMAS_ENABLE = 'schemas.enable of Kafka Connect’s JsonConverter: each key and value carries its schema';

export const debeziumOptions = z.strictObject({
  ...VALUES,
  schemasEnable: z.boolean().default(false).describe(SCHEMAS_ENABLE),
  tombstonesOnDelete: z
    .boolean()
    .default(true)
    .describe('tombstones.on.delete: a record without a value behind each delete'),
  includeSchemaChanges: z
    .boolean()
    .default(true)
    .describe('include.schema.changes: a record for each statement that changes tables'),
  includeQuery: z
    .boolean()
    .default(false)
    .describe('include.query: source.query has the statement, where the server logs it'),
  provideTransactionMetadata: z
    .boolean()
    .default(false)
    .describe('provide.transaction.metadata: BEGIN and END of transactions, and each row’s place in its own'),
});

export const debeziumFlatOptions = z.strictObject({
  ...VALUES,
  schemasEnable: z.boolean().default(false).describe(SCHEMAS_ENABLE),
  includeSchemaChanges: debeziumOptions.shape.includeSchemaChanges,
  deleteTombstoneHandlingMode: z
    .enum(['tombstone', 'rewrite', 'rewrite-with-tombstone'])
    .default('tombstone')
    .describe('delete.tombstone.handling.mode: a delete as a tombstone, or as its row with __deleted'),
  addFields: z
    .array(
      z
        .string()
        .regex(
          /^(op|ts_(ms|us|ns)|(source\.)?(version|connector|name|ts_ms|db|ts_us|ts_ns|table|server_id|gtid|file|pos))(:\w+)?$/,
        ),
    )
    .default([])
    .describe('add.fields: op, table, source.ts_ms and so on, each with :name for a name of its own'),
  addFieldsPrefix: z.string().default('__').describe('add.fields.prefix: in front of their names'),
});

export const cloudeventsOptions = z.strictObject({
  ...VALUES,
  schemasEnable: z.boolean().default(true).describe('json.schemas.enable: the data carries its schema'),
  tombstonesOnDelete: debeziumOptions.shape.tombstonesOnDelete,
});

const nameAdjustment = z.enum(['avro', 'avro_unicode']).default('avro');

export const avroOptions = debeziumOptions.omit({ schemasEnable: true }).extend({
  schemaNameAdjustmentMode: nameAdjustment.describe(
    'schema.name.adjustment.mode: what Avro does not allow in names of schemas becomes _, or _u and its code',
  ),
  fieldNameAdjustmentMode: nameAdjustment.describe('field.name.adjustment.mode: the same for names of columns'),
});

export type AvroOptions = z.output<typeof avroOptions>;
export type DebeziumOptions = z.output<typeof debeziumOptions>;
export type DebeziumFlatOptions = z.output<typeof debeziumFlatOptions>;
export type CloudeventsOptions = z.output<typeof cloudeventsOptions>;
/** What decides the values of columns and the names of their schemas. */
export type ValueOptions = Pick<DebeziumOptions, keyof typeof VALUES | 'schemasEnable'>;

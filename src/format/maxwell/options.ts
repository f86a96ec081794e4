import * as z from 'zod';

/** As Maxwell calls them, in camel case, with the defaults of its code (its manual has another one for xoffset). */
export const maxwellOptions = z.strictObject({
  outputCommitInfo: z.boolean().default(true).describe('xid of the transaction, and commit: true on its last row'),
  outputXoffset: z.boolean().default(true).describe('place of the row in its transaction, from 0; not on the last row'),
  outputBinlogPosition: z.boolean().default(false).describe('position: file and offset of the row event'),
  outputGtidPosition: z.boolean().default(false).describe('gtid of the transaction'),
  outputNulls: z.boolean().default(true).describe('columns that are NULL'),
  outputNullZerodates: z.boolean().default(false).describe('null in place of 0000-00-00'),
  outputServerId: z.boolean().default(false).describe('server_id of the server that made the change'),
  outputThreadId: z.boolean().default(false).describe('thread_id of the connection that made the change'),
  outputSchemaId: z.boolean().default(false).describe('schema_id: changes in the recorded history of columns so far'),
  outputRowQuery: z.boolean().default(false).describe('query: the statement, where the server logs it'),
  rowQueryMaxLength: z.int().min(0).default(0).describe('characters of the query that are written; 0 is all of them'),
  outputPrimaryKeys: z.boolean().default(false).describe('primary_key: its values'),
  outputPrimaryKeyColumns: z.boolean().default(false).describe('primary_key_columns: their names'),
  outputDdl: z.boolean().default(false).describe('a record for each change of a table or database'),
  kafkaKeyFormat: z.enum(['hash', 'array']).default('hash').describe('form of the keys of records'),
});

export type MaxwellOptions = z.output<typeof maxwellOptions>;

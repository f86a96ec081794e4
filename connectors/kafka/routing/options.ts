import { formatOptions, RowtideError, tablePattern } from 'rowtide';
import { z } from 'zod';
import { headerProblem } from './headers.js';
import { templateProblem } from './topic-name.js';

const header = z.string().superRefine((text, context) => {
  const problem = headerProblem(text);
  if (problem !== null) context.addIssue(problem);
});

const topicTemplate = z.string().superRefine((template, context) => {
  const problem = templateProblem(template);
  if (problem !== null) context.addIssue(problem);
});

const topicName = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/, 'not a topic name');

const partitionBy = z
  .union([z.enum(['key', 'table', 'transaction']), z.number().int().min(0)], {
    error: 'expected "key", "table", "transaction", or the number of a partition',
  })
  .describe('what says to which partition a record goes: murmur2 of its key, of its table, of its transaction; or one');

const keyless = z
  .enum(['table', 'row', 'refuse'])
  .describe('tables without a key: all rows in one partition, the whole row as the key, or not at all');

const keyChanges = z
  .enum(['update', 'delete-insert'])
  .describe('an update of the key stays one record with the new key, or deletes the old one and inserts the new one');

const tombstones = z.boolean().describe('whether a record without a value follows each delete');

const headers = z
  .record(z.string().min(1), header)
  .describe('of each record of a row; {schema}, {table}, {op}, {gtid} and others stand for what they say');

/** Options of the sink that a route may change for its tables. */
const rules = {
  partitionBy: partitionBy.default('key'),
  keyless: keyless.default('table'),
  keyChanges: keyChanges.optional(),
  tombstones: tombstones.optional(),
  headers: headers.default({}),
};

const columns = z
  .array(z.string().min(1))
  .min(1)
  .refine((names) => new Set(names).size === names.length, 'a column is named twice');

const route = z
  .strictObject({
    match: z.string().describe('schema.table with wildcards, or a /regular expression/ over both'),
    topic: z.string().optional(),
    key: columns.describe('columns of the key; without it the primary key').optional(),
    format: formatOptions.optional(),
    partitionBy: partitionBy.optional(),
    keyless: keyless.optional(),
    keyChanges: keyChanges.optional(),
    tombstones: tombstones.optional(),
    headers: headers.optional(),
  })
  .superRefine(({ match, topic }, context) => {
    const groups = groupsOf(match);
    if (groups instanceof RowtideError) {
      context.addIssue({ code: 'custom', path: ['match'], message: `${groups.message}. ${groups.hint ?? ''}` });
      return;
    }
    const problem = topic === undefined ? null : templateProblem(topic, groups);
    if (problem !== null) context.addIssue({ code: 'custom', path: ['topic'], message: problem });
  });

export type RouteOptions = z.output<typeof route>;

export const routingOptions = {
  topic: topicTemplate.default('{schema}.{table}').describe('template with {schema} and {table}, or one fixed name'),
  routes: z.array(route).default([]).describe('for tables that match, tried in their order; the first one counts'),
  ...rules,
  statementTopic: topicName
    .describe('where DDL statements go, in order, to partition 0; without it they are not written')
    .optional(),
  transactionTopic: topicName
    .describe('where begin and end of transactions go, in order, to partition 0, of formats that tell them')
    .optional(),
  heartbeatTopic: topicName
    .describe('where it is told how far the log was written, to partition 0, at the most once an interval')
    .optional(),
  heartbeatIntervalMs: z.number().int().min(1).max(2_147_483_647).default(10_000),
};

function groupsOf(match: string): number | RowtideError {
  try {
    return tablePattern(match).groups;
  } catch (error) {
    if (error instanceof RowtideError) return error;
    throw error;
  }
}

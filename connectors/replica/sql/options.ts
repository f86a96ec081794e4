import { RowtideError, tablePattern } from 'rowtide';
import { z } from 'zod';
import { templateProblem } from './template.js';

const conflicts = z
  .enum(['stop', 'overwrite', 'ignore', 'log'])
  .describe(
    'when a row is not there as a change expects it: stop; make it as the source has it; leave it; leave it and log',
  );

const keyless = z
  .enum(['match', 'refuse'])
  .describe('tables without a key at the target: find rows by all that they hold, one after the other, or stop');

const triggers = z
  .enum(['refuse', 'fire'])
  .describe('tables with triggers at the target: stop, or have them do again what they did at the source');

const rules = {
  conflicts: conflicts.default('stop'),
  keyless: keyless.default('match'),
  triggers: triggers.default('refuse'),
};

const route = z
  .strictObject({
    match: z.string().describe('schema.table with wildcards, or a /regular expression/ over both'),
    to: z
      .string()
      .describe('schema.table; {schema}, {table} and what the expression captured, {1}, stand for themselves')
      .optional(),
    add: z
      .record(z.string().min(1), z.string())
      .describe('columns of the target that are given a value, such as { shard: "{1}" }')
      .default({}),
    conflicts: conflicts.optional(),
    keyless: keyless.optional(),
    triggers: triggers.optional(),
  })
  .superRefine(({ match, to, add }, context) => {
    const groups = groupsOf(match);
    if (groups instanceof RowtideError) {
      context.addIssue({ code: 'custom', path: ['match'], message: `${groups.message}. ${groups.hint ?? ''}` });
      return;
    }
    const problem = (text: string, path: string[]): void => {
      const message = templateProblem(text, groups);
      if (message !== null) context.addIssue({ code: 'custom', path, message });
    };
    if (to !== undefined) {
      problem(to, ['to']);
      if (!/^[^.]+\.[^.]+$/.test(to))
        context.addIssue({ code: 'custom', path: ['to'], message: 'expected schema.table' });
    }
    for (const [column, value] of Object.entries(add)) problem(value, ['add', column]);
  });

/** What mode sql knows of beside what both modes do. */
export const sqlOptions = {
  stateSchema: z
    .string()
    .min(1)
    .max(64)
    .default('rowtide')
    .describe('schema of the tables checkpoint and conflict at the target'),
  routes: z.array(route).default([]).describe('for tables that match, tried in their order; the first one counts'),
  ...rules,
  ddl: z
    .enum(['apply', 'ignore', 'refuse'])
    .default('apply')
    .describe('statements that create, alter, rename, truncate or drop tables'),
  splitRows: z
    .int()
    .min(1)
    .optional()
    .describe(
      'cuts transactions of more rows into commits of so many: locks and undo stay small at the target, and its readers see transactions in part',
    ),
};

const options = z.strictObject(sqlOptions);
export type SqlOptions = z.output<typeof options>;
export type RouteOptions = SqlOptions['routes'][number];

function groupsOf(match: string): number | RowtideError {
  try {
    return tablePattern(match).groups;
  } catch (error) {
    if (error instanceof RowtideError) return error;
    throw error;
  }
}

import { RowtideError, tablePattern } from 'rowtide';
import { z } from 'zod';
import { type ReplicaOptions, replicaOptions } from '../replica/options.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** As long as the servers allow. */
const DELAY_MS_MAX = (2 ** 31 - 1) * 1000;

/** Milliseconds of `1h`, `90m`, `2d`, `500ms`. */
const duration = z.string().transform((text, context) => {
  const [, value, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(value) * (UNITS[unit] ?? 0);
  if (value !== undefined && ms <= DELAY_MS_MAX) return ms;
  context.issues.push({
    code: 'custom',
    input: text,
    message: 'not a delay: 1h, 90m, 2d, 30s or 500ms, at most 2147483647s',
  });
  return z.NEVER;
});

const pattern = z.string().superRefine((text, context) => {
  try {
    tablePattern(text);
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    context.addIssue({ code: 'custom', message: `${error.message}. ${error.hint ?? ''}` });
  }
});

const guard = z.strictObject({
  drop: z
    .boolean()
    .default(true)
    .describe('hold statements that drop tables, schemas, columns or partitions, or replace a table'),
  truncate: z.boolean().default(true).describe('hold those that empty tables or partitions'),
  missingWhere: z
    .boolean()
    .default(true)
    .describe('hold UPDATE and DELETE of every row; known where the log has the texts of statements'),
  deleteRows: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe('hold a transaction that deletes more rows of a table than these'),
  deletePercent: z
    .number()
    .gt(0)
    .max(100)
    .nullable()
    .default(null)
    .describe('hold one that deletes more than this part of a table, from 100 rows on; counted on the target'),
  include: z.array(pattern).default([]).describe('patterns of the tables that are guarded; none: all'),
  exclude: z.array(pattern).default([]).describe('patterns of tables that are not'),
  webhook: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe('where alerts are posted to, as JSON'),
});

const own = z.strictObject({ delay: duration.describe('how late: 1h, 90m, 2d'), guard: guard.prefault({}) });

/** Those of the replica, and how late it is to be and before what it is to stand still. */
export const delayedOptions = z.unknown().transform((value, context) => {
  const { delay, guard: rules, ...rest } = Object(value) as Record<string, unknown>;
  const late = own.safeParse({ ...(delay !== undefined && { delay }), ...(rules !== undefined && { guard: rules }) });
  const replica = replicaOptions.safeParse(rest);
  for (const { error } of [late, replica]) {
    for (const issue of error?.issues ?? []) context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
  }
  if (!late.success || !replica.success) return z.NEVER;
  if (late.data.guard.deletePercent !== null && isRouted(replica.data)) {
    const message = 'it counts in the table of the same name, and routes give tables other ones: take deleteRows';
    context.issues.push({ code: 'custom', input: value, path: ['guard', 'deletePercent'], message });
    return z.NEVER;
  }
  return { delayMs: late.data.delay, guard: late.data.guard, replica: replica.data };
});

function isRouted(options: ReplicaOptions): boolean {
  return options.mode === 'sql' && options.routes.some(({ to }) => to !== undefined);
}

export type DelayedOptions = z.output<typeof delayedOptions>;

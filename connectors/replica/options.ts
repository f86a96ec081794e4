import { parseServerUrl, RowtideError, type ServerAddress } from 'rowtide';
import { z } from 'zod';
import { sqlOptions } from './sql/options.js';

export const targetOptions = {
  url: z.string().describe('the target, as mysql://user@host:port, with TLS options as its query'),
  password: z.string().describe('beats the one in the URL').optional(),
  workers: z.int().min(1).max(64).default(1).describe('connections that apply transactions at the same time'),
};

const NO_SPLIT =
  'splitRows cuts transactions, and in mode binlog each has one GTID, which one commit has. Use mode sql, or leave it out';

const members = z.discriminatedUnion('mode', [
  z.strictObject({
    ...targetOptions,
    mode: z.literal('binlog').describe('replay the events of a source of the same schema and flavour'),
    commitOrder: z
      .enum(['source', 'any'])
      .default('source')
      .describe(
        'of several workers: source: readers see no state that the source never had; any: a transaction waits for those only that it needs',
      ),
    splitRows: z.never({ error: NO_SPLIT }).optional(),
  }),
  z.strictObject({
    ...targetOptions,
    mode: z.literal('sql').describe('write rows by statements, into tables that may have other names and columns'),
    ...sqlOptions,
  }),
]);

/** The target is one address, so that no part of it is read twice. */
export const replicaOptions = members.transform(({ url, password, ...rest }, context) => {
  const target = addressOf({ url, password }, context);
  return target === null ? z.NEVER : { target, ...rest };
});

export type ReplicaOptions = z.output<typeof replicaOptions>;
export type BinlogOptions = Extract<ReplicaOptions, { mode: 'binlog' }>;

/** Null, and an issue at its place, where the URL is none. */
export function addressOf(
  { url, password }: { readonly url: string; readonly password: string | undefined },
  context: z.RefinementCtx,
): ServerAddress | null {
  try {
    return parseServerUrl(url, password === undefined ? {} : { password });
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    const message = `${error.message}. ${error.hint ?? ''}`;
    context.issues.push({ code: 'custom', input: url, path: ['url'], message });
    return null;
  }
}

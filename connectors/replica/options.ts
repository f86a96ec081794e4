import { parseServerUrl, RowtideError, type ServerAddress } from 'rowtide';
import { z } from 'zod';
import { sqlOptions } from './sql/options.js';

const target = {
  url: z.string().describe('the target, as mysql://user@host:port, with TLS options as its query'),
  password: z.string().describe('beats the one in the URL').optional(),
};

const members = z.discriminatedUnion('mode', [
  z.strictObject({
    ...target,
    mode: z.literal('binlog').describe('replay the events of a source of the same schema and flavour'),
  }),
  z.strictObject({
    ...target,
    mode: z.literal('sql').describe('write rows by statements, into tables that may have other names and columns'),
    ...sqlOptions,
  }),
]);

/** The target is one address, so that no part of it is read twice. */
export const replicaOptions = members.transform(({ url, password, ...rest }, context) => {
  const target = addressOf(url, password);
  if (!(target instanceof RowtideError)) return { target, ...rest };
  const message = `${target.message}. ${target.hint ?? ''}`;
  context.issues.push({ code: 'custom', input: url, path: ['url'], message });
  return z.NEVER;
});

export type ReplicaOptions = z.output<typeof replicaOptions>;

function addressOf(url: string, password: string | undefined): ServerAddress | RowtideError {
  try {
    return parseServerUrl(url, password === undefined ? {} : { password });
  } catch (error) {
    if (error instanceof RowtideError) return error;
    throw error;
  }
}

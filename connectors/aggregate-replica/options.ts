import { z } from 'zod';
import { addressOf, targetOptions } from '../replica/options.js';
import { sqlOptions } from '../replica/sql/options.js';

/** Those of the replica in mode sql, with another thing to do about statements. */
const members = z.strictObject({
  ...targetOptions,
  ...sqlOptions,
  ddl: z
    .enum(['merge', 'ignore', 'refuse'])
    .default('merge')
    .describe(
      'statements that create and alter tables: made once, by the first source that comes to them; left out; or stop',
    ),
});

export const aggregateOptions = members.transform(({ url, password, ...rest }, context) => {
  const target = addressOf({ url, password }, context);
  return target === null ? z.NEVER : { target, ...rest };
});

import { unreachable } from 'rowtide';
import { z } from 'zod';
import { commandToken } from './command-token.js';
import type { Mechanism } from './mechanism.js';
import { oauthBearer, type TokenProvider } from './oauthbearer.js';
import { plain } from './plain.js';
import { scram } from './scram.js';

const login = { username: z.string().min(1), password: z.string() };

const provider = z.custom<TokenProvider>((value) => typeof value === 'function', 'not a function');

const bearer = z
  .strictObject({
    mechanism: z.literal('oauthbearer'),
    token: z.string().min(1).describe('one that does not expire while the pipeline runs').optional(),
    command: z
      .array(z.string().min(1))
      .min(1)
      .describe('program and arguments; prints a token, and is run for each connection')
      .optional(),
    oauthBearerProvider: provider.describe('in a library: an async function that gives { value: token }').optional(),
  })
  .transform(({ mechanism, token, command, oauthBearerProvider }, context) => {
    const providers: TokenProvider[] = [];
    if (token !== undefined) providers.push(async () => ({ value: token }));
    if (command !== undefined) providers.push(commandToken(command));
    if (oauthBearerProvider !== undefined) providers.push(oauthBearerProvider);
    const [only] = providers;
    if (only !== undefined && providers.length === 1) return { mechanism, oauthBearerProvider: only };
    context.addIssue('oauthbearer needs one of token, command and oauthBearerProvider');
    return z.NEVER;
  });

/** Named as kafkajs has them, and handed on to it as they are. */
export const saslOptions = z.discriminatedUnion('mechanism', [
  z.strictObject({ mechanism: z.literal('plain'), ...login }),
  z.strictObject({ mechanism: z.literal('scram-sha-256'), ...login }),
  z.strictObject({ mechanism: z.literal('scram-sha-512'), ...login }),
  bearer,
]);

export type SaslOptions = z.output<typeof saslOptions>;

export function mechanismOf(options: SaslOptions): Mechanism {
  switch (options.mechanism) {
    case 'plain':
      return plain(options.username, options.password);
    case 'scram-sha-256':
      return scram('sha256', options.username, options.password);
    case 'scram-sha-512':
      return scram('sha512', options.username, options.password);
    case 'oauthbearer':
      return oauthBearer(options.oauthBearerProvider);
    default:
      return unreachable(options);
  }
}

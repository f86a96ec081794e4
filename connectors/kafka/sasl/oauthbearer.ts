import { RowtideError } from 'rowtide';
import type { Mechanism } from './mechanism.js';

/** Gives the token to log in with now; called for every connection, and again before a session ends. */
export type TokenProvider = () => Promise<{ readonly value: string }>;

/**
 * RFC 7628. A broker that refuses a token says why first, as JSON, and fails only after it was answered:
 * ```
 * client => "n,," SOH "auth=Bearer " token SOH SOH
 * broker => nothing, or {"status":"invalid_token"}, which is answered with SOH
 * ```
 */
export function oauthBearer(provider: TokenProvider): Mechanism {
  return {
    name: 'OAUTHBEARER',
    who: 'the bearer of the token',
    async *converse() {
      const { value } = await provider().catch(noToken);
      const refused = yield Buffer.from(`n,,\x01auth=Bearer ${value}\x01\x01`);
      if (refused.length > 0) yield Buffer.from('\x01');
    },
  };
}

/** Whoever gives tokens may be down for a while. */
function noToken(cause: unknown): never {
  if (cause instanceof RowtideError) throw cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new RowtideError('SINK_UNREACHABLE', `oauthBearerProvider gives no token: ${reason}`, {
    retryable: true,
    cause,
  });
}

import type { Api } from './api.js';

/**
 * ```
 * Request  => mechanism:STRING
 * Response => error_code:INT16 mechanisms:[STRING]
 * ```
 * Version 1 says that the exchange follows in SaslAuthenticate requests.
 */
export const saslHandshake: Api<{ mechanism: string }, { errorCode: number; offered: readonly string[] }> = {
  name: 'SaslHandshake',
  key: 17,
  version: 1,
  flexible: false,
  write(w, { mechanism }) {
    w.nullableString(mechanism);
  },
  read(r) {
    return { errorCode: r.i16(), offered: r.array(() => r.string()) };
  },
};

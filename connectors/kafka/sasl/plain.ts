import type { Mechanism } from './mechanism.js';

/** RFC 4616: the password itself, so only TLS keeps it secret. */
export function plain(username: string, password: string): Mechanism {
  return {
    name: 'PLAIN',
    who: `user ${username}`,
    async *converse() {
      yield Buffer.from(`\0${username}\0${password}`);
    },
  };
}

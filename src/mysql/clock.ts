import { withConnection } from './connect.js';
import type { ServerAddress } from './url.js';

/** What time a server had, and at which moment of our steady clock: in the middle of the round trip that asked it. */
export async function serverTime(
  address: ServerAddress,
  signal: AbortSignal,
): Promise<{ sourceMs: number; atMs: number; errorMs: number }> {
  return withConnection(address, signal, async (connection) => {
    const askedAt = performance.now();
    const [row] = await connection.query<[string]>('SELECT UTC_TIMESTAMP(6)');
    const tripMs = performance.now() - askedAt;
    // Date reads milliseconds, and no more than those.
    const sourceMs = Date.parse(`${String(row?.[0]).replace(' ', 'T').slice(0, 23)}Z`);
    return { sourceMs, atMs: askedAt + tripMs / 2, errorMs: tripMs / 2 };
  });
}

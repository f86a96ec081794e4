import type { Server } from 'node:net';
import type { Listen } from '../config/listen.js';
import { RowtideError } from '../core/errors.js';
import type { Log } from '../core/log.js';

export interface Listening {
  readonly key: string;
  readonly log: Log;
}

/**
 * Throws IO where nobody can listen there; `key` is where the configuration says so. What happens to it later, as when the
 * process has no file handle left for somebody who connects, is warned of and ends nothing.
 */
export async function listening(server: Server, { host, port }: Listen, { key, log }: Listening): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(
        new RowtideError('IO', `cannot listen on ${host}:${port}: ${cause.message}`, {
          hint: `Give ${key} an address of this machine and a port that is free.`,
          cause,
        }),
      );
    server.once('error', fail);
    server.listen({ host, port }, () => {
      server.off('error', fail);
      resolve();
    });
  });
  server.on('error', (error) => log.warn({ host, port, err: error }, `${key}: somebody could not connect`));
}

export function warnOfOthers(log: Log, { host, port }: Listen, key: string): void {
  log.warn({ host, port }, `${key} is no loopback address: who reaches it may read it, and nobody is asked who he is`);
}

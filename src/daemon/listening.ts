import type { Server } from 'node:net';
import type { Listen } from '../config/listen.js';
import { RowtideError } from '../core/errors.js';
import type { Log } from '../core/log.js';

/** Throws IO where nobody can listen there; `key` is where the configuration says so. */
export async function listening(server: Server, { host, port }: Listen, key: string): Promise<void> {
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
}

export function warnOfOthers(log: Log, { host, port }: Listen, key: string): void {
  log.warn({ host, port }, `${key} is no loopback address: who reaches it may read it, and nobody is asked who he is`);
}

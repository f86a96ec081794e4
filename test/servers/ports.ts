import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { tryLock } from './lock.js';

/**
 * A free port on loopback. It lies below the range from which the kernel serves outgoing connections, so that a server
 * that restarts finds its port free again, and it is reserved for the life of this process, so that two servers that
 * start at once do not meet.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    if ((await tryLock(`port ${port}`)) && (await isFree(port))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = net.createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
    probe.close();
    await once(probe, 'close');
    return true;
  } catch {
    return false;
  }
}

import net from 'node:net';

/**
 * Holds a lock of the whole machine until released or until this process dies, whatever kills it: the lock is a bound
 * abstract Unix socket, which the kernel frees with its owner, so there is no stale lock to recognise. Undefined when
 * another process holds it.
 */
export async function tryLock(name: string): Promise<(() => void) | undefined> {
  const server = net.createServer();
  const bound = new Promise<boolean>((resolve, reject) => {
    server.once('listening', () => resolve(true));
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
  });
  server.listen(address(name));
  if (!(await bound)) return undefined;
  // Those who wait are connected: letting go of them is how they learn that it is their turn.
  const waiting = new Set<net.Socket>();
  server.on('connection', (socket) => {
    waiting.add(socket.on('error', () => {}).on('close', () => waiting.delete(socket)));
    socket.unref();
  });
  server.unref();
  return () => {
    server.close();
    for (const socket of waiting) socket.destroy();
  };
}

export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const release = await tryLock(name);
    if (!release) {
      await holderGone(name);
      continue;
    }
    try {
      return await work();
    } finally {
      release();
    }
  }
}

async function holderGone(name: string): Promise<void> {
  // It may let go before we are through to it: that error, too, ends in 'close'.
  const socket = net.connect(address(name)).on('error', () => {});
  await new Promise((resolve) => socket.resume().once('close', resolve));
}

const address = (name: string): string => `\0rowtide ${name}`;

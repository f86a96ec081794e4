import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GtidSet } from '../../src/core/gtid.js';
import type { LogPosition, Position } from '../../src/core/position.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { type ServerLogOptions, serverLog } from '../../src/source/server.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { freePort } from '../servers/ports.js';
import { needs } from '../servers/suite.js';
import { logEnd, never, readTo, sql } from './reading.js';

const everything: LogPosition = { kind: 'gtid', executed: GtidSet.empty };

needs('own').describe('serverLog, when things go wrong', () => {
  let server: MysqlServer;
  let position: Position;

  const logOf = (options: Partial<ServerLogOptions> & { url?: string } = {}) =>
    serverLog({ address: parseServerUrl(options.url ?? server.url), heartbeatMs: 1000, ...options });

  beforeAll(async () => {
    server = await startMysql();
    await sql(
      server.url,
      'CREATE DATABASE shop',
      'CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(1000))',
      "INSERT INTO shop.item (name) VALUES (REPEAT('x', 1000))",
      ...Array<string>(14).fill('INSERT INTO shop.item (name) SELECT name FROM shop.item'),
    );
    position = { source: await logOf().identity(never), log: everything, held: [] };
  });

  afterAll(() => server?.remove());

  it('a wrong password is refused at once, and not repeated', async () => {
    const log = logOf({ address: parseServerUrl(server.url, { password: 'canary-5519' }) });
    const error = await log.identity(never).catch((each: unknown) => each);
    expect(error).toMatchObject({
      code: 'SOURCE_ACCESS_DENIED',
      retryable: false,
      message: expect.stringContaining(`127.0.0.1:${server.port}: Access denied for user 'root'@'127.0.0.1'`),
    });
    expect(JSON.stringify(error) + String(error) + (error as Error).stack).not.toContain('canary-5519');
    await expect(firstOf(log, position)).rejects.toMatchObject({ code: 'SOURCE_ACCESS_DENIED' });
  });

  it('a port without a server, and a host without an address, may come back', async () => {
    const port = await freePort();
    await expect(logOf({ url: `mysql://127.0.0.1:${port}` }).head(never)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining(`127.0.0.1:${port}: connect ECONNREFUSED`),
    });
    await expect(logOf({ url: 'mysql://nowhere.invalid/?ssl-mode=disabled' }).head(never)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('nowhere.invalid:3306'),
    });
  });

  it('a user without the privilege is told which one', async () => {
    await sql(server.url, "CREATE USER nobody IDENTIFIED BY 'x'");
    const log = logOf({ address: parseServerUrl(server.url.replace('root', 'nobody'), { password: 'x' }) });
    await expect(firstOf(log, position)).rejects.toMatchObject({
      code: 'SOURCE_ACCESS_DENIED',
      hint: expect.stringContaining('GRANT REPLICATION SLAVE'),
    });
  });

  it('a user with no more than the privileges it needs reads over TLS and over a socket', async () => {
    await sql(
      server.url,
      "CREATE USER cdc IDENTIFIED WITH caching_sha2_password BY 'secret'",
      'GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO cdc',
    );
    const end = await logEnd(server.url);
    for (const way of ['ssl-mode=disabled', 'ssl-mode=required', `socket=${encodeURIComponent(server.socket)}`]) {
      const url = `mysql://cdc@127.0.0.1:${server.port}/?${way}`;
      const events = await readTo(logOf({ address: parseServerUrl(url, { password: 'secret' }) }), everything, end);
      expect(events.at(-1)!.end).toBe(end.offset);
    }
  });

  it('a slow reader holds the socket back, and memory stays bounded', async () => {
    const queueBytesMax = 2 ** 18;
    const stop = new AbortController();
    const end = await logEnd(server.url);
    let largest = 0;
    let bytes = 0;
    let last = 0;
    for await (const block of logOf({ queueBytesMax }).read(position, stop.signal)) {
      const size = block.events.reduce((sum, event) => sum + event.bytes.length, 0);
      largest = Math.max(largest, size);
      bytes += size;
      last = block.events.at(-1)!.end;
      if (block.file === end.file && last >= end.offset) stop.abort();
      else await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(bytes).toBeGreaterThan(30 * queueBytesMax);
    expect(last).toBe(end.offset);
    // What is read ahead is at most the bound and the chunk that reached it.
    expect(largest).toBeLessThan(queueBytesMax + 2 ** 17);
  });

  it('a reader that pauses longer than the heartbeat is not taken for a dead server', async () => {
    const stop = new AbortController();
    const end = await logEnd(server.url);
    let blocks = 0;
    for await (const block of logOf({ queueBytesMax: 2 ** 18, heartbeatMs: 600 }).read(position, stop.signal)) {
      if (blocks++ === 3) await new Promise((resolve) => setTimeout(resolve, 1500));
      if (block.file === end.file && block.events.at(-1)!.end >= end.offset) stop.abort();
    }
    expect(blocks).toBeGreaterThan(3);
  });

  it('an idle server is heard by its heartbeats, and one that froze is not', async () => {
    const reading = logOf({ heartbeatMs: 1000 }).read({ ...position, log: await logOf().head(never) }, never);
    const failure = drain(reading[Symbol.asyncIterator]()).catch((error: unknown) => error);
    const idle = new Promise((resolve) => setTimeout(resolve, 2500, 'idle'));
    expect(await Promise.race([failure, idle])).toBe('idle');
    server.pause();
    try {
      expect(await failure).toMatchObject({
        code: 'SOURCE_UNREACHABLE',
        retryable: true,
        message: expect.stringMatching(/binlog\.\d+:\d+: nothing was heard in time/),
      });
    } finally {
      server.resume();
    }
  });

  it('a second reader under the same identity ends the first, for good', async () => {
    const log = logOf();
    const from = { ...position, log: await log.head(never) };
    const first = log.read(from, never)[Symbol.asyncIterator]();
    await first.next();
    const stop = new AbortController();
    const second = log.read(from, stop.signal)[Symbol.asyncIterator]();
    await second.next();
    await expect(drain(first)).rejects.toMatchObject({ code: 'SOURCE_FENCED', retryable: false });
    stop.abort();
    await drain(second);
  });

  it('a connection that is cut anywhere is reported as that, after what came whole', async () => {
    for (const bytes of [3000, 200_001, 1_000_003]) {
      const proxy = await cuttingProxy(server.port, bytes);
      const { port } = proxy.address() as AddressInfo;
      let events = 0;
      const reading = (async () => {
        for await (const block of logOf({ url: `mysql://root@127.0.0.1:${port}` }).read(position, never)) {
          events += block.events.length;
        }
      })();
      await expect(reading).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE', retryable: true });
      if (bytes > 100_000) expect(events).toBeGreaterThan(2);
      await new Promise((resolve) => proxy.close(resolve));
    }
  });

  it('a server that ends the dump, by KILL or because it stops, may come back', async () => {
    const iterator = logOf().read(position, never)[Symbol.asyncIterator]();
    await iterator.next();
    // Those of the tests before are ended, too, but not at once.
    await expect.poll(dumps).toHaveLength(1);
    const [row] = await dumps();
    await sql(server.url, `KILL ${String(row![0])}`);
    await expect(drain(iterator)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE', retryable: true });

    const again = logOf().read(position, never)[Symbol.asyncIterator]();
    await again.next();
    const failure = drain(again).catch((error: unknown) => error);
    await server.kill();
    expect(await failure).toMatchObject({ code: 'SOURCE_UNREACHABLE', retryable: true });
    await server.restart();
  });

  it('leaves nothing behind when it is stopped: by its signal, by the loop, or before it began', async () => {
    const sockets = openSockets();
    for (const after of [0, 1, 5]) {
      const stop = new AbortController();
      let blocks = 0;
      if (after === 0) stop.abort();
      for await (const _ of logOf({ queueBytesMax: 1000 }).read(position, stop.signal))
        if (++blocks === after) stop.abort();
      expect(blocks).toBe(after);
    }
    for await (const _ of logOf().read(position, never)) break;
    const aborted = new AbortController();
    const waiting = drain(
      logOf()
        .read({ ...position, log: await logOf().head(never) }, aborted.signal)
        [Symbol.asyncIterator](),
    );
    setTimeout(() => aborted.abort(), 50);
    await waiting;
    // The server is told to end them, and does so a moment later.
    await expect.poll(dumps).toEqual([]);
    await expect.poll(openSockets).toBe(sockets);
  });

  const dumps = (): Promise<(readonly unknown[])[]> =>
    sql(server.url, "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'");
});

const openSockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

async function firstOf(log: ReturnType<typeof serverLog>, position: Position): Promise<void> {
  for await (const _ of log.read(position, never)) return;
}

async function drain(iterator: AsyncIterator<unknown>): Promise<void> {
  while (!(await iterator.next()).done);
}

async function listen(accept: (socket: Socket) => void): Promise<Server> {
  const server = createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Passes connections on, and cuts each after so many bytes from the server. */
function cuttingProxy(port: number, bytes: number): Promise<Server> {
  return listen((client) => {
    const upstream = connect({ port, host: '127.0.0.1' });
    let left = bytes;
    upstream.on('data', (chunk: Buffer) => {
      client.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) client.end();
    });
    client.pipe(upstream);
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
}

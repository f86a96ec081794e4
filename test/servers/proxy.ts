import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.js';

/** A TCP proxy on loopback that misbehaves on command, between a client and a real server. */
export async function startProxy(options: { target: { host?: string; port: number } }): Promise<FaultProxy> {
  const listener = net.createServer({ allowHalfOpen: true });
  const { host = '127.0.0.1', port } = options.target;
  const proxy = new FaultProxy(listener, await freePort(), { host, port });
  await proxy.refuse(false);
  return proxy;
}

/** Where a connection breaks: after exactly so many bytes of a direction, in the middle of whatever they belong to. */
export interface Cut {
  readonly direction: Direction;
  readonly afterBytes: number;
}

type Direction = 'request' | 'answer';

interface Link {
  client: net.Socket;
  server: net.Socket;
  /** What may still pass before the link breaks. */
  bytesLeft: Record<Direction, number>;
}

export class FaultProxy {
  readonly host = '127.0.0.1';
  /** What each chunk waits in either direction. */
  delayMs = 0;
  /** Asked for each new connection. */
  plan: () => Cut | null = () => null;
  /** How many connections were broken, by plan or at once. */
  cuts = 0;
  private readonly links = new Set<Link>();
  private bytesPerSecond = Number.POSITIVE_INFINITY;
  private gate: Promise<void> = Promise.resolve();
  private openGate: () => void = () => {};

  constructor(
    private readonly listener: net.Server,
    /** Its own: one that nobody else takes while it refuses. */
    readonly port: number,
    private readonly target: { host: string; port: number },
  ) {
    listener.on('connection', (client) => this.accept(client));
  }

  /** How many connections are open now. */
  get connections(): number {
    return this.links.size;
  }

  /** Resets every open connection; new ones are served. */
  cutAll(): void {
    for (const { client, server } of this.links) {
      this.cuts++;
      reset(client);
      reset(server);
    }
  }

  /** The next connection breaks after exactly this many bytes from the server. */
  cutAfterBytes(bytes: number): void {
    this.plan = () => {
      this.plan = () => null;
      return { direction: 'answer', afterBytes: bytes };
    };
  }

  /** The open connections break after exactly this many more bytes from the server; resolves when they have. */
  async cutOpenAfterBytes(bytes: number): Promise<void> {
    const open = [...this.links];
    for (const link of open) link.bytesLeft.answer = bytes;
    await Promise.all(open.map(({ client }) => closed(client)));
  }

  /** Nothing passes and nothing closes, as when a cable is out; later everything held back goes on. */
  blackHole(on: boolean): void {
    this.openGate();
    if (on) this.gate = new Promise((resolve) => (this.openGate = resolve));
  }

  /** For both directions of each connection; Infinity lifts it. */
  throttle(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** New connections are refused, as when nothing listens; open ones stay. */
  async refuse(on: boolean): Promise<void> {
    if (on === !this.listener.listening) return;
    if (on) {
      this.listener.close(); // its 'close' waits for the open connections, refusing does not
      return;
    }
    this.listener.listen(this.port, this.host);
    await once(this.listener, 'listening');
    this.listener.unref();
  }

  async close(): Promise<void> {
    await this.refuse(true);
    this.blackHole(false);
    this.cutAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private accept(client: net.Socket): void {
    const server = net.connect({ ...this.target, allowHalfOpen: true });
    const link: Link = { client, server, bytesLeft: { request: Infinity, answer: Infinity } };
    const cut = this.plan();
    if (cut !== null) link.bytesLeft[cut.direction] = cut.afterBytes;
    this.links.add(link);
    for (const [socket, peer] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.setNoDelay(true);
      socket.on('error', () => reset(peer));
      socket.on('close', () => this.links.delete(link));
    }
    void this.pump(link, 'request');
    void this.pump(link, 'answer');
  }

  /** Reads only what it can pass on, so that a slow reader is felt by the writer. */
  private async pump(link: Link, direction: Direction): Promise<void> {
    const [from, to] = direction === 'request' ? [link.client, link.server] : [link.server, link.client];
    const { bytesLeft } = link;
    try {
      for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        await this.hold(chunk.length);
        const passed = chunk.subarray(0, bytesLeft[direction]);
        bytesLeft[direction] -= passed.length;
        if (!to.write(passed)) await once(to, 'drain');
        if (bytesLeft[direction] > 0) continue;
        this.cuts++;
        return breakOff(from, to);
      }
      to.end();
    } catch {
      breakOff(from, to);
    }
  }

  private async hold(bytes: number): Promise<void> {
    await this.gate;
    const waitMs = this.delayMs + (1000 * bytes) / this.bytesPerSecond;
    if (waitMs > 0) await sleep(waitMs);
  }
}

async function closed(socket: net.Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/**
 * Node 20 cannot reset a socket while it is being shut down (`reset EINVAL`): it forgets the handle without closing it, and
 * its process turns round for ever in its exit.
 */
export function reset(socket: net.Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}

/** Without a reset, which could overtake the bytes that were still to arrive. */
function breakOff(from: net.Socket, to: net.Socket): void {
  to.end(() => to.destroy());
  from.destroy();
}

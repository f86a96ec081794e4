import { once } from 'node:events';
import net from 'node:net';

export interface Cut {
  readonly direction: 'request' | 'answer';
  /** Of that direction, counted from the begin of the connection. */
  readonly afterBytes: number;
}

/** Stands between client and broker and breaks connections where it is told to. */
export class BreakingProxy {
  /** Asked for each new connection. */
  plan: () => Cut | null = () => null;
  cuts = 0;
  readonly port: number;
  readonly #server: net.Server;
  readonly #pairs = new Set<() => void>();

  private constructor(server: net.Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(port: number, target: number): Promise<BreakingProxy> {
    const server = net.createServer();
    const proxy = new BreakingProxy(server, port);
    server.on('connection', (client) => proxy.#connect(client, net.connect(target, '127.0.0.1')));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  cutAll(): void {
    for (const cut of [...this.#pairs]) cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.plan = () => null;
    this.cutAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect(client: net.Socket, broker: net.Socket): void {
    const planned = this.plan();
    const cut = (): void => {
      if (!this.#pairs.delete(cut)) return;
      this.cuts++;
      client.destroy();
      broker.destroy();
    };
    this.#pairs.add(cut);
    for (const socket of [client, broker]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(cut);
        client.destroy();
        broker.destroy();
      });
    }
    forward(client, broker, planned?.direction === 'request' ? planned.afterBytes : null, cut);
    forward(broker, client, planned?.direction === 'answer' ? planned.afterBytes : null, cut);
  }
}

/** Passes bytes on, up to exactly `limit` of them; then lets them arrive before it cuts. */
function forward(from: net.Socket, to: net.Socket, limit: number | null, cut: () => void): void {
  let left = limit ?? Number.POSITIVE_INFINITY;
  from.on('data', (chunk: Buffer) => {
    const passed = chunk.subarray(0, Math.min(left, chunk.length));
    left -= passed.length;
    if (left <= 0) to.write(passed, () => setImmediate(cut));
    else if (!to.write(passed)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
}

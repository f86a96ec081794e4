/**
 * vitest's globalSetup: keeps the servers that test files share, those that run one after the other: two that run at
 * once would find each other's changes in the log. It starts one when it is first asked for, over HTTP on loopback,
 * since every test file runs in a process of its own.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { kinds, type RunningServer, type ServerKind } from './kinds.js';
import { closeRun, isChild, removeLeftovers } from './runs.js';

export default async function setup(): Promise<() => Promise<void>> {
  removeLeftovers();
  const keeper = new Keeper();
  process.env.ROWTIDE_TEST_KEEPER = await keeper.listen();
  // The default for these ends a process without its exit handlers, which stop the servers.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  return async () => {
    keeper.close();
    closeRun();
    removeLeftovers(isChild); // of workers that were killed, and of those that are about to end
  };
}

class Keeper {
  /** By the path that asks for them. */
  private readonly servers = new Map<string, Promise<RunningServer>>();
  private readonly notRun = new Set<string>();
  private readonly http = http.createServer((request, response) => {
    this.answer(request).then(
      (body) => response.end(body),
      (error) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });

  async listen(): Promise<string> {
    this.http.listen(0, '127.0.0.1').unref();
    await once(this.http, 'listening');
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  close(): void {
    this.http.close();
    if (this.notRun.size === 0) return;
    const names = [...this.notRun].map((name) => `  ${name}\n`).join('');
    process.stdout.write(`not run against the given servers:\n${names}`);
  }

  private async answer(request: http.IncomingMessage): Promise<string> {
    if (request.method === 'POST') {
      this.notRun.add(await text(request));
      return '';
    }
    const path = request.url ?? '';
    const kind = path.split('/').at(-1) as ServerKind;
    const server = this.servers.get(path) ?? start(kind);
    this.servers.set(path, server);
    const { address, version } = await server;
    return JSON.stringify({ address, version });
  }
}

async function start(kind: ServerKind): Promise<RunningServer> {
  const server = await kinds[kind].start();
  process.stderr.write(`${kinds[kind].title} ${server.version} runs at ${server.address}\n`);
  return server;
}

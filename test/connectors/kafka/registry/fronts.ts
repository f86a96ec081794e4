import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

/** What stands in front of a registry: a login, or one that is busy or slow. A status is the answer. */
export type Guard = (request: http.IncomingMessage) => number | null | Promise<number | null>;

/** Servers that pass on to the real registry what their guard lets through. */
export class Fronts {
  readonly #url: () => string;
  readonly #servers: (http.Server | https.Server)[] = [];

  constructor(url: () => string) {
    this.#url = url;
  }

  /** The URL of a new one. */
  async open(guard: Guard, tls?: { key: string; cert: string }): Promise<string> {
    const listener: http.RequestListener = (request, response) => void this.#pass(guard, request, response);
    const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
    this.#servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `${tls ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}/registry`;
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }

  async #pass(guard: Guard, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const status = await guard(request);
    if (status !== null) {
      response.writeHead(status).end(JSON.stringify({ error_code: status, message: 'not now' }));
      return;
    }
    const { pathname, origin } = new URL(this.#url());
    const target = new URL(request.url!.replace('/registry', pathname), origin);
    const { method, headers } = request;
    request.pipe(
      http.request(target, { method: method!, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      }),
    );
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Listen } from '../../config/listen.js';
import { RowtideError } from '../../core/errors.js';
import type { Log } from '../../core/log.js';
import { isLoopback } from '../../mysql/url.js';
import { listening, warnOfOthers } from '../listening.js';

export interface Answer {
  readonly status: number;
  /** Default: JSON. */
  readonly type?: string;
  /** Pieces are sent as they come, until there are no more or nobody listens any more. */
  readonly body: string | AsyncIterable<string>;
}

export interface HttpOptions {
  readonly listen: Listen;
  /** Names that may stand in a request's Host, beside addresses and localhost. */
  readonly hosts: readonly string[];
  readonly log: Log;
  /** `signal` aborts when who asked goes away, or when the server closes. What is thrown becomes an answer. */
  readonly answer: (url: URL, signal: AbortSignal) => Answer | Promise<Answer>;
  /** The last look at every body before it leaves. */
  readonly redact: (text: string) => string;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 1000;
const HEADERS_TIMEOUT_MS = 10_000;
const JSON_TYPE = 'application/json; charset=utf-8';

/** Answers GET and HEAD; nothing that is asked over it changes anything. */
export async function listenForHttp(options: HttpOptions): Promise<HttpServer> {
  const { listen, log } = options;
  const closing = new AbortController();
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS }, (request, response) => {
    void serve(request, response, { ...options, closing: closing.signal });
  });
  server.maxConnections = CONNECTIONS_MAX;
  await listening(server, listen, { key: 'http.listen', log });
  const { port } = server.address() as AddressInfo;
  log.info({ host: listen.host, port }, 'answering HTTP');
  if (!isLoopback(listen.host)) warnOfOthers(log, listen, 'http.listen');
  return {
    port,
    async close() {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

type Serving = Pick<HttpOptions, 'answer' | 'hosts' | 'log' | 'redact'> & { readonly closing: AbortSignal };

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, serving.closing]);
  const answer = await answerOf(request, serving, signal);
  const { status, body, type = JSON_TYPE } = answer;
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  if (request.method === 'HEAD') response.end();
  else if (typeof body === 'string') response.end(serving.redact(body));
  else await send(body, response, { ...serving, signal });
}

/** As fast as it is taken. */
async function send(
  pieces: AsyncIterable<string>,
  response: ServerResponse,
  { redact, log, signal }: Pick<Serving, 'redact' | 'log'> & { readonly signal: AbortSignal },
): Promise<void> {
  try {
    await pipeline(async function* () {
      for await (const piece of pieces) yield redact(piece);
    }, response);
  } catch (error) {
    if (!signal.aborted) log.error({ err: error }, 'an answer over HTTP broke off');
  }
}

async function answerOf(
  { method, url = '/', headers }: IncomingMessage,
  { answer, hosts, log }: Serving,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    if (!isAllowed(headers.host, hosts)) return refusal(403, unknownHost(headers.host));
    if (method !== 'GET' && method !== 'HEAD') return refusal(405, new RowtideError('USAGE', `no ${method} here`));
    if (!URL.canParse(url, 'http://localhost')) return refusal(400, new RowtideError('USAGE', `not a path: ${url}`));
    return await answer(new URL(url, 'http://localhost'), signal);
  } catch (error) {
    if (error instanceof RowtideError && error.code === 'USAGE') return refusal(400, error);
    log.error({ url, err: error }, 'a request over HTTP failed');
    return json(500, { error: { code: 'INTERNAL', message: String(error), hint: null } });
  }
}

/**
 * A page in somebody's browser can have its own name resolve to this machine; then it asks here by that name. So names
 * are listed, and addresses are always good.
 */
function isAllowed(host: string | undefined, hosts: readonly string[]): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || hosts.includes(name);
}

function unknownHost(host = ''): RowtideError {
  return new RowtideError('USAGE', `nobody is called ${JSON.stringify(host)} here`, {
    hint: 'Ask by address, or list the name in http.hosts.',
  });
}

/** An error of ours as an answer. */
export function refusal(status: number, { code, message, hint }: RowtideError): Answer {
  return json(status, { error: { code, message, hint: hint ?? null } });
}

export function json(status: number, value: unknown): Answer {
  return { status, body: `${JSON.stringify(value, null, 2)}\n` };
}

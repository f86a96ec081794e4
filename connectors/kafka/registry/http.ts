import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import type { ConnectionOptions } from 'node:tls';

export interface HttpSettings {
  readonly ssl: ConnectionOptions | null;
  readonly authorization: string | null;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request and its whole answer. Not `fetch`: that takes no certificates. */
export async function post(
  url: URL,
  body: string,
  { ssl, authorization, timeoutMs, signal }: HttpSettings & { signal: AbortSignal },
): Promise<HttpAnswer> {
  const headers = {
    'content-type': 'application/vnd.schemaregistry.v1+json',
    accept: 'application/vnd.schemaregistry.v1+json, application/json',
    'content-length': Buffer.byteLength(body),
    ...(authorization === null ? {} : { authorization }),
  };
  const timeout = AbortSignal.timeout(timeoutMs);
  const options = { method: 'POST', headers, signal: AbortSignal.any([signal, timeout]) };
  const request = url.protocol === 'https:' ? https.request(url, { ...options, ...ssl }) : http.request(url, options);
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
  });
  try {
    request.end(body);
    const response = await answered;
    return { status: response.statusCode ?? 0, body: await text(response) };
  } catch (error) {
    throw timeout.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error;
  }
}

import { RowtideError, type SchemaRegistry, type SchemaSubject } from 'rowtide';
import { type Clock, systemClock } from '../clock.js';
import { isCertificateError } from '../ssl.js';
import { type HttpAnswer, type HttpSettings, post } from './http.js';
import type { RegistryOptions } from './options.js';
import { subjectOf } from './subject.js';

const BACKOFF_MS = 100;
const BACKOFF_MS_MAX = 5_000;

/**
 * Schemas by the Confluent-compatible API:
 *
 *   POST /subjects/{subject}/versions {"schema": text} → {"id": number}   registers, or finds the same one
 *   POST /subjects/{subject}          {"schema": text} → {"id": number}   only finds it
 *   errors: {"error_code": number, "message": text}
 *
 * What does not answer, or is busy, is asked again, the next URL first; each schema is asked for once.
 */
export class RegistryClient implements SchemaRegistry {
  readonly #options: RegistryOptions;
  readonly #http: HttpSettings;
  readonly #clock: Clock;
  readonly #ids = new Map<string, Promise<number>>();
  #next = 0;

  constructor(options: RegistryOptions, clock: Clock = systemClock) {
    const { username, password = '', requestTimeoutMs: timeoutMs, ssl } = options;
    const credentials = username === undefined ? null : Buffer.from(`${username}:${password}`).toString('base64');
    this.#options = options;
    this.#http = { ssl, timeoutMs, authorization: credentials === null ? null : `Basic ${credentials}` };
    this.#clock = clock;
  }

  id(of: SchemaSubject, schema: string, signal: AbortSignal): Promise<number> {
    const subject = subjectOf(of, this.#options.subject);
    const key = `${subject}\n${schema}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#ask(subject, schema, signal);
      this.#ids.set(key, id);
      id.catch(() => this.#ids.delete(key));
    }
    return id;
  }

  async #ask(subject: string, schema: string, signal: AbortSignal): Promise<number> {
    const { url, deliveryTimeoutMs, register } = this.#options;
    const path = `subjects/${encodeURIComponent(subject)}${register ? '/versions' : ''}`;
    const body = JSON.stringify({ schema });
    const deadlineMs = this.#clock.now() + deliveryTimeoutMs;
    for (let attempt = 0; ; attempt++) {
      const base = url[this.#next % url.length]!;
      const answer = await this.#post(new URL(path, base.endsWith('/') ? base : `${base}/`), body, signal);
      signal.throwIfAborted();
      if (!(answer instanceof Error) && !isBusy(answer)) return idOf(answer, { base, subject, register });
      this.#next++;
      const waitMs =
        Math.min(BACKOFF_MS * 2 ** Math.floor(attempt / url.length), BACKOFF_MS_MAX) * (0.5 + this.#clock.random() / 2);
      if (this.#clock.now() + waitMs > deadlineMs) throw unreachableRegistry(base, answer);
      await this.#clock.sleep(waitMs, signal);
    }
  }

  /** Whatever kept it from answering is returned, but for a certificate that does not convince: it would not the next time. */
  async #post(url: URL, body: string, signal: AbortSignal): Promise<HttpAnswer | Error> {
    try {
      return await post(url, body, { ...this.#http, signal });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!isCertificateError(error)) return error;
      throw new RowtideError(
        'SINK_REFUSED',
        `the certificate of the schema registry ${url.origin} is refused: ${error.message}`,
        {
          hint: 'Give the authority that signed it as schemaRegistry.ssl.ca, and connect by a name that the certificate holds.',
          cause: error,
        },
      );
    }
  }
}

function isBusy({ status }: HttpAnswer): boolean {
  return status === 408 || status === 429 || status >= 500;
}

interface Question {
  readonly base: string;
  readonly subject: string;
  readonly register: boolean;
}

function idOf({ status, body }: HttpAnswer, question: Question): number {
  if (status >= 200 && status < 300) {
    const id = member(body, 'id');
    if (typeof id === 'number') return id;
  }
  throw refused(status, body, question);
}

function refused(status: number, body: string, { base, subject, register }: Question): RowtideError {
  const message = member(body, 'message');
  const said = `the schema registry ${base} answers ${status} for the subject ${subject}: ${typeof message === 'string' ? message : body.slice(0, 200)}`;
  if (status === 409) {
    return new RowtideError('SCHEMA_INCOMPATIBLE', said, {
      hint: `Lower the compatibility of the subject ${subject}, give the table a topic of its own, or leave out the column with columns.drop.`,
    });
  }
  return new RowtideError('SINK_REFUSED', said, { hint: hintOf(status, register) });
}

function hintOf(status: number, register: boolean): string {
  if (status === 401) return 'Check schemaRegistry.username and password.';
  if (status === 403) return 'Give this user the right to write the subject.';
  if (status !== 404) return 'Check schemaRegistry.url and what the registry allows.';
  return register
    ? 'Check schemaRegistry.url: the path of the Confluent-compatible API belongs to it, such as /apis/ccompat/v7.'
    : 'Register the schema, or set schemaRegistry.register.';
}

function unreachableRegistry(base: string, last: HttpAnswer | Error): RowtideError {
  const why = last instanceof Error ? last.message : `it answers ${last.status}`;
  return new RowtideError('SINK_UNREACHABLE', `the schema registry ${base} cannot be reached: ${why}`, {
    hint: 'Check schemaRegistry.url, and whether the registry runs.',
    retryable: true,
    ...(last instanceof Error ? { cause: last } : {}),
  });
}

function member(json: string, name: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  } catch {
    return undefined;
  }
}

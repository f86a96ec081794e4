import net from 'node:net';
import tls from 'node:tls';
import { RowtideError } from 'rowtide';
import { type Address, formatAddress } from './address.js';
import { FrameReader } from './frames.js';
import type { Api } from './protocol/api.js';
import { type ApiRange, apiVersions } from './protocol/api-versions.js';
import { describeProducers } from './protocol/describe-producers.js';
import { refusal } from './protocol/errors.js';
import { initProducerId } from './protocol/init-producer-id.js';
import { metadata } from './protocol/metadata.js';
import { produce } from './protocol/produce.js';
import { Reader } from './protocol/reader.js';
import { saslAuthenticate } from './protocol/sasl-authenticate.js';
import { saslHandshake } from './protocol/sasl-handshake.js';
import { Writer } from './protocol/writer.js';
import { authenticate } from './sasl/authenticate.js';
import type { Mechanism } from './sasl/mechanism.js';
import { isCertificateError } from './ssl.js';

export interface ConnectionOptions {
  readonly clientId: string;
  readonly ssl: tls.ConnectionOptions | null;
  /** How to log in; null: not at all. */
  readonly mechanism: Mechanism | null;
  /** For the socket, TLS and the first answer together, and for each answer while we log in. */
  readonly connectTimeoutMs: number;
  /** What has to be spoken beside the usual. */
  readonly needed?: readonly Api<never, unknown>[];
}

interface Pending {
  readonly correlationId: number;
  readonly timer: NodeJS.Timeout;
  answer(payload: Buffer): void;
  reject(error: RowtideError): void;
}

const NEEDED: readonly Api<never, unknown>[] = [apiVersions, metadata, initProducerId, produce, describeProducers];
const NEEDED_TO_LOG_IN: readonly Api<never, unknown>[] = [saslHandshake, saslAuthenticate];

/** A session is renewed after this part of its life, so that a slow broker still has the rest of it. */
const RENEW_AFTER = 0.85;

/**
 * One socket to one broker, from its first byte to its last: it is never opened again, so nothing half-read or half-sent
 * can survive. Requests are answered in the order in which they were made; when it closes, for whatever reason, all that
 * were not answered reject with the same retryable SINK_UNREACHABLE, and it is unknown whether the broker did them.
 */
export class Connection {
  readonly place: string;
  /** What the cluster has agreed to speak. */
  features: ReadonlyMap<string, number> = new Map();
  readonly #socket: net.Socket;
  readonly #options: ConnectionOptions;
  readonly #frames = new FrameReader();
  readonly #pending: Pending[] = [];
  #correlationId = 0;
  #answered = 0;
  #failure: RowtideError | null = null;
  /** While we log in anew, a broker takes no other requests: they wait behind it, in order. */
  #renewing: Promise<void> | null = null;
  #renewal: NodeJS.Timeout | null = null;

  private constructor(address: Address, options: ConnectionOptions) {
    this.place = formatAddress(address);
    this.#options = options;
    this.#socket = options.ssl === null ? net.connect(address) : tls.connect(tlsOptions(address, options.ssl));
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#received(chunk));
    this.#socket.on('error', (error) => this.#fail(this.#broken(error)));
    this.#socket.on('close', () => this.#fail(this.#broken(undefined)));
  }

  /** Connects and checks that the broker speaks what we need. */
  static async open(address: Address, options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    const connection = new Connection(address, options);
    const abort = (): void => connection.destroy('the opening was given up');
    signal.addEventListener('abort', abort);
    try {
      const offered = await connection.request(apiVersions, null, options.connectTimeoutMs);
      if (offered.errorCode !== 0) throw refusal(offered.errorCode, `broker ${connection.place}`);
      const toLogIn = options.mechanism === null ? [] : NEEDED_TO_LOG_IN;
      refuseMissing(connection.place, offered.ranges, [...NEEDED, ...toLogIn, ...(options.needed ?? [])]);
      connection.features = offered.features;
      await connection.#logIn();
      return connection;
    } catch (error) {
      connection.destroy('it could not be used');
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  get isOpen(): boolean {
    return this.#failure === null;
  }

  /** Without an answer in time the whole connection closes: an answer that is late would be taken for another's. */
  request<Request, Response>(api: Api<Request, Response>, request: Request, timeoutMs: number): Promise<Response> {
    return this.#renewing === null
      ? this.#ask(api, request, timeoutMs)
      : this.#renewing.then(() => this.request(api, request, timeoutMs));
  }

  #ask<Request, Response>(api: Api<Request, Response>, request: Request, timeoutMs: number): Promise<Response> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    this.#correlationId = (this.#correlationId + 1) & 0x7fffffff;
    const correlationId = this.#correlationId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(this.#late(api.name, timeoutMs)), timeoutMs);
      const answer = (payload: Buffer): void => {
        const reader = new Reader(payload, 4);
        if (api.flexible && api.hasPlainAnswer !== true) reader.skipTags();
        resolve(api.read(reader));
      };
      this.#pending.push({ correlationId, timer, answer, reject });
      this.#send(frame(api, request, { correlationId, clientId: this.#options.clientId }));
    });
  }

  destroy(why: string): void {
    this.#fail(this.#unreachable(`the connection to Kafka broker ${this.place} was closed: ${why}`, {}));
  }

  async #logIn(): Promise<void> {
    const { mechanism, connectTimeoutMs } = this.#options;
    if (mechanism === null) return;
    const { place } = this;
    const ask: <Q, A>(api: Api<Q, A>, request: Q) => Promise<A> = (api, request) =>
      this.#ask(api, request, connectTimeoutMs);
    const lifetimeMs = await authenticate(mechanism, { place, ask });
    if (lifetimeMs > 0 && this.isOpen) this.#renewal = setTimeout(() => this.#renew(), lifetimeMs * RENEW_AFTER);
  }

  /** A broker closes connections whose session is over (connections.max.reauth.ms, or a token's end). */
  #renew(): void {
    this.#renewing = this.#logIn()
      .catch((error: unknown) => this.#fail(error instanceof RowtideError ? error : this.#unusable(error)))
      .finally(() => {
        this.#renewing = null;
      });
  }

  #unusable(cause: unknown): RowtideError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return this.#unreachable(`Kafka broker ${this.place} cannot be logged in to again: ${reason}`, { cause });
  }

  #send(pieces: readonly Buffer[]): void {
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }

  #received(chunk: Buffer): void {
    try {
      for (const payload of this.#frames.push(chunk)) this.#answer(payload);
    } catch (error) {
      if (!(error instanceof RowtideError)) throw error;
      const { code, hint, message } = error;
      this.#fail(new RowtideError(code, `Kafka broker ${this.place}: ${message}`, hint === undefined ? {} : { hint }));
    }
  }

  #answer(payload: Buffer): void {
    const pending = this.#pending[0];
    const correlationId = payload.readInt32BE(0);
    if (pending?.correlationId !== correlationId) {
      throw new RowtideError('SINK_REFUSED', `it answered request ${correlationId}, which is not the next one`, {
        hint: 'Is there something between us and the broker that does not speak Kafka?',
      });
    }
    pending.answer(payload);
    clearTimeout(pending.timer);
    this.#pending.shift();
    this.#answered++;
  }

  #fail(error: RowtideError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    if (this.#renewal !== null) clearTimeout(this.#renewal);
    this.#socket.destroy();
    for (const pending of this.#pending.splice(0)) {
      clearTimeout(pending.timer);
      pending.reject(error);
    }
  }

  #late(request: string, timeoutMs: number): RowtideError {
    return this.#unreachable(`Kafka broker ${this.place} did not answer ${request} within ${timeoutMs} ms`, {});
  }

  #broken(cause: NodeJS.ErrnoException | undefined): RowtideError {
    if (cause !== undefined && isCertificateError(cause)) {
      return new RowtideError(
        'SINK_REFUSED',
        `the certificate of Kafka broker ${this.place} is refused: ${cause.message}`,
        {
          hint: 'Give the authority that signed it as ssl.ca, and connect by a name that the certificate holds.',
          cause,
        },
      );
    }
    const how = cause === undefined ? 'closed the connection' : `cannot be reached: ${cause.code ?? cause.message}`;
    return this.#unreachable(`Kafka broker ${this.place} ${how}`, { cause });
  }

  #unreachable(message: string, { cause }: { cause?: unknown }): RowtideError {
    return new RowtideError('SINK_UNREACHABLE', message, { hint: this.#hint(cause), retryable: true, cause });
  }

  #hint(cause: unknown): string {
    if (isErrno(cause) && cause.code === 'ECONNREFUSED')
      return 'Is the broker running, and is this the port it listens on?';
    if (isErrno(cause) && (cause.code === 'ENOTFOUND' || cause.code === 'EAI_AGAIN'))
      return 'Check the host name; brokers advertise theirs in advertised.listeners.';
    const isPlain = this.#options.ssl === null;
    if (!isPlain && this.#answered === 0) return 'The option ssl is set: is this a TLS listener?';
    // A SASL listener answers ApiVersions and closes at the next request.
    if (this.#options.mechanism === null && this.#answered <= 1) {
      const missing = isPlain ? 'are the options ssl or sasl missing' : 'is the option sasl missing';
      return `A client without them only sees the connection closed on a port that wants TLS or a login: ${missing}?`;
    }
    if (isPlain && this.#answered === 0) return 'Is this a TLS listener? Then set the option ssl.';
    return "Look into the broker's log.";
  }
}

function isErrno(cause: unknown): cause is NodeJS.ErrnoException {
  return cause instanceof Error && 'code' in cause;
}

function tlsOptions(address: Address, ssl: tls.ConnectionOptions): tls.ConnectionOptions {
  const servername = net.isIP(address.host) === 0 ? { servername: address.host } : {};
  return { ...servername, ...ssl, ...address };
}

/**
 * ```
 * request => size:INT32 api_key:INT16 api_version:INT16 correlation_id:INT32 client_id:NULLABLE_STRING TAGS(flexible) body
 * ```
 */
function frame<Request>(
  api: Api<Request, unknown>,
  request: Request,
  head: { correlationId: number; clientId: string },
): readonly Buffer[] {
  const writer = new Writer()
    .i32(0)
    .i16(api.key)
    .i16(api.version)
    .i32(head.correlationId)
    .nullableString(head.clientId);
  if (api.flexible) writer.noTags();
  api.write(writer, request);
  const pieces = [writer.bytes, ...(api.segments?.(request) ?? [])];
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0) - 4;
  pieces[0]!.writeInt32BE(size, 0);
  return pieces;
}

function refuseMissing(place: string, offered: readonly ApiRange[], needed: readonly Api<never, unknown>[]): void {
  for (const { name, key, version } of needed) {
    const range = offered.find((each) => each.key === key);
    if (range !== undefined && range.min <= version && version <= range.max) continue;
    const offer = range === undefined ? 'does not know it' : `offers versions ${range.min} to ${range.max}`;
    throw new RowtideError(
      'SINK_REFUSED',
      `Kafka broker ${place} cannot be written to: it needs ${name} ${version}, the broker ${offer}`,
      {
        hint: 'Apache Kafka 2.8 or newer is needed.',
      },
    );
  }
}

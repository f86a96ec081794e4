import { RowtideError } from 'rowtide';
import { type Address, formatAddress } from './address.js';
import { Connection, type ConnectionOptions } from './connection.js';
import type { Api } from './protocol/api.js';
import { refusal, remedy } from './protocol/errors.js';
import { type MetadataResponse, metadata, type TopicMetadata } from './protocol/metadata.js';

/** The brokers: their addresses, connections to them, and what they say about topics. */
export class Cluster {
  readonly #bootstrap: readonly Address[];
  readonly #options: ConnectionOptions;
  readonly #closing = new AbortController();
  readonly #brokers = new Map<number, Address>();
  /** By address and lane, so that a bootstrap connection serves its broker too. */
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #failedAtMs = new Map<string, number>();

  constructor(bootstrap: readonly Address[], options: ConnectionOptions) {
    this.#bootstrap = bootstrap;
    this.#options = options;
  }

  /** Asks whoever answers. Topics that do not exist come back with an error code of their own. */
  async metadata(topics: readonly string[]): Promise<MetadataResponse> {
    const response = await this.request(metadata, { topics });
    this.#brokers.clear();
    for (const broker of response.brokers) this.#brokers.set(broker.id, broker);
    return response;
  }

  /** A connection to one broker, opened if there is none; lanes are connections of their own. */
  connection(broker: number, lane = 0): Promise<Connection> {
    const address = this.#brokers.get(broker);
    if (address === undefined) {
      return Promise.reject(
        new RowtideError('SINK_UNREACHABLE', `Kafka broker ${broker} is not in the cluster now`, { retryable: true }),
      );
    }
    return this.#connection(address, lane);
  }

  /** For requests that any broker answers: the first that can be reached, those that failed lately last. */
  async request<Request, Response>(api: Api<Request, Response>, request: Request): Promise<Response> {
    const failures: unknown[] = [];
    for (const address of this.#candidates()) {
      try {
        const connection = await this.#connection(address);
        return await connection.request(api, request, this.#options.connectTimeoutMs);
      } catch (error) {
        if (!(error instanceof RowtideError) || !error.retryable) throw error;
        this.#failedAtMs.set(formatAddress(address), performance.now());
        failures.push(error);
      }
    }
    throw nobodyAnswers(failures);
  }

  close(): void {
    this.#closing.abort(new RowtideError('SINK_UNREACHABLE', 'the sink was closed', { retryable: true }));
    for (const opening of this.#connections.values()) {
      opening.then(
        (connection) => connection.destroy('the sink was closed'),
        () => undefined,
      );
    }
  }

  #candidates(): Address[] {
    const known = new Map<string, Address>();
    for (const address of [...this.#brokers.values(), ...this.#bootstrap]) known.set(formatAddress(address), address);
    const failedAt = (address: Address): number => this.#failedAtMs.get(formatAddress(address)) ?? -1;
    return [...known.values()].sort((a, b) => failedAt(a) - failedAt(b));
  }

  async #connection(address: Address, lane = 0): Promise<Connection> {
    const place = `${formatAddress(address)} ${lane}`;
    const existing = this.#connections.get(place);
    if (existing !== undefined) {
      const connection = await existing;
      if (connection.isOpen) return connection;
      // Another caller may have replaced it while we waited.
      if (this.#connections.get(place) !== existing) return this.#connection(address, lane);
    }
    const opening = Connection.open(address, this.#options, this.#closing.signal);
    this.#connections.set(place, opening);
    try {
      return await opening;
    } catch (error) {
      if (this.#connections.get(place) === opening) this.#connections.delete(place);
      throw error;
    }
  }
}

/** Null when there is no such topic; other errors throw, unless waiting helps. */
export function existing(topic: TopicMetadata): TopicMetadata | null {
  if (topic.errorCode === 0 || topic.errorCode === LEADER_NOT_AVAILABLE) return topic;
  if (topic.errorCode === UNKNOWN_TOPIC) return null;
  const known = remedy(topic.errorCode);
  throw refusal(topic.errorCode, `topic ${topic.name}${known.kind === 'fatal' ? '' : ' cannot be looked up'}`);
}

const UNKNOWN_TOPIC = 3;
const LEADER_NOT_AVAILABLE = 5;

function nobodyAnswers(failures: readonly unknown[]): RowtideError {
  const [first] = failures;
  if (failures.length === 1 && first instanceof RowtideError) return first;
  const each = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  return new RowtideError('SINK_UNREACHABLE', `none of the Kafka brokers answers: ${each.join('; ')}`, {
    retryable: true,
    cause: first,
    ...(first instanceof RowtideError && first.hint !== undefined ? { hint: first.hint } : {}),
  });
}

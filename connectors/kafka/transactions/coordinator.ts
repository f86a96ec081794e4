import { RowtideError } from 'rowtide';
import type { Clock } from '../clock.js';
import type { Cluster } from '../cluster.js';
import type { Connection } from '../connection.js';
import { addPartitionsToTxn, type TopicPartition } from '../protocol/add-partitions-to-txn.js';
import type { Api } from '../protocol/api.js';
import { endTxn, endTxnOfEpoch } from '../protocol/end-txn.js';
import { refusal, remedy } from '../protocol/errors.js';
import { findCoordinator } from '../protocol/find-coordinator.js';
import { initProducerId, type ProducerIdentity } from '../protocol/init-producer-id.js';
import type { WaitLog } from '../wait-log.js';

export interface CoordinatorOptions {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly deliveryTimeoutMs: number;
  readonly waits: WaitLog;
}

const BACKOFF_MIN_MS = 2;
const BACKOFF_MAX_MS = 200;
/** The level of `transaction.version` from which on each transaction has an epoch of its own (KIP-890). */
const EPOCH_PER_TRANSACTION = 2;

type Outcome<T> = { readonly done: T } | { readonly errorCode: number };

/**
 * The broker that knows the transactions of one transactional id, wherever it moves to. Answers that say that nothing was
 * done are asked for again until the delivery deadline. After a lost answer nobody knows, and the request fails retryably:
 * a sink that is opened again finds out from its checkpoint.
 */
export class Coordinator {
  readonly #cluster: Cluster;
  readonly #options: CoordinatorOptions;
  readonly #clock: Clock;
  #broker: number | null = null;
  #hasEpochs: boolean | null = null;
  #joining: { partitions: TopicPartition[]; done: Promise<void> } | null = null;

  constructor(cluster: Cluster, options: CoordinatorOptions, clock: Clock) {
    this.#cluster = cluster;
    this.#options = options;
    this.#clock = clock;
  }

  /**
   * Whether partitions join a transaction by being written to, and each transaction has its own epoch. Looked up once: a
   * cluster that is upgraded meanwhile goes on with transactions as they were begun.
   */
  async hasEpochs(): Promise<boolean> {
    this.#hasEpochs ??= ((await this.#connection()).features.get('transaction.version') ?? 0) >= EPOCH_PER_TRANSACTION;
    return this.#hasEpochs;
  }

  /** Fences every older producer of this id, and ends what it left open. */
  async init(signal: AbortSignal): Promise<ProducerIdentity> {
    const { transactionalId, transactionTimeoutMs: timeoutMs } = this.#options;
    return this.#ask({ api: initProducerId, canRepeat: true, signal }, { transactionalId, timeoutMs }, (answer) =>
      answer.errorCode === 0 ? { done: answer.identity } : answer,
    );
  }

  /** Ends the transaction; resolves to the identity of the next one. */
  async end(
    identity: ProducerIdentity,
    { isCommitted, signal }: { isCommitted: boolean; signal: AbortSignal },
  ): Promise<ProducerIdentity> {
    const { transactionalId } = this.#options;
    const api = (await this.hasEpochs()) ? endTxnOfEpoch : endTxn;
    return this.#ask({ api, canRepeat: false, signal }, { transactionalId, identity, isCommitted }, (answer) =>
      answer.errorCode === 0 ? { done: answer.next ?? identity } : answer,
    );
  }

  /** For brokers whose partitions have to be told: those that ask in the same turn are told together. */
  join(identity: ProducerIdentity, partition: TopicPartition, signal: AbortSignal): Promise<void> {
    if (this.#joining === null) {
      const partitions: TopicPartition[] = [];
      const done = Promise.resolve().then(() => {
        this.#joining = null;
        return this.#join(identity, partitions, signal);
      });
      this.#joining = { partitions, done };
    }
    this.#joining.partitions.push(partition);
    return this.#joining.done;
  }

  async #join(identity: ProducerIdentity, partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    const { transactionalId } = this.#options;
    await this.#ask(
      { api: addPartitionsToTxn, canRepeat: true, signal },
      { transactionalId, identity, partitions },
      (answer) => (answer.errorCode === 0 ? { done: null } : answer),
    );
  }

  async #ask<Request, Response, T>(
    how: { api: Api<Request, Response>; canRepeat: boolean; signal: AbortSignal },
    request: Request,
    outcomeOf: (response: Response) => Outcome<T>,
  ): Promise<T> {
    const { signal } = how;
    const startedAtMs = this.#clock.now();
    const deadlineMs = startedAtMs + this.#options.deliveryTimeoutMs;
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      const outcome = await this.#once(how, request, outcomeOf);
      if ('done' in outcome) return outcome.done;
      const { error } = outcome;
      if (!outcome.isRepeatable || this.#clock.now() > deadlineMs) throw error;
      this.#options.waits.tell(startedAtMs, error);
      const delayMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(attempt, 10));
      await this.#clock.sleep(delayMs, signal);
    }
  }

  async #once<Request, Response, T>(
    { api, canRepeat }: { api: Api<Request, Response>; canRepeat: boolean },
    request: Request,
    outcomeOf: (response: Response) => Outcome<T>,
  ): Promise<{ readonly done: T } | { readonly error: unknown; readonly isRepeatable: boolean }> {
    let isSent = false;
    try {
      const connection = await this.#connection();
      isSent = true;
      const outcome = outcomeOf(await connection.request(api, request, this.#options.requestTimeoutMs));
      if ('done' in outcome) return outcome;
      const known = remedy(outcome.errorCode);
      if (known.kind === 'retry' && known.metadata) this.#broker = null;
      const error = refusal(outcome.errorCode, `transaction ${this.#options.transactionalId}, ${api.name}`);
      return { error, isRepeatable: known.kind === 'retry' };
    } catch (error) {
      this.#broker = null;
      const isRepeatable = error instanceof RowtideError && error.retryable && (canRepeat || !isSent);
      return { error, isRepeatable };
    }
  }

  async #connection(): Promise<Connection> {
    if (this.#broker === null) {
      const { transactionalId } = this.#options;
      const { errorCode, broker } = await this.#cluster.request(findCoordinator, { transactionalId });
      if (errorCode !== 0) throw refusal(errorCode, `the coordinator of transaction ${transactionalId}`);
      await this.#cluster.metadata([]);
      this.#broker = broker;
    }
    return this.#cluster.connection(this.#broker);
  }
}

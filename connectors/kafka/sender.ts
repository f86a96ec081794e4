import { RowtideError, unreachable } from 'rowtide';
import type { RecordBatch } from './batch.js';
import type { Connection } from './connection.js';
import { OUTSTANDING_MAX, type PartitionQueue, type Trouble } from './partition-queue.js';
import type { Api } from './protocol/api.js';
import { refusal, remedy } from './protocol/errors.js';
import type { ProducerIdentity } from './protocol/init-producer-id.js';
import { type ProducedPart, type ProduceRequest, type ProduceResponse, produce } from './protocol/produce.js';

/** A request may carry a batch for each of many partitions; beyond this it waits for the next. */
const REQUEST_BYTES_MAX = 4 * 1024 * 1024;

/** What makes the batches of a producer parts of transactions. */
export interface ProducerTransaction {
  readonly transactionalId: string;
  /** The form of Produce that its transactions want. */
  readonly produce: Api<ProduceRequest, ProduceResponse>;
}

/** What a sender needs of its producer. */
export interface SenderHost {
  readonly identity: ProducerIdentity;
  readonly requestTimeoutMs: number;
  /** Null: each batch is there as soon as it is written. */
  readonly transaction: ProducerTransaction | null;
  /** Partitions that may have something to send, those that waited longest first. */
  readonly ready: Set<PartitionQueue>;
  connection(broker: number, lane: number): Promise<Connection>;
  acknowledged(batches: readonly RecordBatch[]): void;
  /** Puts two in the place of one that was refused for its size. */
  split(queue: PartitionQueue, batch: RecordBatch): void;
  /** Something was answered or could not be sent: go on, or recover. */
  settled(queue: PartitionQueue): void;
  fail(error: unknown): void;
}

interface Send {
  readonly queue: PartitionQueue;
  readonly batch: RecordBatch;
}

/**
 * Sends to one broker over one connection: at most five requests unanswered, at most one batch of a partition in each. What waits behind a
 * connection that is being opened stays in its queue, so nothing can overtake.
 */
export class Sender {
  readonly #broker: number;
  readonly #lane: number;
  readonly #host: SenderHost;
  #connection: Connection | null = null;
  #isOpening = false;
  #inFlight = 0;
  #throttled: NodeJS.Timeout | null = null;

  constructor(broker: number, lane: number, host: SenderHost) {
    this.#broker = broker;
    this.#lane = lane;
    this.#host = host;
  }

  /** Sends what can be sent now. To be called whenever that may have changed. */
  pump(): void {
    while (this.#inFlight < OUTSTANDING_MAX && this.#throttled === null && !this.#isOpening) {
      const ready = this.#ready();
      if (ready.length === 0) return;
      if (this.#connection?.isOpen === true) this.#send(this.#connection, this.#take(ready));
      else this.#open();
    }
  }

  close(): void {
    if (this.#throttled !== null) clearTimeout(this.#throttled);
  }

  #ready(): PartitionQueue[] {
    const mine: PartitionQueue[] = [];
    for (const queue of this.#host.ready) {
      if (!queue.isSendable) this.#host.ready.delete(queue);
      else if (queue.leader === this.#broker && queue.lane === this.#lane) mine.push(queue);
    }
    return mine;
  }

  #take(ready: readonly PartitionQueue[]): Send[] {
    const sends: Send[] = [];
    let bytes = 0;
    for (const queue of ready) {
      bytes += queue.next.length;
      if (sends.length > 0 && bytes > REQUEST_BYTES_MAX) break;
      sends.push({ queue, batch: queue.take(this.#host.identity) });
      // Behind the others, so that all get their turn.
      this.#host.ready.delete(queue);
      if (queue.isSendable) this.#host.ready.add(queue);
    }
    return sends;
  }

  #open(): void {
    this.#isOpening = true;
    this.#host.connection(this.#broker, this.#lane).then(
      (connection) => {
        this.#isOpening = false;
        this.#connection = connection;
        this.pump();
      },
      (error: unknown) => {
        this.#isOpening = false;
        this.#unreachable(error);
      },
    );
  }

  #send(connection: Connection, sends: readonly Send[]): void {
    const { requestTimeoutMs, transaction } = this.#host;
    // Half of our own patience: the broker's "timed out" says more than silence.
    const timeoutMs = Math.floor(requestTimeoutMs / 2);
    const parts = sends.map(({ queue, batch }) => ({
      topic: queue.topic,
      partition: queue.index,
      bytes: batch.frozen,
    }));
    const request = { transactionalId: transaction?.transactionalId ?? null, timeoutMs, parts };
    this.#inFlight++;
    connection
      .request(transaction?.produce ?? produce, request, requestTimeoutMs)
      .then(
        (response) => this.#answered(sends, response),
        (error: unknown) => this.#unanswered(sends, error),
      )
      .catch((error: unknown) => this.#host.fail(error));
  }

  #answered(sends: readonly Send[], { parts, throttleMs }: ProduceResponse): void {
    this.#inFlight--;
    if (throttleMs > 0) this.#pause(throttleMs);
    for (const send of sends) {
      const { topic, index } = send.queue;
      this.#settle(
        send,
        parts.find((each) => each.partition === index && each.topic === topic),
      );
    }
    this.pump();
  }

  #settle({ queue, batch }: Send, part: ProducedPart | undefined): void {
    const verdict = judge({ queue, batch }, part);
    if (verdict === null) this.#host.acknowledged(queue.written(batch));
    else if (verdict === 'too large') this.#host.split(queue, batch);
    else if (verdict instanceof RowtideError) this.#host.fail(verdict);
    else queue.failed(verdict);
    this.#host.settled(queue);
  }

  #unanswered(sends: readonly Send[], error: unknown): void {
    this.#inFlight--;
    if (isRetryable(error)) {
      for (const { queue } of sends) {
        queue.failed({ cause: error.message, metadata: true, unknown: true });
        this.#host.settled(queue);
      }
      this.pump();
    } else {
      this.#host.fail(error);
    }
  }

  #unreachable(error: unknown): void {
    if (isRetryable(error)) {
      for (const queue of this.#ready()) {
        queue.stall({ cause: error.message, metadata: true, unknown: false });
        this.#host.settled(queue);
      }
    } else {
      this.#host.fail(error);
    }
  }

  #pause(throttleMs: number): void {
    if (this.#throttled !== null) clearTimeout(this.#throttled);
    this.#throttled = setTimeout(() => {
      this.#throttled = null;
      this.pump();
    }, throttleMs);
  }
}

/** Null: written. Trouble: again. Too large: in parts. An error: never. */
function judge({ queue, batch }: Send, part: ProducedPart | undefined): null | Trouble | 'too large' | RowtideError {
  if (part === undefined) return { cause: "the broker's answer left it out", metadata: true, unknown: true };
  if (part.errorCode === 0) return null;
  const found = remedy(part.errorCode);
  switch (found.kind) {
    case 'written':
      return null;
    case 'retry':
      return { cause: found.name, metadata: found.metadata, unknown: found.appended };
    case 'gap': {
      const follows = queue.followsFailure(batch);
      return { cause: found.name, metadata: !follows, unknown: !follows };
    }
    case 'reopen':
      return refusal(part.errorCode, `topic ${queue.topic}, partition ${queue.index}`);
    case 'fatal': {
      // One that was sent before may stand in the log already, under a limit that was higher then.
      if (found.code === 'RECORD_TOO_LARGE' && batch.count > 1 && batch.sends === 1) return 'too large';
      const what = `${batch.count === 1 ? 'a record' : `${batch.count} records`} of ${batch.length} bytes`;
      const detail = part.errorMessage === null ? '' : `; it says: ${part.errorMessage}`;
      const message = `topic ${queue.topic}, partition ${queue.index} refused ${what}: ${found.says} (${found.name}${detail})`;
      return new RowtideError(found.code, message, { hint: found.hint });
    }
    default:
      return unreachable(found);
  }
}

function isRetryable(error: unknown): error is RowtideError {
  return error instanceof RowtideError && error.retryable;
}

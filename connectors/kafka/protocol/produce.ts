import type { Api } from './api.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** One record batch for one partition. */
export interface ProducePart {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

export interface ProduceRequest {
  /** Null outside of transactions. */
  readonly transactionalId: string | null;
  /** How long the broker waits for the other replicas. */
  readonly timeoutMs: number;
  readonly parts: readonly ProducePart[];
}

export interface ProducedPart {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface ProduceResponse {
  readonly parts: readonly ProducedPart[];
  readonly throttleMs: number;
}

export const ALL_REPLICAS = -1;

/**
 * ```
 * Request  => transactional_id:NULLABLE_STRING acks:INT16 timeout_ms:INT32
 *             topics:[name:STRING partitions:[index:INT32 records:BYTES]]
 * Response => topics:[name:STRING partitions:[…]] throttle_time_ms:INT32
 * ```
 * The batches are not copied: they are pieces of one writev, between small pieces of our own.
 */
export const produce: Api<ProduceRequest, ProduceResponse> = {
  name: 'Produce',
  key: 0,
  version: 8,
  flexible: false,
  write(w, { transactionalId, timeoutMs }) {
    w.nullableString(transactionalId).i16(ALL_REPLICAS).i32(timeoutMs);
  },
  segments,
  read(r) {
    const topics = r.array(() => {
      const topic = r.string();
      return r.array(() => readPart(r, topic));
    });
    return { parts: topics.flat(), throttleMs: r.i32() };
  },
};

/**
 * ```
 * partition => index:INT32 error_code:INT16 base_offset:INT64 log_append_time_ms:INT64 log_start_offset:INT64
 *              record_errors:[batch_index:INT32 message:NULLABLE_STRING] error_message:NULLABLE_STRING
 * ```
 */
function readPart(r: Reader, topic: string): ProducedPart {
  const partition = r.i32();
  const errorCode = r.i16();
  r.i64();
  r.i64();
  r.i64();
  const records = r.array(() => {
    r.i32();
    return r.nullableString();
  });
  const message = r.nullableString();
  return { topic, partition, errorCode, errorMessage: message ?? records.find((text) => text !== null) ?? null };
}

export function partsByTopic(parts: readonly ProducePart[]): ReadonlyMap<string, readonly ProducePart[]> {
  const byTopic = new Map<string, ProducePart[]>();
  for (const part of parts) {
    const list = byTopic.get(part.topic);
    if (list === undefined) byTopic.set(part.topic, [part]);
    else list.push(part);
  }
  return byTopic;
}

function segments({ parts }: ProduceRequest): Buffer[] {
  const byTopic = partsByTopic(parts);
  const pieces: Buffer[] = [];
  let head = new Writer(64).i32(byTopic.size);
  for (const [topic, list] of byTopic) {
    head.nullableString(topic).i32(list.length);
    for (const part of list) {
      head.i32(part.partition).i32(part.bytes.length);
      pieces.push(head.bytes, part.bytes);
      head = new Writer(64);
    }
  }
  return pieces;
}

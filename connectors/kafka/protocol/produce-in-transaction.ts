import type { Api } from './api.js';
import { ALL_REPLICAS, type ProduceRequest, type ProduceResponse, partsByTopic } from './produce.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/**
 * The version with which a partition joins a transaction by being written to.
 * ```
 * Request  => transactional_id:C_NULLABLE_STRING acks:INT16 timeout_ms:INT32
 *             topics:C[name:C_STRING partitions:C[index:INT32 records:C_BYTES TAGS] TAGS] TAGS
 * Response => topics:C[name:C_STRING partitions:C[…] TAGS] throttle_time_ms:INT32 TAGS
 * ```
 */
export const produceInTransaction: Api<ProduceRequest, ProduceResponse> = {
  name: 'Produce',
  key: 0,
  version: 12,
  flexible: true,
  write(w, { transactionalId, timeoutMs }) {
    w.compactNullableString(transactionalId).i16(ALL_REPLICAS).i32(timeoutMs);
  },
  segments,
  read(r) {
    const topics = r.compactArray(() => {
      const topic = r.compactString();
      const parts = r.compactArray(() => readPart(r, topic));
      r.skipTags();
      return parts;
    });
    return { parts: topics.flat(), throttleMs: r.i32() };
  },
};

/**
 * ```
 * partition => index:INT32 error_code:INT16 base_offset:INT64 log_append_time_ms:INT64 log_start_offset:INT64
 *              record_errors:C[batch_index:INT32 message:C_NULLABLE_STRING TAGS] error_message:C_NULLABLE_STRING TAGS
 * ```
 */
function readPart(r: Reader, topic: string): ProduceResponse['parts'][number] {
  const partition = r.i32();
  const errorCode = r.i16();
  for (let skipped = 0; skipped < 3; skipped++) r.i64();
  const records = r.compactArray(() => {
    r.i32();
    const text = r.compactNullableString();
    r.skipTags();
    return text;
  });
  const message = r.compactNullableString();
  r.skipTags();
  return { topic, partition, errorCode, errorMessage: message ?? records.find((text) => text !== null) ?? null };
}

function segments({ parts }: ProduceRequest): Buffer[] {
  const byTopic = partsByTopic(parts);
  const pieces: Buffer[] = [];
  let head = new Writer(64).unsignedVarint(byTopic.size + 1);
  for (const [topic, list] of byTopic) {
    head.compactNullableString(topic).unsignedVarint(list.length + 1);
    for (const { partition, bytes } of list) {
      head.i32(partition).unsignedVarint(bytes.length + 1);
      pieces.push(head.bytes, bytes);
      head = new Writer(64).noTags();
    }
    head.noTags();
  }
  pieces.push(head.noTags().bytes);
  return pieces;
}

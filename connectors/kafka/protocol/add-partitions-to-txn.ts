import type { Api } from './api.js';
import type { ProducerIdentity } from './init-producer-id.js';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface AddPartitionsRequest {
  readonly transactionalId: string;
  readonly identity: ProducerIdentity;
  readonly partitions: readonly TopicPartition[];
}

/** Partitions that were asked for together with a refused one answer so. */
const OPERATION_NOT_ATTEMPTED = 55;

/**
 * ```
 * Request  => transactional_id:STRING producer_id:INT64 producer_epoch:INT16 topics:[name:STRING partitions:[INT32]]
 * Response => throttle_time_ms:INT32 topics:[name:STRING partitions:[index:INT32 error_code:INT16]]
 * ```
 * Resolves to the worst of all: they are added together or not at all.
 */
export const addPartitionsToTxn: Api<AddPartitionsRequest, { errorCode: number }> = {
  name: 'AddPartitionsToTxn',
  key: 24,
  version: 2,
  flexible: false,
  write(w, { transactionalId, identity, partitions }) {
    w.nullableString(transactionalId).i64(identity.id).i16(identity.epoch);
    const byTopic = new Map<string, number[]>();
    for (const { topic, partition } of partitions) {
      byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition]);
    }
    w.array([...byTopic], (_, [topic, list]) => w.nullableString(topic).array(list, (__, index) => w.i32(index)));
  },
  read(r) {
    r.i32();
    const topics = r.array(() => {
      r.string();
      return r.array(() => {
        r.i32();
        return r.i16();
      });
    });
    const codes = topics.flat().filter((code) => code !== 0);
    return { errorCode: codes.find((code) => code !== OPERATION_NOT_ATTEMPTED) ?? codes[0] ?? 0 };
  },
};

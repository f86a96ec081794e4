import type { Api } from './api.js';
import type { Reader } from './reader.js';

export interface ActiveProducer {
  readonly id: bigint;
  readonly epoch: number;
  /** Of the newest batch that the partition's leader has from it. */
  readonly lastSequence: number;
}

export interface DescribedPartition {
  readonly errorCode: number;
  readonly producers: readonly ActiveProducer[];
}

/**
 * ```
 * Request  => topics:C[name:C_STRING partition_indexes:C[INT32] TAGS] TAGS
 * Response => throttle_time_ms:INT32
 *             topics:C[name:C_STRING
 *                      partitions:C[partition_index:INT32 error_code:INT16 error_message:C_NULLABLE_STRING
 *                                   active_producers:C[…] TAGS] TAGS] TAGS
 * ```
 * Asked about one partition at a time.
 */
export const describeProducers: Api<{ topic: string; partition: number }, DescribedPartition | undefined> = {
  name: 'DescribeProducers',
  key: 61,
  version: 0,
  flexible: true,
  write(w, { topic, partition }) {
    w.compactArray([topic], () =>
      w
        .compactNullableString(topic)
        .compactArray([partition], () => w.i32(partition))
        .noTags(),
    ).noTags();
  },
  read(r) {
    r.i32();
    const topics = r.compactArray(() => {
      r.compactString();
      const partitions = r.compactArray(readPartition);
      r.skipTags();
      return partitions;
    });
    return topics[0]?.[0];
  },
};

function readPartition(r: Reader): DescribedPartition {
  r.i32();
  const errorCode = r.i16();
  r.compactNullableString();
  const producers = r.compactArray(readProducer);
  r.skipTags();
  return { errorCode, producers };
}

/**
 * ```
 * active_producer => producer_id:INT64 producer_epoch:INT32 last_sequence:INT32 last_timestamp:INT64
 *                    coordinator_epoch:INT32 current_txn_start_offset:INT64 TAGS
 * ```
 */
function readProducer(r: Reader): ActiveProducer {
  const producer = { id: r.i64(), epoch: r.i32(), lastSequence: r.i32() };
  r.i64();
  r.i32();
  r.i64();
  r.skipTags();
  return producer;
}

import type { Api } from './api.js';

const NO_REPLICA = -1;
const READ_UNCOMMITTED = 0;
const NO_EPOCH = -1;

/** Which offset is asked for. */
export const LATEST = -1n;
export const EARLIEST = -2n;

export interface ListOffsetsRequest {
  readonly topic: string;
  readonly partition: number;
  readonly at: bigint;
}

/**
 * ```
 * Request  => replica_id:INT32 isolation_level:INT8
 *             topics:[name:STRING partitions:[index:INT32 current_leader_epoch:INT32 timestamp:INT64]]
 * Response => throttle_time_ms:INT32
 *             topics:[name:STRING partitions:[index:INT32 error_code:INT16 timestamp:INT64 offset:INT64 leader_epoch:INT32]]
 * ```
 * Asked about one partition at a time. The latest offset is the high watermark.
 */
export const listOffsets: Api<ListOffsetsRequest, { errorCode: number; offset: bigint }> = {
  name: 'ListOffsets',
  key: 2,
  version: 5,
  flexible: false,
  write(w, { topic, partition, at }) {
    w.i32(NO_REPLICA).i8(READ_UNCOMMITTED);
    w.array([topic], () => w.nullableString(topic).array([partition], () => w.i32(partition).i32(NO_EPOCH).i64(at)));
  },
  read(r) {
    r.i32();
    const found = r.array(() => {
      r.string();
      return r.array(() => {
        r.i32();
        const errorCode = r.i16();
        r.i64();
        const offset = r.i64();
        r.i32();
        return { errorCode, offset };
      });
    });
    return found[0]?.[0] ?? { errorCode: -1, offset: -1n };
  },
};

import type { Api } from './api.js';

const NO_REPLICA = -1;
const READ_UNCOMMITTED = 0;
const NO_SESSION = 0;
const LAST_EPOCH = -1;
const NONE = -1;
const NOTHING = -1n;

export interface FetchRequest {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly bytesMax: number;
}

export interface FetchResponse {
  readonly errorCode: number;
  /** Record batches, the last of which may be cut off. */
  readonly records: Buffer;
}

/**
 * ```
 * Request  => replica_id:INT32 max_wait_ms:INT32 min_bytes:INT32 max_bytes:INT32 isolation_level:INT8
 *             session_id:INT32 session_epoch:INT32
 *             topics:[name:STRING partitions:[index:INT32 current_leader_epoch:INT32 fetch_offset:INT64
 *                                             log_start_offset:INT64 partition_max_bytes:INT32]]
 *             forgotten_topics:[…] rack_id:STRING
 * Response => throttle_time_ms:INT32 error_code:INT16 session_id:INT32
 *             topics:[name:STRING partitions:[index:INT32 error_code:INT16 high_watermark:INT64 last_stable_offset:INT64
 *                                             log_start_offset:INT64 aborted:[producer_id:INT64 first_offset:INT64]
 *                                             preferred_read_replica:INT32 records:BYTES]]
 * ```
 * Of one partition, whatever stands there, committed or not.
 */
export const fetchRecords: Api<FetchRequest, FetchResponse> = {
  name: 'Fetch',
  key: 1,
  version: 11,
  flexible: false,
  write(w, { topic, partition, offset, bytesMax }) {
    w.i32(NO_REPLICA).i32(500).i32(1).i32(bytesMax).i8(READ_UNCOMMITTED).i32(NO_SESSION).i32(LAST_EPOCH);
    w.array([topic], () =>
      w
        .nullableString(topic)
        .array([partition], () => w.i32(partition).i32(NONE).i64(offset).i64(NOTHING).i32(bytesMax)),
    );
    w.i32(0).nullableString('');
  },
  read(r) {
    r.i32();
    const errorCode = r.i16();
    r.i32();
    const found = r.array(() => {
      r.string();
      return r.array((): FetchResponse => {
        r.i32();
        const partition = { errorCode: r.i16() };
        for (let offset = 0; offset < 3; offset++) r.i64();
        r.array(() => [r.i64(), r.i64()]);
        r.i32();
        return { ...partition, records: r.blob() };
      });
    });
    const partition = found[0]?.[0];
    if (errorCode !== 0 || partition === undefined) return { errorCode: errorCode || -1, records: Buffer.alloc(0) };
    return partition;
  },
};

import type { Api } from './api.js';

/** Under which the broker counts our batches. Within one epoch a sequence never means two different batches. */
export interface ProducerIdentity {
  readonly id: bigint;
  readonly epoch: number;
}

/** Null: an identity that no other producer can ask for. */
export type InitProducerIdRequest = { readonly transactionalId: string; readonly timeoutMs: number } | null;

/**
 * ```
 * Request  => transactional_id:C_NULLABLE_STRING transaction_timeout_ms:INT32 producer_id:INT64 producer_epoch:INT16 TAGS
 * Response => throttle_time_ms:INT32 error_code:INT16 producer_id:INT64 producer_epoch:INT16 TAGS
 * ```
 * With a transactional id, the coordinator first ends what its last owner left open, and fences that one. The timeout is
 * how long a transaction may take.
 */
export const initProducerId: Api<InitProducerIdRequest, { errorCode: number; identity: ProducerIdentity }> = {
  name: 'InitProducerId',
  key: 22,
  version: 4,
  flexible: true,
  write(w, request) {
    w.compactNullableString(request?.transactionalId ?? null)
      .i32(request?.timeoutMs ?? 60_000)
      .i64(-1n)
      .i16(-1)
      .noTags();
  },
  read(r) {
    r.i32();
    return { errorCode: r.i16(), identity: { id: r.i64(), epoch: r.i16() } };
  },
};

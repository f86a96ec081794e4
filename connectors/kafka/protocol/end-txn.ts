import type { Api } from './api.js';
import type { ProducerIdentity } from './init-producer-id.js';

export interface EndTxnRequest {
  readonly transactionalId: string;
  readonly identity: ProducerIdentity;
  readonly isCommitted: boolean;
}

export interface EndTxnResponse {
  readonly errorCode: number;
  /** Of the next transaction; null: the same as of this one. */
  readonly next: ProducerIdentity | null;
}

/**
 * ```
 * Request  => transactional_id:C_STRING producer_id:INT64 producer_epoch:INT16 committed:BOOL TAGS
 * Response => throttle_time_ms:INT32 error_code:INT16 TAGS                                             up to version 4
 *             throttle_time_ms:INT32 error_code:INT16 producer_id:INT64 producer_epoch:INT16 TAGS      from version 5 on
 * ```
 */
function endTxnAt(version: 3 | 5): Api<EndTxnRequest, EndTxnResponse> {
  return {
    name: 'EndTxn',
    key: 26,
    version,
    flexible: true,
    write(w, { transactionalId, identity, isCommitted }) {
      w.compactNullableString(transactionalId).i64(identity.id).i16(identity.epoch).boolean(isCommitted).noTags();
    },
    read(r) {
      r.i32();
      const errorCode = r.i16();
      return { errorCode, next: version === 3 ? null : { id: r.i64(), epoch: r.i16() } };
    },
  };
}

export const endTxn: Api<EndTxnRequest, EndTxnResponse> = endTxnAt(3);
/** Gives each transaction an epoch of its own, so that nothing late can end up in the next one. */
export const endTxnOfEpoch: Api<EndTxnRequest, EndTxnResponse> = endTxnAt(5);

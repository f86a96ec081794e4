import type { Api } from './api.js';

const TRANSACTION = 1;

/**
 * ```
 * Request  => key:STRING key_type:INT8
 * Response => throttle_time_ms:INT32 error_code:INT16 error_message:NULLABLE_STRING node_id:INT32 host:STRING port:INT32
 * ```
 */
export const findCoordinator: Api<{ transactionalId: string }, { errorCode: number; broker: number }> = {
  name: 'FindCoordinator',
  key: 10,
  version: 2,
  flexible: false,
  write(w, { transactionalId }) {
    w.nullableString(transactionalId).i8(TRANSACTION);
  },
  read(r) {
    r.i32();
    const errorCode = r.i16();
    r.nullableString();
    return { errorCode, broker: r.i32() };
  },
};

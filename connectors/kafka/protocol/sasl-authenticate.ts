import type { Api } from './api.js';

export interface SaslAnswer {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly bytes: Buffer;
  /** How long the broker will believe us; 0: as long as the connection lives. */
  readonly sessionLifetimeMs: number;
}

/**
 * ```
 * Request  => auth_bytes:BYTES
 * Response => error_code:INT16 error_message:NULLABLE_STRING auth_bytes:BYTES session_lifetime_ms:INT64
 * ```
 */
export const saslAuthenticate: Api<Buffer, SaslAnswer> = {
  name: 'SaslAuthenticate',
  key: 36,
  version: 1,
  flexible: false,
  write(w, bytes) {
    w.blob(bytes);
  },
  read(r) {
    return {
      errorCode: r.i16(),
      errorMessage: r.nullableString(),
      bytes: r.blob(),
      sessionLifetimeMs: Number(r.i64()),
    };
  },
};

import type { Api } from './api.js';

export interface ApiRange {
  readonly key: number;
  readonly min: number;
  readonly max: number;
}

/**
 * ```
 * Request  => (nothing)
 * Response => error_code:INT16 api_keys:[api_key:INT16 min_version:INT16 max_version:INT16] throttle_time_ms:INT32
 * ```
 */
export const apiVersions: Api<null, { errorCode: number; ranges: readonly ApiRange[] }> = {
  name: 'ApiVersions',
  key: 18,
  version: 2,
  flexible: false,
  write() {},
  read(r) {
    return { errorCode: r.i16(), ranges: r.array(() => ({ key: r.i16(), min: r.i16(), max: r.i16() })) };
  },
};

import type { Api } from './api.js';

export interface ApiRange {
  readonly key: number;
  readonly min: number;
  readonly max: number;
}

export interface ApiVersions {
  readonly errorCode: number;
  readonly ranges: readonly ApiRange[];
  /** What the whole cluster has agreed to speak, such as `transaction.version`. */
  readonly features: ReadonlyMap<string, number>;
}

const FINALIZED_FEATURES = 2;

/**
 * ```
 * Request  => client_software_name:C_STRING client_software_version:C_STRING TAGS
 * Response => error_code:INT16 api_keys:C[api_key:INT16 min_version:INT16 max_version:INT16 TAGS] throttle_time_ms:INT32
 *             TAGS{2: finalized_features:C[name:C_STRING max_level:INT16 min_level:INT16 TAGS]}
 * ```
 * The header of its answer has no tagged fields: a client reads it before it knows what the broker speaks.
 */
export const apiVersions: Api<null, ApiVersions> = {
  name: 'ApiVersions',
  key: 18,
  version: 3,
  flexible: true,
  hasPlainAnswer: true,
  write(w) {
    w.compactNullableString('rowtide').compactNullableString('1').noTags();
  },
  read(r) {
    const errorCode = r.i16();
    const ranges = r.compactArray(() => {
      const range = { key: r.i16(), min: r.i16(), max: r.i16() };
      r.skipTags();
      return range;
    });
    r.i32();
    const features = r.tag(FINALIZED_FEATURES)?.compactArray((each): [string, number] => {
      const feature: [string, number] = [each.compactString(), each.i16()];
      each.i16();
      each.skipTags();
      return feature;
    });
    return { errorCode, ranges, features: new Map(features ?? []) };
  },
};

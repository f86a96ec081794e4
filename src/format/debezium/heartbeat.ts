import type { FormattedRecord } from '../format.js';
import { type ConnectSchema, required } from './connect-schema.js';
import type { ValueOptions } from './options.js';
import { enveloped } from './places.js';

const KEY_SCHEMA: ConnectSchema = {
  type: 'struct',
  fields: [required('string', 'serverName')],
  optional: false,
  name: 'io.debezium.connector.common.ServerNameKey',
  version: 1,
};
const VALUE_SCHEMA: ConnectSchema = {
  type: 'struct',
  fields: [required('int64', 'ts_ms')],
  optional: false,
  name: 'io.debezium.connector.common.Heartbeat',
  version: 1,
};

export function heartbeat(timeMs: number, { topicPrefix, schemasEnable }: ValueOptions): FormattedRecord {
  return {
    key: enveloped(KEY_SCHEMA, { serverName: topicPrefix }, schemasEnable),
    value: enveloped(VALUE_SCHEMA, { ts_ms: timeMs }, schemasEnable),
  };
}

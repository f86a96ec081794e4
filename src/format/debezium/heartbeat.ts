import type { ConnectRecord } from './connect-record.js';
import { type ConnectSchema, required } from './connect-schema.js';
import type { ValueOptions } from './options.js';

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

export function heartbeat(timeMs: number, { topicPrefix }: Pick<ValueOptions, 'topicPrefix'>): ConnectRecord {
  return {
    keySchema: KEY_SCHEMA,
    key: { serverName: topicPrefix },
    valueSchema: VALUE_SCHEMA,
    value: { ts_ms: timeMs },
  };
}

import type { ConnectRecord, RecordSchemas } from './connect-record.js';
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

export const HEARTBEAT_SCHEMAS: RecordSchemas = { keySchema: KEY_SCHEMA, valueSchema: VALUE_SCHEMA };

export function heartbeat(timeMs: number, { topicPrefix }: Pick<ValueOptions, 'topicPrefix'>): ConnectRecord {
  return { ...HEARTBEAT_SCHEMAS, key: { serverName: topicPrefix }, value: { ts_ms: timeMs } };
}

import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';
import { QUERY_EVENT } from './types.js';

export interface QueryEvent {
  readonly threadId: number;
  readonly errorCode: number;
  readonly schema: string;
  readonly sql: string;
}

/**
 *   thread_id u32, exec_time u32, schema length u8, error_code u16, status length u16 (rest of the post-header skipped)
 *   status variables, schema, NUL, sql to the end
 */
export function decodeQuery(event: RawEvent, format: FormatDescription): QueryEvent {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  const threadId = r.u32();
  r.skip(4);
  const schemaLength = r.u8();
  const errorCode = r.u16();
  const statusLength = r.u16();
  r.at = HEADER_BYTES + format.postHeaderBytes(QUERY_EVENT);
  r.skip(statusLength);
  const schema = r.utf8(schemaLength);
  r.skip(1);
  return { threadId, errorCode, schema, sql: r.utf8(r.left) };
}

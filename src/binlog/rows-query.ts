import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/** The statement whose rows follow, where binlog_rows_query_log_events is on. length u8 (of little use), text to the end */
export function decodeRowsQuery(event: RawEvent): string {
  const r = afterLength(event);
  return r.utf8(r.left);
}

/** Its bytes, whatever their character set. */
export function rowsQueryBytes(event: RawEvent): Buffer {
  const r = afterLength(event);
  return r.slice(r.left);
}

function afterLength(event: RawEvent): ByteReader {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  r.skip(1);
  return r;
}

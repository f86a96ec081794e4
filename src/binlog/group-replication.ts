import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/**
 * What group replication certifies a transaction by; in relay logs only.
 *
 *   server uuid length u8, thread id u32, GTID specified u8, snapshot length u32, write set u32, read set u32, server uuid
 */
export function decodeTransactionContext(
  event: RawEvent,
  format: FormatDescription,
): { serverUuid: string; threadId: number } {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  const length = r.u8();
  const threadId = r.u32();
  r.at = HEADER_BYTES + format.postHeaderBytes(event.type);
  return { serverUuid: r.utf8(length), threadId };
}

/**
 * The members of a group changed.
 *
 *   view id char[40], sequence number u64, certification entries u32, entries
 */
export function decodeViewChange(event: RawEvent): { viewId: string } {
  return { viewId: new ByteReader(event.bytes, HEADER_BYTES).utf8(40).replace(/\0.*$/s, '') };
}

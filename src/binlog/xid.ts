import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/** (post-header, of length 0 but in some alphas of 5.2), xid u64 */
export function decodeXid(event: RawEvent, format: FormatDescription): bigint {
  return new ByteReader(event.bytes, HEADER_BYTES + format.postHeaderBytes(event.type)).u64();
}

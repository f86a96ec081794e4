import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/** The commit of a transaction: xid u64 */
export function decodeXid(event: RawEvent): bigint {
  return new ByteReader(event.bytes, HEADER_BYTES).u64();
}

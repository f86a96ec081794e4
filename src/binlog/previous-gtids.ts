import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import type { GtidSet } from '../core/gtid.js';
import { ByteReader } from './bytes.js';
import { decodeGtidSet } from './gtid-set.js';

/** Every GTID that was logged before this file. */
export function decodePreviousGtids(event: RawEvent): GtidSet {
  return decodeGtidSet(new ByteReader(event.bytes, HEADER_BYTES));
}

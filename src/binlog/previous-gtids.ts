import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import { GtidSet } from '../core/gtid.js';
import { ByteReader } from './bytes.js';
import { formatUuid } from './gtid.js';

/**
 *   untagged: n u64, then n × (uuid 16 bytes, intervals u64, intervals × (first u64, end exclusive u64))
 *   tagged:   1 u8, n u48, 1 u8, and each uuid is followed by its tag: length × 2 u8, text
 */
export function decodePreviousGtids(event: RawEvent): GtidSet {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  const tagged = event.bytes[HEADER_BYTES + 7] === 1;
  let origins: number;
  if (tagged) {
    r.skip(1);
    origins = r.u48();
    r.skip(1);
  } else {
    origins = Number(r.u64());
  }
  const intervals = [];
  for (let i = 0; i < origins; i++) {
    const uuid = formatUuid(r.slice(16));
    const tag = tagged ? r.utf8(r.u8() >> 1) : '';
    for (let count = Number(r.u64()); count > 0; count--) {
      intervals.push({ uuid, tag, first: r.u64(), last: r.u64() - 1n });
    }
  }
  return GtidSet.fromIntervals(intervals);
}

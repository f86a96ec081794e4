import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import type { MariaGtid } from '../core/maria-gtid.js';
import { ByteReader } from './bytes.js';

/**
 * MariaDB: what the log has in front of this file, the last GTID of each server in each domain. Those of one domain
 * stand together, and the last of them is the domain's last.
 *
 *   count u32 (its four high bits are flags), count × (domain u32, server u32, sequence u64)
 */
export function decodeGtidList(event: RawEvent): MariaGtid[] {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  const gtids: MariaGtid[] = [];
  for (let count = r.u32() & COUNT; count > 0; count--) {
    gtids.push({ domain: r.u32(), server: r.u32(), sequence: r.u64() });
  }
  return gtids;
}

const COUNT = 0x0fffffff;

import { decodeGtid, decodeGtidTagged, type GtidEvent } from '../binlog/gtid.js';
import { ANONYMOUS_GTID_LOG_EVENT, GTID_TAGGED_LOG_EVENT } from '../binlog/types.js';
import type { RawEvent } from '../core/event.js';

/** MySQL's three events that begin a transaction. */
export function decodeAnyGtid(event: RawEvent): GtidEvent {
  if (event.type === GTID_TAGGED_LOG_EVENT) return decodeGtidTagged(event);
  return decodeGtid(event, event.type === ANONYMOUS_GTID_LOG_EVENT);
}

import { HEADER_BYTES, type RawEvent } from '../core/event.js';

/**
 * MariaDB: the statement whose rows follow, as its client sent it.
 *
 *   sql to the end
 */
export function decodeAnnotateRows(event: RawEvent): { sql: string } {
  return { sql: event.bytes.utf8Slice(HEADER_BYTES, event.bytes.length) };
}

import * as type from '../../../binlog/types.js';
import { RowtideError } from '../../../core/errors.js';
import type { RawEvent } from '../../../core/event.js';
import type { LoggedEvent } from '../../logged-event.js';
import type { TextOptions } from '../options.js';

/** MySQL's own, without which its logs make no sense, and those of servers before 5.0, which are read no more. */
const UNREAD: ReadonlySet<number> = new Set([
  type.PARTIAL_UPDATE_ROWS_EVENT,
  type.TRANSACTION_PAYLOAD_EVENT,
  type.GTID_TAGGED_LOG_EVENT,
  type.UNKNOWN_EVENT,
  type.PARTIAL_ROW_DATA_EVENT,
  type.IGNORABLE_LOG_EVENT,
  type.ROWS_QUERY_LOG_EVENT,
  type.LOAD_EVENT,
  type.SLAVE_EVENT,
  type.CREATE_FILE_EVENT,
  type.EXEC_LOAD_EVENT,
  type.NEW_LOAD_EVENT,
]);

const IGNORABLE: ReadonlySet<number> = new Set([
  type.GTID_LOG_EVENT,
  type.ANONYMOUS_GTID_LOG_EVENT,
  type.PREVIOUS_GTIDS_LOG_EVENT,
  type.TRANSACTION_CONTEXT_EVENT,
  type.VIEW_CHANGE_EVENT,
  type.HEARTBEAT_LOG_EVENT_V2,
]);

/** Flagged as such, or of MySQL and without data. */
export function isIgnorable({ type: eventType, flags }: RawEvent): boolean {
  return (flags & type.FLAG_IGNORABLE) !== 0 || IGNORABLE.has(eventType);
}

/** Errors are of events that are neither known nor said to matter nothing. */
export function checkKnown({ event, file }: LoggedEvent, { forceRead }: TextOptions): void {
  if (forceRead || isIgnorable(event)) return;
  if (type.isKnownEvent(event.type) && !UNREAD.has(event.type)) return;
  throw new RowtideError(
    'EVENT_UNKNOWN',
    `${file}:${event.start}: an event of type ${event.type}, which is not known`,
    {
      hint: 'With --force-read the output goes on behind it.',
    },
  );
}

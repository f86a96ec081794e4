import * as type from '../../../binlog/types.js';
import { RowtideError } from '../../../core/errors.js';
import type { LoggedEvent } from '../../logged-event.js';
import type { TextOptions } from '../options.js';

/** MySQL's own, without which its logs make no sense. */
const FOREIGN: ReadonlySet<number> = new Set([
  type.PARTIAL_UPDATE_ROWS_EVENT,
  type.TRANSACTION_PAYLOAD_EVENT,
  type.GTID_TAGGED_LOG_EVENT,
  type.UNKNOWN_EVENT,
]);

/** Errors are of events that are neither known nor said to matter nothing. */
export function checkKnown({ event, file }: LoggedEvent, { forceRead }: TextOptions): void {
  if (forceRead || (event.flags & type.FLAG_IGNORABLE) !== 0) return;
  if (type.isKnownEvent(event.type) && !FOREIGN.has(event.type)) return;
  throw new RowtideError(
    'EVENT_UNKNOWN',
    `${file}:${event.start}: an event of type ${event.type}, which is not known`,
    {
      hint: 'With --force-read the output goes on behind it.',
    },
  );
}

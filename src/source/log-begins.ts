import { decodeGtidList } from '../binlog/gtid-list.js';
import { decodePreviousGtids } from '../binlog/previous-gtids.js';
import { GTID_LIST_EVENT, PREVIOUS_GTIDS_LOG_EVENT } from '../binlog/types.js';
import type { RawEvent } from '../core/event.js';
import { MariaGtids } from '../core/maria-gtid.js';
import type { LogPosition } from '../core/position.js';
import type { LogSource } from '../core/source.js';
import { FIRST_OFFSET } from './events.js';

/** How a file of a log begins. */
export interface Beginning {
  /** When, microseconds since the epoch, by the server's clock. */
  readonly timeUs: number;
  /** Of the same kind as the log's other positions, so that GTIDs stay GTIDs. */
  readonly position: LogPosition;
}

/** Reads no more than the first events of the file. */
export async function beginningOf(file: string, log: LogSource, signal: AbortSignal): Promise<Beginning> {
  const [source, tail] = [await log.identity(signal), await log.tail(signal)];
  const from = { source, log: { kind: 'file', file, offset: FIRST_OFFSET } as const, held: [] };
  let seconds = 0;
  for await (const { events } of log.read(from, signal)) {
    // The time inside of FORMAT_DESCRIPTION is that of the server's start, or 0; that of its header is the file's.
    seconds ||= events.find(({ timestamp }) => timestamp > 0)?.timestamp ?? 0;
    if (seconds > 0 && tail.kind === 'file') return { timeUs: seconds * 1_000_000, position: from.log };
    for (const event of events) {
      const position = gtidsBefore(event);
      if (position !== null) return { timeUs: seconds * 1_000_000, position };
    }
  }
  // A log that was left ends as one that says nothing.
  signal.throwIfAborted();
  return { timeUs: 0, position: tail };
}

/** Each file begins by saying which GTIDs lie before it. */
function gtidsBefore(event: RawEvent): LogPosition | null {
  switch (event.type) {
    case PREVIOUS_GTIDS_LOG_EVENT:
      return { kind: 'gtid', executed: decodePreviousGtids(event) };
    case GTID_LIST_EVENT:
      return { kind: 'mariadb-gtid', executed: MariaGtids.of(...decodeGtidList(event)) };
    default:
      return null;
  }
}

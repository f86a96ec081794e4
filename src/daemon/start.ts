import { basename } from 'node:path';
import { decodeGtidList } from '../binlog/gtid-list.js';
import { decodePreviousGtids } from '../binlog/previous-gtids.js';
import { GTID_LIST_EVENT, PREVIOUS_GTIDS_LOG_EVENT } from '../binlog/types.js';
import type { Point } from '../config/point.js';
import { unreachable } from '../core/errors.js';
import type { RawEvent } from '../core/event.js';
import { MariaGtids } from '../core/maria-gtid.js';
import type { LogPosition } from '../core/position.js';
import type { LogSource } from '../core/source.js';
import { withConnection } from '../mysql/connect.js';
import { logFiles } from '../mysql/probe.js';
import type { ServerAddress } from '../mysql/url.js';

const FIRST_OFFSET = 4;

/** The position of `point` in a log. A time becomes a place not behind it: what is too old there has yet to be left out. */
export async function positionOf(
  point: Point,
  log: LogSource,
  { address, signal }: { address: ServerAddress | null; signal: AbortSignal },
): Promise<LogPosition> {
  switch (point.kind) {
    case 'beginning':
      return log.tail(signal);
    case 'now':
      return log.head(signal);
    case 'gtid':
    case 'mariadb-gtid':
      return point;
    case 'file':
      return { kind: 'file', file: basename(point.file), offset: point.offset };
    case 'time':
      return address === null ? log.tail(signal) : positionBefore(point.timeUs, log, { address, signal });
    default:
      return unreachable(point);
  }
}

/** The last file of the server that was begun before the time, found by looking at the first events of few of them. */
async function positionBefore(
  timeUs: number,
  log: LogSource,
  { address, signal }: { address: ServerAddress; signal: AbortSignal },
): Promise<LogPosition> {
  const files = await withConnection(address, signal, logFiles);
  let [first, end] = [0, files.length];
  let position = await log.tail(signal);
  while (first < end) {
    const middle = (first + end) >> 1;
    const begun = await beginningOf(files[middle]?.name ?? '', log, signal);
    if (begun.timeUs < timeUs) {
      first = middle + 1;
      // The oldest file may begin with GTIDs that were never in this server's log, so that is where its tail comes in.
      if (middle > 0) position = begun.position;
    } else end = middle;
  }
  return position;
}

/** When a file was begun, and the position there: of the same kind as the tail's, so that GTIDs stay GTIDs. */
async function beginningOf(
  file: string,
  log: LogSource,
  signal: AbortSignal,
): Promise<{ timeUs: number; position: LogPosition }> {
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

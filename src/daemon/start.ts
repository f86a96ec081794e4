import { basename } from 'node:path';
import type { Point } from '../config/point.js';
import { unreachable } from '../core/errors.js';
import type { LogPosition } from '../core/position.js';
import type { LogSource } from '../core/source.js';
import { withConnection } from '../mysql/connect.js';
import { logFiles } from '../mysql/probe.js';
import type { ServerAddress } from '../mysql/url.js';
import { beginningOf } from '../source/log-begins.js';

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

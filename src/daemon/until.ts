import { setTimeout as sleep } from 'node:timers/promises';
import type { Point } from '../config/point.js';
import { RowtideError, unreachable } from '../core/errors.js';
import type { Source } from '../core/source.js';
import { boundAt, boundBefore } from '../transform/bound.js';
import { until } from '../transform/until.js';
import type { ComposedSource } from './compose.js';

/** The source up to a place that a person named. Files that are not followed end by themselves. */
export function untilPoint({ source, log, isLive }: ComposedSource, point: Point): Source {
  switch (point.kind) {
    case 'beginning':
      throw new RowtideError('USAGE', 'nothing lies before the beginning', { hint: 'Give --until another place.' });
    case 'gtid':
    case 'mariadb-gtid':
    case 'file':
      return until(source, { bound: boundAt(point) });
    case 'now':
      return isLive ? untilHead(source, log) : source;
    case 'time': {
      const bound = boundBefore(point.timeUs);
      if (!isLive) return until(source, { bound });
      const end = async (signal: AbortSignal) => {
        await passed(point.timeUs / 1000, signal);
        return boundAt(await log.head(signal));
      };
      return until(source, { bound, end });
    }
    default:
      return unreachable(point);
  }
}

/** The end as it is when the source is first read. */
function untilHead(source: Source, log: ComposedSource['log']): Source {
  let ended: Source | undefined;
  const untilEnd = async (signal: AbortSignal): Promise<Source> => {
    ended ??= until(source, { bound: boundAt(await log.head(signal)) });
    return ended;
  };
  return {
    start: (signal) => source.start(signal),
    async *read(from, signal) {
      yield* (await untilEnd(signal)).read(from, signal);
    },
  };
}

/** The longest time that a timer can be set to. */
const TIMER_MS_MAX = 2 ** 31 - 1;

async function passed(timeMs: number, signal: AbortSignal): Promise<void> {
  for (let leftMs = timeMs - Date.now(); leftMs > 0; leftMs = timeMs - Date.now()) {
    await sleep(Math.min(leftMs, TIMER_MS_MAX), undefined, { signal });
  }
}

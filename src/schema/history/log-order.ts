import type { LogPoint } from '../../core/event.js';

/** True if a place of a server's log is this one or comes later. */
export function isAtOrBehind(at: LogPoint, place: LogPoint): boolean {
  if (at.file === place.file) return at.offset >= place.offset;
  return sequenceOf(at.file) > sequenceOf(place.file);
}

function sequenceOf(file: string): number {
  return Number(/\.(\d+)$/.exec(file)?.[1] ?? Number.NaN);
}

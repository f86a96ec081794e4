/** From first to last, both inclusive. */
export interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * A set of numbers: intervals in order, none empty, none that touch, so that equal sets have equal lists. Every operation
 * is one walk over its lists, for sets with gaps by the ten thousand.
 */
export type Intervals = readonly Interval[];

/** Of intervals in any order, which may overlap. */
export function intervalsOf(items: readonly Interval[]): Intervals {
  const sorted = isSorted(items) ? items : items.toSorted(byFirst);
  const joined: Interval[] = [];
  for (const next of sorted) join(joined, next);
  return joined;
}

export function unite(left: Intervals, right: Intervals): Intervals {
  const united: Interval[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    join(united, byFirst(left[i]!, right[j]!) <= 0 ? left[i++]! : right[j++]!);
  }
  for (; i < left.length; i++) join(united, left[i]!);
  for (; j < right.length; j++) join(united, right[j]!);
  return united;
}

export function subtract(from: Intervals, holes: Intervals): Intervals {
  const rest: Interval[] = [];
  let i = 0;
  for (const { first, last } of from) {
    let begin = first;
    while (i < holes.length && holes[i]!.last < begin) i++;
    // A hole that goes beyond this interval may reach into the next one.
    for (; i < holes.length && holes[i]!.first <= last; i++) {
      const hole = holes[i]!;
      if (hole.first > begin) rest.push({ first: begin, last: hole.first - 1n });
      begin = hole.last + 1n;
      if (begin > last) break;
    }
    if (begin <= last) rest.push({ first: begin, last });
  }
  return rest;
}

export function contains(intervals: Intervals, number: bigint): boolean {
  let [low, high] = [0, intervals.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (intervals[middle]!.last < number) low = middle + 1;
    else high = middle;
  }
  return low < intervals.length && intervals[low]!.first <= number;
}

export function sameIntervals(left: Intervals, right: Intervals): boolean {
  return (
    left.length === right.length &&
    left.every(({ first, last }, i) => first === right[i]!.first && last === right[i]!.last)
  );
}

function byFirst(left: Interval, right: Interval): number {
  return left.first < right.first ? -1 : left.first > right.first ? 1 : 0;
}

function isSorted(items: readonly Interval[]): boolean {
  return items.every((item, i) => i === 0 || items[i - 1]!.first <= item.first);
}

/** Adds an interval that begins no earlier than the last one. */
function join(joined: Interval[], next: Interval): void {
  const last = joined.at(-1);
  if (last === undefined || next.first > last.last + 1n) joined.push(next);
  else if (next.last > last.last) joined[joined.length - 1] = { first: last.first, last: next.last };
}

import { unreachable } from '../../core/errors.js';
import type { Gtids } from '../applied.js';

/**
 * What ProxySQL’s binlog reader says to ProxySQL, in lines of text:
 * ```
 * start  = "ST=" [ id ":" range { "," id ":" range } ] LF     all that is there: the first line
 * later  = "I1=" id ":" number LF   |  "I2=" number LF        one more; I2: of the id named last
 *        | "I3=" id ":" range LF    |  "I4=" range LF         several more, since ProxySQL 3.0.8
 * range  = number [ "-" number ]
 * id     = uuid | domain number of MariaDB                    with dashes in ST, and without in the others
 * ```
 * An id stands before each of its ranges: readers take what follows a range for an id. They know no tags.
 */
export interface Range {
  readonly id: string;
  readonly first: bigint;
  readonly last: bigint;
}

/** MariaDB’s GTIDs stand for all before them in their domain. */
export function rangesOf(gtids: Gtids): Range[] {
  switch (gtids.kind) {
    case 'gtid':
      return [...gtids.executed.intervals()]
        .filter(({ tag }) => tag === '')
        .map(({ uuid, first, last }) => ({ id: uuid, first, last }));
    case 'mariadb-gtid':
      return [...gtids.executed].map(({ domain, sequence }) => ({ id: String(domain), first: 1n, last: sequence }));
    default:
      return unreachable(gtids);
  }
}

export function startMessage(gtids: Gtids): string {
  return `ST=${rangesOf(gtids)
    .map((range) => `${range.id}:${rangeText(range)}`)
    .join(',')}\n`;
}

/** What came since; null where that cannot be said: something is not there any more, or it is another kind of GTIDs. */
export function rangesSince(before: Gtids, now: Gtids): Range[] | null {
  if (before.kind === 'gtid' && now.kind === 'gtid') {
    if (!now.executed.includes(before.executed)) return null;
    return rangesOf({ kind: 'gtid', executed: now.executed.minus(before.executed) });
  }
  if (before.kind === 'mariadb-gtid' && now.kind === 'mariadb-gtid') {
    if (!now.executed.includes(before.executed)) return null;
    const news = rangesOf({ kind: 'mariadb-gtid', executed: now.executed.minus(before.executed) });
    return news.map((range) => ({ ...range, first: (before.executed.get(Number(range.id))?.sequence ?? 0n) + 1n }));
  }
  return null;
}

/** Says what is new to one reader, who remembers which id was named last. */
export class NewsWriter {
  readonly #hasRanges: boolean;
  #id = '';

  /** Without `hasRanges`, numbers go one by one. */
  constructor({ hasRanges }: { hasRanges: boolean }) {
    this.#hasRanges = hasRanges;
  }

  *lines(ranges: Iterable<Range>): Generator<string> {
    for (const range of ranges) {
      if (this.#hasRanges && range.first !== range.last) yield this.#line(range.id, rangeText(range), ['I3', 'I4']);
      else
        for (let number = range.first; number <= range.last; number++)
          yield this.#line(range.id, String(number), ['I1', 'I2']);
    }
  }

  #line(id: string, what: string, [named, same]: readonly [string, string]): string {
    if (id === this.#id) return `${same}=${what}\n`;
    this.#id = id;
    return `${named}=${id.replaceAll('-', '')}:${what}\n`;
  }
}

/** How many lines it takes to say them one by one. */
export function countOf(ranges: readonly Range[]): bigint {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
}

function rangeText({ first, last }: Range): string {
  return first === last ? String(first) : `${first}-${last}`;
}

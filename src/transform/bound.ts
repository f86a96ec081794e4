import { basename } from 'node:path';
import { unreachable } from '../core/errors.js';
import type { LogPoint } from '../core/event.js';
import { type Gtid, GtidSet, isMariaGtid } from '../core/gtid.js';
import { type MariaGtid, MariaGtids, sameMariaGtid } from '../core/maria-gtid.js';
import type { LogPosition } from '../core/position.js';
import type { Transaction } from '../core/transaction.js';

/** Where a stream ends: behind a set of GTIDs, or before a place or a time in the log. */
export interface Bound {
  /** False for the first transaction that lies behind the bound. */
  admits(transaction: Transaction): boolean;
  passed(transaction: Transaction): void;
  /** True when nothing that follows can lie before the bound. */
  isReached(): boolean;
}

/** A bound for a stream that has come as far as `progress` says. */
export type BoundFrom = (progress: Progress) => Bound;

/** Gathered before they are folded into the set, because a set for each transaction would copy all its intervals. */
const RECENT_MAX = 1000;

/** How far a stream got. */
export class Progress {
  /** False for a stream that began at a file and an offset: the GTIDs before it are not known. */
  readonly isByGtid: boolean;
  #executed: GtidSet;
  #domains: MariaGtids;
  readonly #recent: Gtid[] = [];
  #place: LogPoint | null;

  constructor(from: LogPosition) {
    this.isByGtid = from.kind !== 'file';
    this.#executed = from.kind === 'gtid' ? from.executed : GtidSet.empty;
    this.#domains = from.kind === 'mariadb-gtid' ? from.executed : MariaGtids.empty;
    this.#place = from.kind === 'file' ? from : null;
  }

  passed({ gtid, span }: Transaction): void {
    this.#place = { file: span.file, offset: span.end };
    if (gtid !== null && isMariaGtid(gtid)) this.#domains = this.#domains.with([gtid]);
    else if (gtid !== null) this.#recent.push(gtid);
    if (this.#recent.length >= RECENT_MAX) this.#fold();
  }

  get executed(): GtidSet {
    this.#fold();
    return this.#executed;
  }

  /** The same, of MariaDB. */
  get domains(): MariaGtids {
    return this.#domains;
  }

  get place(): LogPoint | null {
    return this.#place;
  }

  #fold(): void {
    this.#executed = this.#executed.with(this.#recent.splice(0));
  }
}

/** Behind a GTID set (inclusive), or before a file and offset (exclusive). */
export function boundAt(position: LogPosition): BoundFrom {
  switch (position.kind) {
    case 'gtid':
      return (progress) => new GtidBound(position.executed, progress);
    case 'mariadb-gtid':
      return (progress) => new DomainBound(position.executed, progress.domains);
    case 'file':
      return (progress) => new PlaceBound(position, progress.place);
    default:
      return unreachable(position);
  }
}

/** Before a time, in microseconds since the epoch. */
export function boundBefore(timeUs: number): BoundFrom {
  return () => ({
    admits: ({ committedAtUs }) => committedAtUs < timeUs,
    passed: () => undefined,
    isReached: () => false,
  });
}

class GtidBound implements Bound {
  readonly #isByGtid: boolean;
  readonly #origins = new Set<string>();
  #missing: GtidSet;

  constructor(wanted: GtidSet, progress: Progress) {
    this.#isByGtid = progress.isByGtid;
    this.#missing = wanted.minus(progress.executed);
  }

  admits(): boolean {
    return true;
  }

  passed({ gtid, prepared, held }: Transaction): void {
    // Of those that are prepared and not finished, maybe nothing that follows ever says more.
    for (const each of [gtid, prepared?.gtid, ...held.map((xa) => xa.gtid)]) {
      if (each && !isMariaGtid(each)) this.#found(each);
    }
  }

  isReached(): boolean {
    return this.#missing.isEmpty;
  }

  #found(gtid: Gtid): void {
    if (!this.#isByGtid) this.#leaveOutBefore(gtid);
    if (this.#missing.has(gtid)) this.#missing = this.#missing.minus(GtidSet.of(gtid));
  }

  /** What came before a stream that began at a file and offset is not known: numbers say that it was all before its first. */
  #leaveOutBefore({ uuid, tag, sequence }: Gtid): void {
    const origin = `${uuid}:${tag}`;
    if (this.#origins.has(origin)) return;
    this.#origins.add(origin);
    if (sequence === 1n) return;
    this.#missing = this.#missing.minus(GtidSet.fromIntervals([{ uuid, tag, first: 1n, last: sequence - 1n }]));
  }
}

/** Behind the very GTIDs of a MariaDB position, since servers that share a domain may number it out of order. */
class DomainBound implements Bound {
  #missing: readonly MariaGtid[];

  constructor(wanted: MariaGtids, executed: MariaGtids) {
    this.#missing = [...wanted.minus(executed)];
  }

  admits(): boolean {
    return true;
  }

  passed({ gtid, held }: Transaction): void {
    for (const each of [gtid, ...held.map((xa) => xa.gtid)]) if (each !== null && isMariaGtid(each)) this.#found(each);
  }

  isReached(): boolean {
    return this.#missing.length === 0;
  }

  /** One server's numbers rise, so what it logged behind the bound says that the bound was passed. */
  #found(gtid: MariaGtid): void {
    const isEnd = (end: MariaGtid): boolean =>
      sameMariaGtid(end, gtid) ||
      (end.domain === gtid.domain && end.server === gtid.server && end.sequence < gtid.sequence);
    if (this.#missing.some(isEnd)) this.#missing = this.#missing.filter((end) => !isEnd(end));
  }
}

class PlaceBound implements Bound {
  readonly #end: LogPoint;
  #place: LogPoint | null;

  constructor(end: LogPoint, place: LogPoint | null) {
    this.#end = end;
    this.#place = place;
  }

  admits({ span }: Transaction): boolean {
    return comparePlaces({ file: span.file, offset: span.start }, this.#end) < 0;
  }

  passed({ span }: Transaction): void {
    this.#place = { file: span.file, offset: span.end };
  }

  isReached(): boolean {
    return this.#place !== null && comparePlaces(this.#place, this.#end) >= 0;
  }
}

/** Files of one log by their number; of different names, in the order that they have as text. */
function comparePlaces(left: LogPoint, right: LogPoint): number {
  const [a, b] = [basename(left.file), basename(right.file)];
  if (a === b) return left.offset - right.offset;
  return sequenceOf(a) - sequenceOf(b) || (a < b ? -1 : 1);
}

function sequenceOf(file: string): number {
  return Number(/\.(\d+)$/.exec(file)?.[1] ?? 0);
}

import { RowtideError } from './errors.js';
import { formatMariaGtid, type MariaGtid } from './maria-gtid.js';

/** One MySQL transaction id: uuid:sequence or uuid:tag:sequence. */
export interface Gtid {
  /** Lower case, with dashes. */
  readonly uuid: string;
  /** Empty when untagged. */
  readonly tag: string;
  /** 1 to 2^63-2. */
  readonly sequence: bigint;
}

/** A transaction's id, of whichever server. */
export type AnyGtid = Gtid | MariaGtid;

export function isMariaGtid(gtid: AnyGtid): gtid is MariaGtid {
  return 'domain' in gtid;
}

/** As its server prints it. */
export function formatGtid(gtid: AnyGtid): string {
  return isMariaGtid(gtid) ? formatMariaGtid(gtid) : `${originOf(gtid)}:${gtid.sequence}`;
}

/** The part of a GTID that numbers its transactions: uuid or uuid:tag. */
function originOf(gtid: Gtid): string {
  return gtid.tag === '' ? gtid.uuid : `${gtid.uuid}:${gtid.tag}`;
}

/** From first to last, both inclusive. */
interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

/** By origin; intervals sorted, never touching each other, never empty. */
type Origins = ReadonlyMap<string, readonly Interval[]>;

/**
 * A set of MySQL GTIDs. A value: operations return new sets and share what they did not change. Gaps and tags are kept,
 * because a replica that commits in parallel leaves gaps for a while, and flattening them loses transactions.
 */
export class GtidSet {
  readonly #origins: Origins;

  private constructor(origins: Origins) {
    this.#origins = origins;
  }

  // Not a static field: tsc 7.0 compiles one of the class's own type into a use of a variable that is not set yet.
  static get empty(): GtidSet {
    return new GtidSet(new Map());
  }

  /** Reads what MySQL prints: `uuid:1-5:7:tag:1-2, uuid:…`, with any white space between. */
  static parse(text: string): GtidSet {
    const origins = new Map<string, readonly Interval[]>();
    for (const part of text.split(',').map((each) => each.trim())) {
      if (part === '') continue;
      const [uuid = '', ...items] = part
        .toLowerCase()
        .split(':')
        .map((item) => item.trim());
      if (!UUID.test(uuid) || items.length === 0) throw malformed(part);
      let origin = uuid;
      for (const item of items) {
        if (TAG.test(item)) origin = `${uuid}:${item}`;
        else origins.set(origin, merge(origins.get(origin) ?? [], [parseInterval(item, part)]));
      }
      if (!origins.has(origin)) throw malformed(part);
    }
    return new GtidSet(origins);
  }

  static of(...gtids: readonly Gtid[]): GtidSet {
    return GtidSet.empty.with(gtids);
  }

  /** As a set of intervals in a decoder's hands: `last` inclusive. */
  static fromIntervals(items: Iterable<{ uuid: string; tag: string; first: bigint; last: bigint }>): GtidSet {
    const origins = new Map<string, readonly Interval[]>();
    for (const { uuid, tag, first, last } of items) {
      const origin = originOf({ uuid, tag, sequence: first });
      origins.set(origin, merge(origins.get(origin) ?? [], [{ first, last }]));
    }
    return new GtidSet(origins);
  }

  get isEmpty(): boolean {
    return this.#origins.size === 0;
  }

  has(gtid: Gtid): boolean {
    return this.#origins.get(originOf(gtid))?.some((i) => i.first <= gtid.sequence && gtid.sequence <= i.last) ?? false;
  }

  /** True when every GTID of `other` is in this set. */
  includes(other: GtidSet): boolean {
    return other.minus(this).isEmpty;
  }

  equals(other: GtidSet): boolean {
    return this.includes(other) && other.includes(this);
  }

  /** One copy however many are added: fold a batch, not each transaction. */
  with(gtids: Iterable<Gtid>): GtidSet {
    const added = new Map<string, Interval[]>();
    for (const gtid of gtids) {
      const origin = originOf(gtid);
      const list = added.get(origin) ?? [];
      if (list.length === 0) added.set(origin, list);
      const last = list.at(-1);
      if (last !== undefined && last.last + 1n === gtid.sequence) {
        list[list.length - 1] = { first: last.first, last: gtid.sequence };
      } else {
        list.push({ first: gtid.sequence, last: gtid.sequence });
      }
    }
    return this.plus(added);
  }

  union(other: GtidSet): GtidSet {
    return this.plus(other.#origins);
  }

  minus(other: GtidSet): GtidSet {
    const origins = new Map<string, readonly Interval[]>();
    for (const [origin, intervals] of this.#origins) {
      const rest = subtract(intervals, other.#origins.get(origin) ?? []);
      if (rest.length > 0) origins.set(origin, rest);
    }
    return new GtidSet(origins);
  }

  /** By uuid, then tag, as the server sorts them. */
  *intervals(): Generator<{ uuid: string; tag: string; first: bigint; last: bigint }> {
    for (const origin of [...this.#origins.keys()].sort()) {
      const [uuid = '', tag = ''] = origin.split(':');
      for (const { first, last } of this.#origins.get(origin) ?? []) yield { uuid, tag, first, last };
    }
  }

  toString(): string {
    const parts = new Map<string, string>();
    let before = '';
    for (const { uuid, tag, first, last } of this.intervals()) {
      const origin = `${uuid}:${tag}`;
      const label = origin !== before && tag !== '' ? `:${tag}` : '';
      before = origin;
      parts.set(uuid, `${parts.get(uuid) ?? uuid}${label}:${first === last ? first : `${first}-${last}`}`);
    }
    return [...parts.values()].join(',');
  }

  /** So that logs show it. */
  toJSON(): string {
    return this.toString();
  }

  // Not #plus: beside a static that makes an instance, the compiler (7.0.2) breaks the class when it emits a #method.
  private plus(added: Origins): GtidSet {
    const origins = new Map(this.#origins);
    for (const [origin, intervals] of added) origins.set(origin, merge(origins.get(origin) ?? [], intervals));
    return new GtidSet(origins);
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TAG = /^[a-z_][a-z0-9_]{0,31}$/;
const INTERVAL = /^(\d+)(?:-(\d+))?$/;
const SEQUENCE_MAX = 2n ** 63n - 1n;

function parseInterval(item: string, part: string): Interval {
  const match = INTERVAL.exec(item);
  if (match === null) throw malformed(part);
  const first = BigInt(match[1] ?? '');
  const last = match[2] === undefined ? first : BigInt(match[2]);
  if (first < 1n || last < first || last > SEQUENCE_MAX) throw malformed(part);
  return { first, last };
}

function malformed(part: string): RowtideError {
  return new RowtideError('USAGE', `not a GTID set: ${JSON.stringify(part)}`, {
    hint: 'A set looks like 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7, several uuids separated by commas.',
  });
}

function merge(left: readonly Interval[], right: readonly Interval[]): readonly Interval[] {
  const end = left.at(-1);
  const begin = right[0];
  // Nearly always the next transaction of the same server: extend the last interval.
  if (end !== undefined && right.length === 1 && begin !== undefined && begin.first === end.last + 1n) {
    return [...left.slice(0, -1), { first: end.first, last: begin.last }];
  }
  const merged: Interval[] = [];
  for (const next of [...left, ...right].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const last = merged.at(-1);
    if (last !== undefined && next.first <= last.last + 1n) {
      merged[merged.length - 1] = { first: last.first, last: next.last > last.last ? next.last : last.last };
    } else {
      merged.push(next);
    }
  }
  return merged;
}

function subtract(from: readonly Interval[], holes: readonly Interval[]): readonly Interval[] {
  let rest = from;
  for (const hole of holes) {
    rest = rest.flatMap((each) => {
      if (hole.last < each.first || each.last < hole.first) return [each];
      const pieces: Interval[] = [];
      if (each.first < hole.first) pieces.push({ first: each.first, last: hole.first - 1n });
      if (hole.last < each.last) pieces.push({ first: hole.last + 1n, last: each.last });
      return pieces;
    });
  }
  return rest;
}

import { RowtideError } from './errors.js';
import { contains, type Interval, type Intervals, intervalsOf, sameIntervals, subtract, unite } from './intervals.js';
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

/** By origin, none without any. */
type Origins = ReadonlyMap<string, Intervals>;

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
    const found = new Map<string, Interval[]>();
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
        else append(found, origin, parseInterval(item, part));
      }
      if (!found.has(origin)) throw malformed(part);
    }
    return new GtidSet(inOrder(found));
  }

  static of(...gtids: readonly Gtid[]): GtidSet {
    return GtidSet.empty.with(gtids);
  }

  /** As a set of intervals in a decoder's hands: `last` inclusive. */
  static fromIntervals(items: Iterable<{ uuid: string; tag: string; first: bigint; last: bigint }>): GtidSet {
    const found = new Map<string, Interval[]>();
    for (const { uuid, tag, first, last } of items) {
      append(found, originOf({ uuid, tag, sequence: first }), { first, last });
    }
    return new GtidSet(inOrder(found));
  }

  get isEmpty(): boolean {
    return this.#origins.size === 0;
  }

  has(gtid: Gtid): boolean {
    return contains(this.#origins.get(originOf(gtid)) ?? [], gtid.sequence);
  }

  /** True when every GTID of `other` is in this set. */
  includes(other: GtidSet): boolean {
    return other.minus(this).isEmpty;
  }

  equals(other: GtidSet): boolean {
    const others = other.#origins;
    if (this.#origins.size !== others.size) return false;
    return [...this.#origins].every(([origin, intervals]) => sameIntervals(intervals, others.get(origin) ?? []));
  }

  /** One copy however many are added: fold a batch, not each transaction. */
  with(gtids: Iterable<Gtid>): GtidSet {
    const added = new Map<string, Interval[]>();
    for (const gtid of gtids) append(added, originOf(gtid), { first: gtid.sequence, last: gtid.sequence });
    return this.plus(inOrder(added));
  }

  union(other: GtidSet): GtidSet {
    return this.plus(other.#origins);
  }

  minus(other: GtidSet): GtidSet {
    const origins = new Map<string, Intervals>();
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
    const parts: string[] = [];
    let before = { uuid: '', tag: '' };
    for (const { uuid, tag, first, last } of this.intervals()) {
      if (uuid !== before.uuid) parts.push(parts.length === 0 ? uuid : `,${uuid}`);
      if (tag !== '' && (uuid !== before.uuid || tag !== before.tag)) parts.push(`:${tag}`);
      parts.push(first === last ? `:${first}` : `:${first}-${last}`);
      before = { uuid, tag };
    }
    return parts.join('');
  }

  /** So that logs show it. */
  toJSON(): string {
    return this.toString();
  }

  // Not #plus: beside a static that makes an instance, the compiler (7.0.2) breaks the class when it emits a #method.
  private plus(added: Origins): GtidSet {
    const origins = new Map(this.#origins);
    for (const [origin, intervals] of added) origins.set(origin, unite(origins.get(origin) ?? [], intervals));
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

function append(lists: Map<string, Interval[]>, origin: string, interval: Interval): void {
  const list = lists.get(origin);
  if (list === undefined) lists.set(origin, [interval]);
  else list.push(interval);
}

function inOrder(lists: ReadonlyMap<string, readonly Interval[]>): Origins {
  return new Map([...lists].map(([origin, list]) => [origin, intervalsOf(list)]));
}

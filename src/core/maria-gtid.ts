import { RowtideError } from './errors.js';

/** One MariaDB transaction id: domain-server-sequence. */
export interface MariaGtid {
  readonly domain: number;
  /** Of the server that logged it first. */
  readonly server: number;
  /** Counts in its domain, whichever server logs. */
  readonly sequence: bigint;
}

export function formatMariaGtid({ domain, server, sequence }: MariaGtid): string {
  return `${domain}-${server}-${sequence}`;
}

export function sameMariaGtid(left: MariaGtid | undefined, right: MariaGtid | undefined): boolean {
  return left?.domain === right?.domain && left?.server === right?.server && left?.sequence === right?.sequence;
}

/**
 * How far a log was read, as MariaDB's replicas keep it: the last GTID of each domain, and with it all that the log has
 * of the domain before. A value: operations return new sets. No single transaction can be left out of it.
 */
export class MariaGtids {
  readonly #last: ReadonlyMap<number, MariaGtid>;

  private constructor(last: ReadonlyMap<number, MariaGtid>) {
    this.#last = last;
  }

  // Not a static field: tsc 7.0 compiles one of the class's own type into a use of a variable that is not set yet.
  static get empty(): MariaGtids {
    return new MariaGtids(new Map());
  }

  /** Reads what MariaDB prints: `0-1-100,1-2-5`, one GTID for each domain, with any white space between. */
  static parse(text: string): MariaGtids {
    const last = new Map<number, MariaGtid>();
    for (const part of text.split(',').map((each) => each.trim())) {
      if (part === '') continue;
      const gtid = parseMariaGtid(part);
      if (last.has(gtid.domain)) throw malformed(text, `the domain ${gtid.domain} is named twice`);
      last.set(gtid.domain, gtid);
    }
    return new MariaGtids(last);
  }

  /** In log order: the last one of a domain counts. */
  static of(...gtids: readonly MariaGtid[]): MariaGtids {
    return MariaGtids.empty.with(gtids);
  }

  get isEmpty(): boolean {
    return this.#last.size === 0;
  }

  /** The last one of a domain. */
  get(domain: number): MariaGtid | undefined {
    return this.#last.get(domain);
  }

  /** Told by its number, which only rises in a domain unless gtid_strict_mode is off and several servers write to it. */
  has({ domain, sequence }: MariaGtid): boolean {
    const last = this.#last.get(domain);
    return last !== undefined && sequence <= last.sequence;
  }

  /** True when every domain of `other` is as far here, or farther. */
  includes(other: MariaGtids): boolean {
    return other.minus(this).isEmpty;
  }

  equals(other: MariaGtids): boolean {
    return (
      this.#last.size === other.#last.size && [...this].every((gtid) => sameMariaGtid(gtid, other.get(gtid.domain)))
    );
  }

  /** Adds in log order: the last one of a domain counts, whatever its number. */
  with(gtids: Iterable<MariaGtid>): MariaGtids {
    const last = new Map(this.#last);
    for (const gtid of gtids) last.set(gtid.domain, gtid);
    return new MariaGtids(last);
  }

  /** The farther one of each domain. */
  union(other: MariaGtids): MariaGtids {
    return this.with(other.minus(this));
  }

  /** The domains that are farther here than in `other`. */
  minus(other: MariaGtids): MariaGtids {
    return MariaGtids.of(...[...this].filter((gtid) => !other.has(gtid)));
  }

  /** By domain. */
  *[Symbol.iterator](): Generator<MariaGtid> {
    for (const domain of [...this.#last.keys()].sort((a, b) => a - b)) yield this.#last.get(domain)!;
  }

  toString(): string {
    return [...this].map(formatMariaGtid).join(',');
  }

  /** So that logs show it. */
  toJSON(): string {
    return this.toString();
  }
}

const GTID = /^(\d{1,10})-(\d{1,10})-(\d{1,20})$/;
const UINT32_MAX = 0xffffffff;
const UINT64_MAX = 2n ** 64n - 1n;

/** `0-1-100`. */
export function parseMariaGtid(text: string): MariaGtid {
  const [, domain, server, sequence] = GTID.exec(text.trim()) ?? [];
  if (sequence === undefined) throw malformed(text, 'it is not domain-server-sequence');
  const gtid = { domain: Number(domain), server: Number(server), sequence: BigInt(sequence) };
  if (gtid.domain > UINT32_MAX || gtid.server > UINT32_MAX || gtid.sequence > UINT64_MAX) {
    throw malformed(text, 'a number is too large');
  }
  return gtid;
}

/** True for what MariaDB calls a GTID position, and no MySQL GTID set. */
export function isMariaGtids(text: string): boolean {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  return parts.length > 0 && parts.every((part) => GTID.test(part.trim()));
}

function malformed(text: string, why: string): RowtideError {
  return new RowtideError('USAGE', `not a MariaDB GTID position: ${JSON.stringify(text)}: ${why}`, {
    hint: 'A position looks like 0-1-100,1-2-5: domain-server-sequence, one for each domain.',
  });
}

import type { MariaGtid } from '../core/maria-gtid.js';

/** Which ids count: only these, or all but these. */
export interface IdFilter {
  readonly only: readonly number[] | null;
  readonly not: readonly number[] | null;
}

export interface GtidFilterOptions {
  /** The last GTID of each domain that is not shown any more. */
  readonly start: readonly MariaGtid[];
  /** The last GTID of each domain that is shown. */
  readonly stop: readonly MariaGtid[];
  readonly domains: IdFilter;
  readonly servers: IdFilter;
}

/** What a range of GTIDs is in one domain, and how far it was gone through. */
interface Window {
  readonly start: bigint | null;
  readonly stop: bigint | null;
  state: 'before' | 'inside' | 'passed';
}

/** Says of each transaction whether it is shown: it must pass the range, the domains and the servers. */
export class GtidFilter {
  readonly #options: GtidFilterOptions;
  readonly #windows = new Map<number, Window>();

  constructor(options: GtidFilterOptions) {
    this.#options = options;
    const { start, stop } = options;
    for (const { domain } of [...start, ...stop]) {
      const in_ = (gtids: readonly MariaGtid[]): bigint | null =>
        gtids.find((gtid) => gtid.domain === domain)?.sequence ?? null;
      this.#windows.set(domain, { start: in_(start), stop: in_(stop), state: 'before' });
    }
  }

  get isThere(): boolean {
    return this.choosesTransactions || isSet(this.#options.servers);
  }

  /** Servers are told by every event, so that only these leave out what stands between the GTIDs. */
  get choosesTransactions(): boolean {
    return this.#windows.size > 0 || isSet(this.#options.domains);
  }

  /** There are ends, and all of them are passed. */
  get isDone(): boolean {
    const ends = [...this.#windows.values()].filter(({ stop }) => stop !== null);
    return ends.length > 0 && ends.every(({ state }) => state === 'passed');
  }

  passes(gtid: MariaGtid): boolean {
    const isInRange = this.#isInRange(gtid);
    return isInRange && isIn(gtid.domain, this.#options.domains) && isIn(gtid.server, this.#options.servers);
  }

  passesServer(server: number): boolean {
    return isIn(server, this.#options.servers);
  }

  /** With an end for any domain, domains without one are not shown. */
  #isInRange({ domain, sequence }: MariaGtid): boolean {
    const window = this.#windows.get(domain);
    if (window === undefined || window.stop === null) {
      if (this.#options.stop.length > 0) return false;
      if (window === undefined) return true;
    }
    const { start, stop } = window;
    if (window.state === 'before') {
      const isInside = (start === null || sequence >= start) && (stop === null || sequence <= stop);
      if (isInside) window.state = sequence === stop ? 'passed' : 'inside';
      return isInside && sequence !== start;
    }
    if (window.state === 'passed') return false;
    // Once begun, a domain goes on, whatever its sequence numbers are.
    if (stop !== null && sequence >= stop) window.state = 'passed';
    return stop === null || sequence <= stop;
  }
}

const isSet = ({ only, not }: IdFilter): boolean => only !== null || not !== null;

function isIn(id: number, { only, not }: IdFilter): boolean {
  return (only === null || only.includes(id)) && !(not?.includes(id) ?? false);
}

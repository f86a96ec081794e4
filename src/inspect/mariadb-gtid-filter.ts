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
        gtids.findLast((gtid) => gtid.domain === domain)?.sequence ?? null;
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

  /** Every range has an end, and all of them are passed. */
  get isDone(): boolean {
    const windows = [...this.#windows.values()];
    return windows.length > 0 && windows.every(({ stop, state }) => stop !== null && state === 'passed');
  }

  passes(gtid: MariaGtid): boolean {
    const isInRange = this.#isInRange(gtid);
    return isInRange && isIn(gtid.domain, this.#options.domains) && isIn(gtid.server, this.#options.servers);
  }

  passesServer(server: number): boolean {
    return isIn(server, this.#options.servers);
  }

  /** With an end for any domain, other domains are not shown. */
  #isInRange({ domain, sequence }: MariaGtid): boolean {
    const window = this.#windows.get(domain);
    if (window === undefined) return this.#options.stop.length === 0;
    const isAfterStart = window.start === null || sequence > window.start;
    const isPast = window.stop !== null && sequence >= window.stop;
    const isShown = window.state !== 'passed' && isAfterStart && (window.stop === null || sequence <= window.stop);
    if (isPast) window.state = 'passed';
    else if (isAfterStart && window.state === 'before') window.state = 'inside';
    return isShown;
  }
}

const isSet = ({ only, not }: IdFilter): boolean => only !== null || not !== null;

function isIn(id: number, { only, not }: IdFilter): boolean {
  return (only === null || only.includes(id)) && !(not?.includes(id) ?? false);
}

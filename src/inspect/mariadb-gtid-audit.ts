import { RowtideError } from '../core/errors.js';
import type { MariaGtid } from '../core/maria-gtid.js';

export interface GtidAuditOptions {
  readonly start: readonly MariaGtid[];
  readonly stop: readonly MariaGtid[];
  /** Reading begins somewhere in a file: where its log begins says nothing of what is read. */
  readonly startsInside: boolean;
  /** GTIDs out of order end the output, and it is an error if those asked for were not there. */
  readonly isStrict: boolean;
  /** Says of GTIDs out of order and of missing ones, and goes on. */
  readonly warn: ((message: string) => void) | null;
}

interface Domain {
  /** What was asked for, or where the log begins: only from here on is there an order. */
  readonly begin: MariaGtid | null;
  last: MariaGtid | null;
}

/** Watches that the logs hold what was asked for, in order. */
export class GtidAudit {
  readonly #options: GtidAuditOptions;
  readonly #domains: Map<number, Domain>;
  #hasList: boolean;

  constructor(options: GtidAuditOptions) {
    this.#options = options;
    this.#domains = new Map(options.start.map((gtid) => [gtid.domain, { begin: gtid, last: null }]));
    this.#hasList = options.startsInside;
  }

  /** GTID_LIST: where the log begins. Errors are of what was asked for and is not in it. */
  list(gtids: readonly MariaGtid[]): void {
    if (this.#hasList) return;
    this.#hasList = true;
    const reached = new Map<number, MariaGtid>();
    for (const gtid of gtids) {
      const before = reached.get(gtid.domain);
      if (before === undefined || before.sequence < gtid.sequence) reached.set(gtid.domain, gtid);
    }
    for (const gtid of reached.values()) this.#begin(gtid);
  }

  #begin(gtid: MariaGtid): void {
    const { start, stop } = this.#options;
    if (start.length === 0) {
      const to = stop.find(({ domain }) => domain === gtid.domain);
      if (to !== undefined && to.sequence <= gtid.sequence) throw missing(text(to), text(gtid));
      this.#domains.set(gtid.domain, { begin: gtid, last: gtid });
      return;
    }
    const domain = this.#domains.get(gtid.domain);
    if (domain === undefined) throw unsaid(gtid);
    if (domain.begin !== null && domain.begin.sequence < gtid.sequence) throw missing(text(domain.begin), text(gtid));
    domain.last = gtid;
  }

  /** A GTID that is shown, in the order of the log. */
  record(gtid: MariaGtid): void {
    const domain = this.#domains.get(gtid.domain);
    if (domain === undefined) {
      this.#domains.set(gtid.domain, { begin: null, last: gtid });
      return;
    }
    const { begin, last } = domain;
    if (last === null || gtid.sequence > last.sequence || (begin !== null && gtid.sequence < begin.sequence)) {
      domain.last = gtid;
      return;
    }
    if (this.#options.isStrict) throw outOfOrder(gtid, last);
    this.#options.warn?.(`the GTID ${text(gtid)} follows ${text(last)}`);
  }

  /** The logs are at their end. */
  end(): void {
    for (const { begin, last } of this.#domains.values()) {
      if (begin === null || (last !== null && last.sequence >= begin.sequence)) continue;
      if (this.#options.isStrict) throw neverReached(begin);
      this.#options.warn?.(`nothing is shown from the GTID ${text(begin)} on`);
    }
  }
}

const text = ({ domain, server, sequence }: MariaGtid): string => `${domain}-${server}-${sequence}`;

function missing(wanted: string, begin: string): RowtideError {
  return new RowtideError('SOURCE_PURGED', `the logs begin behind ${begin}, and ${wanted} was asked for`, {
    hint: 'Give the earlier files as well, in their order.',
  });
}

function unsaid(gtid: MariaGtid): RowtideError {
  return new RowtideError(
    'SOURCE_PURGED',
    `the logs begin behind ${text(gtid)}, and --start-position has nothing of its domain`,
    { hint: `Begin with ${text(gtid)} in this domain, or give the earlier files as well, in their order.` },
  );
}

function outOfOrder(gtid: MariaGtid, last: MariaGtid): RowtideError {
  return new RowtideError('LOG_GAP', `the GTID ${text(gtid)} follows ${text(last)}`, {
    hint: 'With --skip-gtid-strict-mode the output goes on.',
  });
}

function neverReached(gtid: MariaGtid): RowtideError {
  return new RowtideError('LOG_GAP', `of what is shown, nothing is from the GTID ${text(gtid)} on`, {
    hint: 'Give the files that have it, another --start-position, or --skip-gtid-strict-mode.',
  });
}

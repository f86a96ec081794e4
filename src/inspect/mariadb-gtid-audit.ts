import { RowtideError } from '../core/errors.js';
import type { MariaGtid } from '../core/maria-gtid.js';

export interface GtidAuditOptions {
  readonly start: readonly MariaGtid[];
  readonly stop: readonly MariaGtid[];
  /** GTIDs out of order end the output, and it is an error if those asked for were not there. */
  readonly isStrict: boolean;
  /** Says of GTIDs out of order and of missing ones, and goes on. */
  readonly warn: ((message: string) => void) | null;
}

/** Watches that the logs hold what was asked for, in order. */
export class GtidAudit {
  readonly #options: GtidAuditOptions;
  readonly #last = new Map<number, MariaGtid>();
  /** Asked for as a begin, and not seen yet. */
  readonly #expected: Map<number, MariaGtid>;
  #hasList = false;

  constructor(options: GtidAuditOptions) {
    this.#options = options;
    this.#expected = new Map(options.start.map((gtid) => [gtid.domain, gtid]));
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
    const from = start.find(({ domain }) => domain === gtid.domain);
    if (from !== undefined && from.sequence < gtid.sequence) throw missing(text(from), text(gtid));
    const to = stop.find(({ domain }) => domain === gtid.domain);
    if (start.length === 0 && to !== undefined && to.sequence <= gtid.sequence) throw missing(text(to), text(gtid));
    if (from === undefined || from.sequence === gtid.sequence) this.#last.set(gtid.domain, gtid);
    if (from?.sequence === gtid.sequence) this.#expected.delete(gtid.domain);
  }

  /** A GTID that is shown, in the order of the log. */
  record(gtid: MariaGtid): void {
    const last = this.#last.get(gtid.domain);
    const isInOrder = last === undefined || gtid.sequence > last.sequence;
    if (isInOrder) this.#last.set(gtid.domain, gtid);
    else if (this.#options.isStrict) throw outOfOrder(gtid, last);
    else this.#options.warn?.(`the GTID ${text(gtid)} follows ${text(last)}`);
  }

  /** A GTID of the log, whether it is shown or not. */
  saw(gtid: MariaGtid): void {
    const expected = this.#expected.get(gtid.domain);
    if (expected !== undefined && gtid.sequence >= expected.sequence) this.#expected.delete(gtid.domain);
  }

  /** The logs are at their end. */
  end(): void {
    for (const gtid of this.#expected.values()) {
      if (this.#options.isStrict) throw neverReached(gtid);
      this.#options.warn?.(`the logs do not have the GTID ${text(gtid)}`);
    }
  }
}

const text = ({ domain, server, sequence }: MariaGtid): string => `${domain}-${server}-${sequence}`;

function missing(wanted: string, begin: string): RowtideError {
  return new RowtideError('SOURCE_PURGED', `the logs begin behind ${begin}, and ${wanted} was asked for`, {
    hint: 'Give the earlier files as well, in their order.',
  });
}

function outOfOrder(gtid: MariaGtid, last: MariaGtid): RowtideError {
  return new RowtideError('LOG_GAP', `the GTID ${text(gtid)} follows ${text(last)}`, {
    hint: 'With --skip-gtid-strict-mode the output goes on.',
  });
}

function neverReached(gtid: MariaGtid): RowtideError {
  return new RowtideError('LOG_GAP', `the logs do not have the GTID ${text(gtid)}`, {
    hint: 'Give the files that have it, or another --start-position.',
  });
}

import { RowtideError } from '../core/errors.js';
import { formatMariaGtid, type MariaGtid, MariaGtids, sameMariaGtid } from '../core/maria-gtid.js';

/**
 * How far a read of a MariaDB log has come, and which of its transactions lie behind the position that is wanted: in
 * each domain all up to the very GTID of the position. Numbers alone do not tell: without gtid_strict_mode, servers
 * that write to one domain at the same time number it out of order.
 */
export class Domains {
  /** In front of the next transaction. */
  executed: MariaGtids;
  /** Domains that are read from before the position, and the GTID that ends what was executed. */
  readonly #behind: Map<number, MariaGtid>;
  readonly #wanted: MariaGtids;
  /** By domain and server: their last sequence. */
  readonly #sequences = new Map<number, Map<number, bigint>>();
  #listed: boolean;

  /** `readFrom`: where a server begins; null where the log begins with whatever its first file has. */
  constructor(wanted: MariaGtids, readFrom: MariaGtids | null) {
    this.#wanted = wanted;
    this.executed = readFrom ?? wanted;
    const again = [...wanted].filter((gtid) => !sameMariaGtid(gtid, readFrom?.get(gtid.domain)));
    this.#behind = new Map(again.map((gtid) => [gtid.domain, gtid]));
    this.#listed = readFrom !== null;
  }

  /** GTID_LIST, by which the first of several files says what came before it. */
  list(gtids: readonly MariaGtid[]): void {
    if (this.#listed) return;
    this.#listed = true;
    const last = MariaGtids.of(...gtids);
    for (const end of last) {
      const wanted = this.#wanted.get(end.domain);
      const isInside = (each: MariaGtid): boolean =>
        each.domain === wanted?.domain && each.server === wanted.server && each.sequence >= wanted.sequence;
      if (sameMariaGtid(end, wanted)) this.#behind.delete(end.domain);
      else if (wanted === undefined || gtids.some(isInside)) throw missing(this.#wanted, last);
    }
  }

  /** Goes on to a transaction; true if it was executed before. */
  pass(gtid: MariaGtid): boolean {
    this.#checkOrder(gtid);
    this.executed = this.executed.with([gtid]);
    const end = this.#behind.get(gtid.domain);
    if (end === undefined) return false;
    if (gtid.server === end.server && gtid.sequence > end.sequence) throw unknown(end);
    if (sameMariaGtid(gtid, end)) this.#behind.delete(gtid.domain);
    return true;
  }

  /** A position names a place by one server's number, so these must rise. */
  #checkOrder(gtid: MariaGtid): void {
    let servers = this.#sequences.get(gtid.domain);
    if (servers === undefined) {
      servers = new Map();
      this.#sequences.set(gtid.domain, servers);
    }
    const before = servers.get(gtid.server);
    if (before !== undefined && gtid.sequence <= before) throw outOfOrder(gtid, before);
    servers.set(gtid.server, gtid.sequence);
  }
}

function missing(wanted: MariaGtids, listed: MariaGtids): RowtideError {
  return new RowtideError(
    'SOURCE_PURGED',
    `the first file begins behind ${listed.toString()}, and the position is ${wanted.isEmpty ? 'the beginning' : wanted.toString()}`,
    { hint: 'Give the files before it, too.' },
  );
}

function unknown(end: MariaGtid): RowtideError {
  return new RowtideError('SOURCE_DIVERGED', `the log does not have ${formatMariaGtid(end)}, behind which to begin`, {
    hint: 'The position was written by hand, or the log is another server’s.',
  });
}

function outOfOrder(gtid: MariaGtid, before: bigint): RowtideError {
  const message = `${formatMariaGtid(gtid)} comes after number ${before} of the same server and domain`;
  return new RowtideError('LOG_GAP', message, {
    hint: 'Somebody set gtid_seq_no back. Turn gtid_strict_mode on, which forbids it, and take a position behind this.',
  });
}

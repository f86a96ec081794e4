import { RowtideError } from '../core/errors.js';
import { type AnyGtid, formatGtid, type Gtid, isMariaGtid } from '../core/gtid.js';
import type { MariaGtid } from '../core/maria-gtid.js';
import type { HeldXa, LogPosition, Position } from '../core/position.js';
import type { PreparedXa, Transaction } from '../core/transaction.js';

/** A delayed replica's log is read ahead for days, and GTIDs that are kept until V8 takes them for old are garbage for long. */
const UNFOLDED_MAX = 100;

/**
 * Collects what transactions do to a position, and makes the position once: a GTID set per transaction would copy
 * thousands of intervals each time.
 */
export class PositionFold {
  #position: Position;
  #gtids: Gtid[] = [];
  #mariaGtids: MariaGtid[] = [];
  #last: Transaction | null = null;

  constructor(from: Position) {
    this.#position = from;
  }

  /** True if transactions were added since the position was taken. */
  get moved(): boolean {
    return this.#last !== null;
  }

  add(transaction: Transaction): void {
    const { gtid, prepared } = transaction;
    if (gtid === null && this.#position.log.kind !== 'file') throw anonymous(transaction);
    // Its rows are delivered only now, so only now is the log not to send them again.
    if (prepared !== null && prepared.gtid !== null) this.#pushPrepared(prepared.gtid);
    if (gtid !== null) this.#push(gtid);
    this.#last = transaction;
    if (this.#gtids.length + this.#mariaGtids.length >= UNFOLDED_MAX) this.#fold(transaction);
  }

  #fold(last: Transaction): void {
    this.#position = { ...this.#position, log: this.#logBehind(last) };
    this.#gtids = [];
    this.#mariaGtids = [];
  }

  #push(gtid: AnyGtid): void {
    if (isMariaGtid(gtid)) this.#mariaGtids.push(gtid);
    else this.#gtids.push(gtid);
  }

  /** MariaDB's position may have passed it: others of its domain came between, or it ends in another domain. */
  #pushPrepared(gtid: AnyGtid): void {
    const { log } = this.#position;
    const isPassed = isMariaGtid(gtid) && log.kind === 'mariadb-gtid' && log.executed.with(this.#mariaGtids).has(gtid);
    if (!isPassed) this.#push(gtid);
  }

  /** The position behind everything added so far. */
  take(): Position {
    if (this.#last === null) return this.#position;
    this.#fold(this.#last);
    const { held, schemas } = this.#last;
    this.#position = {
      source: this.#position.source,
      log: this.#position.log,
      held: held.map(heldXa),
      ...(schemas !== undefined && { schemas }),
    };
    this.#last = null;
    return this.#position;
  }

  #logBehind({ span }: Transaction): LogPosition {
    const { log } = this.#position;
    switch (log.kind) {
      case 'gtid':
        return { ...log, executed: log.executed.with(this.#gtids) };
      case 'mariadb-gtid':
        return { kind: 'mariadb-gtid', executed: log.executed.with(this.#mariaGtids) };
      case 'file':
        return { kind: 'file', file: span.file, offset: span.end };
    }
  }
}

function heldXa({ xid, span, gtid, previous }: PreparedXa): HeldXa {
  const held = { xid, file: span.file, start: span.start, gtid: gtid === null ? null : formatGtid(gtid) };
  return previous === undefined ? held : { ...held, previous: previous.toString() };
}

function anonymous({ span }: Transaction): RowtideError {
  const message = `the transaction at ${span.file}:${span.start} has no GTID, but the position to move is a GTID set`;
  return new RowtideError('SOURCE_SETTINGS', message, {
    hint: 'Set gtid_mode=ON on the source; a server that mixes both cannot be followed by GTID.',
  });
}

import { RowtideError } from '../core/errors.js';
import { formatGtid, type Gtid } from '../core/gtid.js';
import type { HeldXa, LogPosition, Position } from '../core/position.js';
import type { PreparedXa, Transaction } from '../core/transaction.js';

/**
 * Collects what transactions do to a position, and makes the position once: a GTID set per transaction would copy
 * thousands of intervals each time.
 */
export class PositionFold {
  #position: Position;
  #gtids: Gtid[] = [];
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
    if (gtid !== null) this.#gtids.push(gtid);
    else if (this.#position.log.kind === 'gtid') throw anonymous(transaction);
    // Its rows are delivered only now, so only now is the log not to send them again.
    if (prepared !== null && prepared.gtid !== null) this.#gtids.push(prepared.gtid);
    this.#last = transaction;
  }

  /** The position behind everything added so far. */
  take(): Position {
    if (this.#last === null) return this.#position;
    const { span, held } = this.#last;
    const log: LogPosition =
      this.#position.log.kind === 'gtid'
        ? { kind: 'gtid', executed: this.#position.log.executed.with(this.#gtids) }
        : { kind: 'file', file: span.file, offset: span.end };
    this.#position = { source: this.#position.source, log, held: held.map(heldXa) };
    this.#gtids = [];
    this.#last = null;
    return this.#position;
  }
}

function heldXa({ xid, span, gtid }: PreparedXa): HeldXa {
  return { xid, file: span.file, start: span.start, gtid: gtid === null ? null : formatGtid(gtid) };
}

function anonymous({ span }: Transaction): RowtideError {
  const message = `the transaction at ${span.file}:${span.start} has no GTID, but the position to move is a GTID set`;
  return new RowtideError('SOURCE_SETTINGS', message, {
    hint: 'Set gtid_mode=ON on the source; a server that mixes both cannot be followed by GTID.',
  });
}

import { unreachable } from '../core/errors.js';
import type { FormatDescription, RawEvent } from '../core/event.js';
import { type AnyGtid, GtidSet, isMariaGtid } from '../core/gtid.js';
import { MariaGtids } from '../core/maria-gtid.js';
import { transactionControl } from '../sql/transaction-control.js';
import { decodeGtid, decodeGtidTagged, type GtidEvent } from './gtid.js';
import { decodeGtidList } from './gtid-list.js';
import { decodeMariaGtid } from './maria-gtid.js';
import { decodePreviousGtids } from './previous-gtids.js';
import { decodeQuery } from './query.js';
import * as type from './types.js';

/** All GTIDs that a log has up to some place, of its server's kind; null where it has none, or has not said it yet. */
export type LoggedGtids = GtidSet | MariaGtids | null;

/**
 * Follows a log event by event and tells where a transaction has ended, without looking at what it did:
 *
 *   idle ──GTID──▶ opened ──BEGIN, XA START, MariaDB's GTID unless it stands alone──▶ begun
 *   opened ──any statement──▶ idle     begun ──XID, COMMIT, ROLLBACK, XA_PREPARE──▶ idle     either ──payload──▶ idle
 */
export class TransactionEnds {
  #state: 'idle' | 'opened' | 'begun' = 'idle';
  #gtid: AnyGtid | null = null;
  /** What was taken since `settle`, what was settled since `#logged` was made: adding to a set copies it. */
  #taken: (AnyGtid | GtidSet | MariaGtids)[] = [];
  #settled: (AnyGtid | GtidSet | MariaGtids)[] = [];
  #logged: LoggedGtids = null;
  #begun: LoggedGtids = null;

  /** Takes the next event; true if no transaction is open behind it. */
  take(event: RawEvent, format: FormatDescription): boolean {
    switch (event.type) {
      case type.PREVIOUS_GTIDS_LOG_EVENT:
        this.#begin(decodePreviousGtids(event));
        break;
      case type.GTID_LIST_EVENT:
        this.#begin(MariaGtids.of(...decodeGtidList(event)));
        break;
      case type.GTID_LOG_EVENT:
        this.#open(decodeGtid(event, false));
        break;
      case type.ANONYMOUS_GTID_LOG_EVENT:
        this.#open(decodeGtid(event, true));
        break;
      case type.GTID_TAGGED_LOG_EVENT:
        this.#open(decodeGtidTagged(event));
        break;
      case type.GTID_EVENT:
        this.#open(decodeMariaGtid(event));
        break;
      case type.QUERY_EVENT:
      case type.QUERY_COMPRESSED_EVENT:
        this.#query(decodeQuery(event, format).sql);
        break;
      case type.XID_EVENT:
      case type.XA_PREPARE_LOG_EVENT:
      case type.TRANSACTION_PAYLOAD_EVENT:
        this.#end();
        break;
    }
    return this.isIdle;
  }

  /** What was taken is part of the log for good, as far as its transactions have ended. */
  settle(): void {
    for (const each of this.#taken) this.#settled.push(each);
    this.#taken = [];
    if (this.#settled.length > UNFOLDED_MAX) this.#fold();
  }

  /** What was not settled is not part of the log: the next event stands behind what was. */
  abandon(): void {
    this.#taken = [];
    this.#state = 'idle';
    this.#gtid = null;
  }

  get isIdle(): boolean {
    return this.#state === 'idle';
  }

  /** What the file that was begun last says to come before it. */
  get begin(): LoggedGtids {
    return this.#begun;
  }

  /** Of what was settled. */
  get logged(): LoggedGtids {
    this.#fold();
    return this.#logged;
  }

  #fold(): void {
    const last = this.#settled.findLastIndex((each) => each instanceof GtidSet || each instanceof MariaGtids);
    // A file begins by saying all that came before it.
    if (last >= 0) this.#logged = this.#settled[last] as GtidSet | MariaGtids;
    const ended = this.#settled.slice(last + 1) as AnyGtid[];
    if (ended.length > 0) this.#logged = united(this.#logged, ended);
    this.#settled = [];
  }

  #begin(before: GtidSet | MariaGtids): void {
    this.#taken.push(before);
    this.#begun = before;
  }

  #open({ gtid, begins }: GtidEvent): void {
    this.#gtid = gtid;
    this.#state = begins === true ? 'begun' : 'opened';
  }

  #query(sql: string): void {
    const control = transactionControl(sql);
    switch (control.kind) {
      case 'begin':
      case 'xa-start':
        this.#state = 'begun';
        return;
      case 'commit':
      case 'rollback':
      case 'xa-commit':
      case 'xa-rollback':
        this.#end();
        return;
      case 'statement':
      case 'nothing':
        if (this.#state !== 'begun') this.#end();
        return;
      case 'savepoint':
      case 'rollback-to':
      case 'xa-end':
        return;
      default:
        unreachable(control);
    }
  }

  #end(): void {
    if (this.#gtid !== null) this.#taken.push(this.#gtid);
    this.#gtid = null;
    this.#state = 'idle';
  }
}

const UNFOLDED_MAX = 100;

function united(logged: LoggedGtids, ended: readonly AnyGtid[]): LoggedGtids {
  const mariadb = ended.filter(isMariaGtid);
  if (mariadb.length > 0) return (logged instanceof MariaGtids ? logged : MariaGtids.empty).with(mariadb);
  const mysql = ended.flatMap((gtid) => (isMariaGtid(gtid) ? [] : [gtid]));
  return (logged instanceof GtidSet ? logged : GtidSet.empty).with(mysql);
}

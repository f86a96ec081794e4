import type { GtidEvent } from '../../binlog/gtid.js';
import { decodeMariaGtid } from '../../binlog/maria-gtid.js';
import { decodeQuery } from '../../binlog/query.js';
import * as type from '../../binlog/types.js';
import type { FormatDescription, RawEvent } from '../../core/event.js';
import { transactionControl } from '../../sql/transaction-control.js';
import { decodeAnyGtid } from '../gtid-event.js';
import type { TransactionBegin } from './place.js';

const SECOND_US = 1_000_000;

/** Tells where transactions begin from events of which most are not even read. */
export class BeginFinder {
  #hasGtids = false;
  #inTransaction = false;

  /** Whether an event of this type has to be read as a whole. */
  needs(eventType: number): boolean {
    switch (eventType) {
      case type.GTID_LOG_EVENT:
      case type.ANONYMOUS_GTID_LOG_EVENT:
      case type.GTID_TAGGED_LOG_EVENT:
      case type.GTID_EVENT:
        return true;
      case type.QUERY_EVENT:
        return !this.#hasGtids;
      default:
        return false;
    }
  }

  /** The header says all about this one. */
  passes(eventType: number): void {
    if (eventType === type.XID_EVENT) this.#inTransaction = false;
  }

  /** An event that was needed; `bytes` to skip to the next transaction are 0 where the log does not say. */
  begin(event: RawEvent, format: FormatDescription): { begin: TransactionBegin; bytes: number } | null {
    switch (event.type) {
      case type.GTID_LOG_EVENT:
      case type.ANONYMOUS_GTID_LOG_EVENT:
      case type.GTID_TAGGED_LOG_EVENT:
        return this.#ofGtid(event, decodeAnyGtid(event));
      case type.GTID_EVENT:
        return this.#ofGtid(event, decodeMariaGtid(event));
      default:
        return this.#ofQuery(event, format);
    }
  }

  #ofGtid(event: RawEvent, { gtid, immediateCommitUs, transactionBytes }: GtidEvent) {
    this.#hasGtids = true;
    const time = immediateCommitUs === null ? secondOf(event) : { committedAtUs: immediateCommitUs, resolutionUs: 1 };
    return { begin: { offset: event.start, gtid, ...time }, bytes: transactionBytes };
  }

  /** A log without GTIDs: BEGIN opens a transaction, and a statement outside of one is one by itself. */
  #ofQuery(event: RawEvent, format: FormatDescription) {
    const { kind } = transactionControl(decodeQuery(event, format).sql);
    const begins = !this.#inTransaction && kind !== 'nothing';
    if (kind === 'begin' || kind === 'xa-start') this.#inTransaction = true;
    if (kind === 'commit' || kind === 'rollback') this.#inTransaction = false;
    if (!begins) return null;
    return { begin: { offset: event.start, gtid: null, ...secondOf(event) }, bytes: 0 };
  }
}

function secondOf({ timestamp }: RawEvent) {
  return { committedAtUs: timestamp * SECOND_US, resolutionUs: SECOND_US };
}

import { decodeGtid, decodeGtidTagged, type GtidEvent } from '../binlog/gtid.js';
import { decodeMariaGtid } from '../binlog/maria-gtid.js';
import { decodeQuery } from '../binlog/query.js';
import { isRowsEvent } from '../binlog/rows.js';
import * as type from '../binlog/types.js';
import { locateError, RowtideError } from '../core/errors.js';
import type { LogBlock, RawEvent } from '../core/event.js';
import type { AnyGtid } from '../core/gtid.js';
import type { LogSource } from '../core/source.js';
import { transactionControl } from '../sql/transaction-control.js';

/** Which transactions of a log somebody wants. Each is judged by its first event, and taken or left as a whole. */
export interface Selection {
  /** Ends before the transaction that begins at this place or behind it. */
  readonly stop?: { readonly file: string; readonly offset: number };
  /** Ends behind the last of these files; absent: where the log ends. */
  readonly files?: readonly string[];
  /** Seconds since the epoch: those that begin at `startS` or later, up to the first one at `stopS` or later. */
  readonly startS?: number;
  readonly stopS?: number;
  readonly wants?: (facts: { gtid: AnyGtid | null; serverId: number }) => boolean;
}

/** The same log without the events of transactions that nobody wants, so that nobody has to understand them. */
export function selectedLog(log: LogSource, selection: Selection): LogSource {
  return {
    leavesOutExecuted: log.leavesOutExecuted,
    identity: (signal) => log.identity(signal),
    head: (signal) => log.head(signal),
    tail: (signal) => log.tail(signal),
    async *read(from, signal) {
      const groups = new Groups(selection);
      for await (const block of log.read(from, signal)) {
        const events = block.events.filter((event) => groups.takes(event, block));
        yield { ...block, events };
        if (groups.ended) return;
      }
    },
  };
}

/**
 *   between ──GTID──▶ opened ──BEGIN, XA START──▶ begun ──XID, COMMIT, ROLLBACK, XA_PREPARE──▶ between
 *      │                └──any other statement, TRANSACTION_PAYLOAD──▶ between
 *      └──BEGIN or a statement (no GTIDs before MySQL 5.7)──▶ begun or between
 */
class Groups {
  ended = false;
  readonly #selection: Selection;
  #state: 'between' | 'opened' | 'begun' = 'between';
  #wanted = true;

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  takes(event: RawEvent, block: LogBlock): boolean {
    if (this.#selection.files?.includes(block.file) === false) this.ended = true;
    if (this.ended) return false;
    try {
      const isFirst = isGtid(event) || (this.#state === 'between' && isQuery(event));
      if (isFirst) this.#open(event, block);
      else if (this.#state !== 'between') this.#refuseCut(event, block);
      else this.#refuseInside(event);
      const belongs = isFirst || this.#state !== 'between';
      this.#state = this.#behind(event, block);
      return !this.ended && (this.#wanted || !belongs);
    } catch (error) {
      throw locateError(error, `${block.file}:${event.start}`);
    }
  }

  #open(event: RawEvent, { file }: LogBlock): void {
    const { stop, startS = 0, stopS = Number.POSITIVE_INFINITY, wants } = this.#selection;
    this.ended = (file === stop?.file && event.start >= stop.offset) || event.timestamp >= stopS;
    const facts = { gtid: openedBy(event)?.gtid ?? null, serverId: event.serverId };
    this.#wanted = event.timestamp >= startS && (wants?.(facts) ?? true);
  }

  #behind(event: RawEvent, block: LogBlock): 'between' | 'opened' | 'begun' {
    if (isGtid(event)) return openedBy(event)?.begins === true ? 'begun' : 'opened';
    if (isQuery(event)) {
      switch (transactionControl(decodeQuery(event, block.format).sql).kind) {
        case 'begin':
        case 'xa-start':
          return 'begun';
        case 'commit':
        case 'rollback':
          return 'between';
        default:
          return this.#state === 'begun' ? 'begun' : 'between';
      }
    }
    return COMMITS.has(event.type) ? 'between' : this.#state;
  }

  #refuseInside(event: RawEvent): void {
    if (!isRowsEvent(event.type) && event.type !== type.TABLE_MAP_EVENT && event.type !== type.XID_EVENT) return;
    throw new RowtideError('USAGE', 'the start position lies inside a transaction', {
      hint: 'Give the position of the event that begins it: GTID, ANONYMOUS_GTID or BEGIN.',
    });
  }

  #refuseCut(event: RawEvent, { file }: LogBlock): void {
    const { stop } = this.#selection;
    if (!this.#wanted || file !== stop?.file || event.start < stop.offset) return;
    throw new RowtideError('USAGE', `the stop position ${stop.offset} lies inside the transaction of this event`, {
      hint: 'Give the position in front of that transaction, or the one behind its commit.',
    });
  }
}

const COMMITS: ReadonlySet<number> = new Set([
  type.XID_EVENT,
  type.XA_PREPARE_LOG_EVENT,
  type.TRANSACTION_PAYLOAD_EVENT,
]);

function isGtid(event: RawEvent): boolean {
  switch (event.type) {
    case type.GTID_LOG_EVENT:
    case type.ANONYMOUS_GTID_LOG_EVENT:
    case type.GTID_TAGGED_LOG_EVENT:
    case type.GTID_EVENT:
      return true;
    default:
      return false;
  }
}

function isQuery({ type: code }: RawEvent): boolean {
  return code === type.QUERY_EVENT || code === type.QUERY_COMPRESSED_EVENT;
}

function openedBy(event: RawEvent): GtidEvent | null {
  switch (event.type) {
    case type.GTID_LOG_EVENT:
      return decodeGtid(event, false);
    case type.GTID_TAGGED_LOG_EVENT:
      return decodeGtidTagged(event);
    case type.GTID_EVENT:
      return decodeMariaGtid(event);
    default:
      return null;
  }
}

import type { GtidEvent } from '../binlog/gtid.js';
import * as type from '../binlog/types.js';
import { type GtidSet, isMariaGtid } from '../core/gtid.js';
import { decodeAnyGtid } from './gtid-event.js';
import type { LoggedEvent } from './logged-event.js';
import { endsGroup } from './statement-kind.js';
import { loggedQuery, nameBytes, upToNul } from './text/logged-names.js';

/** Which events are shown: mysqlbinlog's options of this kind. */
export interface SelectOptions {
  /** Events in front of the first one that is shown. */
  readonly offset: number;
  /** Seconds since the epoch. */
  readonly startTime: number;
  readonly stopTime: number;
  readonly serverId: number | null;
  readonly serverIdBits: number;
  readonly database: string | null;
  readonly includeGtids: GtidSet | null;
  readonly excludeGtids: GtidSet | null;
  readonly skipGtids: boolean;
}

/**
 * `before`: not reached yet, or of another server; `gtid`: left out for its GTID, or because GTIDs are; `stop`: this one
 * and all behind it are not shown.
 */
export type Verdict = 'show' | 'before' | 'gtid' | 'stop';

/** Goes through the events of a log in their order, and says of each whether it is shown. */
export class Selection {
  readonly options: SelectOptions;
  /** Where showing ends, in the file that is read; the last one of several only. */
  stopOffset = Number.POSITIVE_INFINITY;
  readonly #database: string | null;
  #seen = 0;
  #hasBegun = false;
  #isOutside = false;

  constructor(options: SelectOptions) {
    this.options = options;
    this.#database = options.database === null ? null : nameBytes(options.database);
  }

  judge(logged: LoggedEvent, { inPayload = false } = {}): Verdict {
    const verdict = this.#judgePlace(logged, inPayload);
    this.#seen++;
    return verdict === 'show' && this.#isLeftOut(logged) ? 'gtid' : verdict;
  }

  /** Whether what belongs to a schema is left out; the characters of its name are bytes. */
  isForeign(schema: string): boolean {
    return this.#database !== null && upToNul(schema) !== this.#database;
  }

  #judgePlace({ event }: LoggedEvent, inPayload: boolean): Verdict {
    const { options } = this;
    if (event.type !== type.FORMAT_DESCRIPTION_EVENT) {
      if (!this.#hasBegun && (this.#seen < options.offset || event.timestamp < options.startTime)) return 'before';
      this.#hasBegun = true;
      if (event.type !== type.ROTATE_EVENT && options.serverId !== null && options.serverId !== this.#idOf(event))
        return 'before';
    }
    if (!inPayload && event.start >= this.stopOffset) return 'stop';
    return event.timestamp >= options.stopTime ? 'stop' : 'show';
  }

  #idOf({ serverId }: LoggedEvent['event']): number {
    const { serverIdBits } = this.options;
    return serverIdBits === 32 ? serverId : (serverId & ((1 << serverIdBits) - 1)) >>> 0;
  }

  /** The transactions that --include-gtids and its kin leave out, and with --skip-gtids the GTIDs themselves. */
  #isLeftOut(logged: LoggedEvent): boolean {
    const { event } = logged;
    switch (event.type) {
      case type.GTID_LOG_EVENT:
      case type.GTID_TAGGED_LOG_EVENT:
      case type.ANONYMOUS_GTID_LOG_EVENT:
        this.#isOutside = this.#filters && this.#isUnwanted(decodeAnyGtid(event));
        return this.#isOutside || this.options.skipGtids;
      case type.PREVIOUS_GTIDS_LOG_EVENT:
        return this.options.skipGtids;
      case type.XID_EVENT:
        return this.#end();
      case type.QUERY_EVENT:
        return this.#isOutside && (endsGroup(loggedQuery(logged).text) ? this.#end() : true);
      case type.STOP_EVENT:
      case type.FORMAT_DESCRIPTION_EVENT:
      case type.ROTATE_EVENT:
      case type.IGNORABLE_LOG_EVENT:
      case type.INCIDENT_EVENT:
        return false;
      default:
        return this.#isOutside;
    }
  }

  get #filters(): boolean {
    return this.options.includeGtids !== null || this.options.excludeGtids !== null;
  }

  #end(): boolean {
    const wasOutside = this.#isOutside;
    this.#isOutside = false;
    return wasOutside;
  }

  #isUnwanted({ gtid }: GtidEvent): boolean {
    const { includeGtids, excludeGtids } = this.options;
    const isIn = (set: GtidSet): boolean => gtid !== null && !isMariaGtid(gtid) && set.has(gtid);
    return (includeGtids !== null && !isIn(includeGtids)) || (excludeGtids !== null && isIn(excludeGtids));
  }
}

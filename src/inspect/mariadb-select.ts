import { decodeGtidList } from '../binlog/gtid-list.js';
import { decodeMariaGtid } from '../binlog/maria-gtid.js';
import * as type from '../binlog/types.js';
import { RowtideError } from '../core/errors.js';
import type { LoggedEvent } from './logged-event.js';
import type { GtidAudit } from './mariadb-gtid-audit.js';
import type { GtidFilter } from './mariadb-gtid-filter.js';
import type { SelectOptions } from './select.js';
import { nameBytes, upToNul } from './text/logged-names.js';

export interface MariadbSelectOptions extends Pick<SelectOptions, 'offset' | 'startTime' | 'stopTime' | 'database'> {
  readonly table: string | null;
  /** Where reading was to begin. */
  readonly startOffset: number;
  readonly filter: GtidFilter;
  readonly audit: GtidAudit;
}

/** Which events mariadb-binlog shows. */
export class MariadbSelection {
  readonly #options: MariadbSelectOptions;
  readonly #database: string | null;
  readonly #table: string | null;
  /** Where showing ends, in the file that is read; the last one of several only. */
  stopOffset = Number.POSITIVE_INFINITY;
  /** The format of the file is not shown: reading begins behind it. */
  leavesOutFormat = false;
  #seen = 0;
  #hasBegun = false;
  #isOutside = false;

  constructor(options: MariadbSelectOptions) {
    this.#options = options;
    this.#database = options.database === null ? null : nameBytes(options.database);
    this.#table = options.table === null ? null : nameBytes(options.table);
  }

  get filtersGtids(): boolean {
    return this.#options.filter.isThere;
  }

  beginFile(): void {
    this.#isOutside = false;
  }

  judge({ event }: LoggedEvent): 'show' | 'skip' | 'stop' {
    const { filter, audit, offset, startTime, stopTime } = this.#options;
    const isFormat = event.type === type.FORMAT_DESCRIPTION_EVENT;
    if (isFormat && this.leavesOutFormat) return 'skip';
    if (this.#seen === 0) checkStart(this.#options.startOffset);
    if (event.type === type.GTID_LIST_EVENT && event.timestamp !== 0) audit.list(decodeGtidList(event));
    if (event.type === type.GTID_EVENT) {
      if (filter.isDone) return 'stop';
      const { gtid } = decodeMariaGtid(event);
      const isShown = filter.passes(gtid);
      if (filter.choosesTransactions) this.#isOutside = !isShown;
      if (!this.#isOutside) audit.record(gtid);
    }
    if (this.#isOutside) return 'skip';
    const seen = this.#seen++;
    if (!isFormat) {
      if (!this.#hasBegun && (seen < offset || event.timestamp < startTime)) return 'skip';
      this.#hasBegun = true;
      if (event.type !== type.ROTATE_EVENT && !filter.passesServer(event.serverId)) return 'skip';
    }
    return event.timestamp >= stopTime || event.start >= this.stopOffset ? 'stop' : 'show';
  }

  /** At the end of the logs. */
  check(): void {
    this.#options.audit.end();
  }

  /** Whether what belongs to a schema is left out; the characters of its name are bytes. */
  isForeign(schema: string): boolean {
    return this.#database !== null && upToNul(schema) !== this.#database;
  }

  isForeignTable(name: string): boolean {
    return this.#table !== null && name !== this.#table;
  }
}

const MAGIC_BYTES = 4;

/** Nothing is said of 0. */
function checkStart(offset: number): void {
  if (offset === 0 || offset >= MAGIC_BYTES) return;
  throw new RowtideError('EVENT_MALFORMED', `no event begins at ${offset}: the first one of a file begins at 4`, {
    hint: 'Leave out --start-position, or give the begin of an event.',
  });
}

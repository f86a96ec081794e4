import { isRowsEvent } from '../binlog/rows.js';
import * as type from '../binlog/types.js';
import { RowtideError } from '../core/errors.js';
import type { LoggedEvent } from './logged-event.js';
import { endsGroup, startsGroup } from './statement-kind.js';
import { loggedQuery } from './text/logged-names.js';

/**
 *        GTID            INTVAR, RAND, USER_VAR
 *   none ────→ opened ──────────────────────→ variables ─┐
 *     ↑          │ BEGIN                                 │ a statement
 *     │          ↓                                       │
 *     ├────── changing ←─ its events                     │
 *     └── end ───┘←──────────────────────────────────────┘
 */
type State = 'none' | 'opened' | 'variables' | 'changing';

/** Whether all changes of a log are logged as rows, event by event in their order (--require-row-format). */
export class RowFormatCheck {
  #state: State = 'none';

  /** STATEMENT_LOGGED for what is against it. */
  check(logged: LoggedEvent): void {
    const query = logged.event.type === type.QUERY_EVENT ? loggedQuery(logged).text : null;
    const what = query === null ? this.#event(logged.event.type) : this.#query(query);
    if (what === null) return;
    throw new RowtideError('STATEMENT_LOGGED', `${logged.file}:${logged.event.start}: ${what}, not a change of rows`, {
      hint: 'Without --require-row-format it is shown as it is.',
    });
  }

  #query(text: Buffer): string | null {
    const before = this.#state;
    if (startsGroup(text)) this.#state = 'changing';
    else if (endsGroup(text)) this.#state = 'none';
    else return this.#statement(text, before);
    return null;
  }

  #statement(text: Buffer, before: State): string | null {
    const words = text.latin1Slice(0, Math.min(text.length, 32)).toUpperCase();
    // CREATE TABLE … SELECT is logged as a transaction of the one and the rows of the other.
    if (before === 'changing') return /^(XA END|XA PREPARE|SAVEPOINT|CREATE TABLE)/.test(words) ? null : 'a statement';
    this.#state = 'none';
    return /^(CREATE|DROP) TEMPORARY./.test(words) ? 'a statement about a temporary table' : null;
  }

  #event(eventType: number): string | null {
    if (isRowsEvent(eventType)) return null;
    switch (eventType) {
      case type.GTID_LOG_EVENT:
      case type.ANONYMOUS_GTID_LOG_EVENT:
      case type.GTID_TAGGED_LOG_EVENT:
        this.#state = 'opened';
        return null;
      case type.XID_EVENT:
      case type.XA_PREPARE_LOG_EVENT:
      case type.INCIDENT_EVENT:
      case type.TRANSACTION_PAYLOAD_EVENT:
        this.#state = 'none';
        return null;
      case type.USER_VAR_EVENT:
        if (this.#state !== 'changing') this.#state = 'variables';
        // Statements that define something may need them, too.
        return this.#state === 'variables' ? null : 'a variable of a statement';
      case type.INTVAR_EVENT:
      case type.RAND_EVENT:
        return 'a variable of a statement';
      case type.BEGIN_LOAD_QUERY_EVENT:
      case type.APPEND_BLOCK_EVENT:
      case type.EXECUTE_LOAD_QUERY_EVENT:
      case type.DELETE_FILE_EVENT:
        return 'a part of LOAD DATA';
      default:
        return null;
    }
  }
}

import { decodeMariaGtid } from '../../binlog/maria-gtid.js';
import { decodeQuery } from '../../binlog/query.js';
import { isRowsEvent, rowsFlags, rowsOf, STMT_END_F } from '../../binlog/rows.js';
import * as type from '../../binlog/types.js';
import { unreachable } from '../../core/errors.js';
import type { FormatDescription, RawEvent } from '../../core/event.js';
import type { AnyGtid } from '../../core/gtid.js';
import { transactionControl } from '../../sql/transaction-control.js';
import { decodeAnyGtid } from '../gtid-event.js';
import { LoggedTables } from '../logged-tables.js';
import type { Search } from './search.js';

export interface Searched {
  readonly event: RawEvent;
  readonly format: FormatDescription;
}

/**
 * Passes on of a log what a search finds: of each transaction with something in it what opens and closes it, and the
 * row events with at least one row that was looked for, behind their statement and their tables. Row events stay whole;
 * a statement of which something is shown is also shown the event that ends it. What stands between transactions passes.
 *
 * Events inside of a TRANSACTION_PAYLOAD come behind it, one by one.
 */
export class SearchFilter<T extends Searched> {
  readonly #search: Search;
  readonly #keep: (item: T) => T;
  readonly #tables = new LoggedTables();
  /** What opened the transaction, until something of it is found. */
  #opening: T[] = [];
  /** What belongs to the next row event or statement. */
  #waiting: T[] = [];
  #inTransaction = false;
  #begun = false;
  /** The transaction is not one of those that are searched. */
  #isOther = false;
  #isFound = false;
  #statementFound = false;
  /** It is the only one that is searched for. */
  #isOnly = false;
  #isDone = false;

  /** `keep` makes an item last that is held until something is found. */
  constructor(search: Search, keep: (item: T) => T = (item) => item) {
    this.#search = search;
    this.#keep = keep;
  }

  /** Nothing that follows can be found. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** What is to be shown now, in log order; held events come with the first that is found. */
  event(item: T): readonly T[] {
    const { event, format } = item;
    if (isRowsEvent(event.type)) return this.#rows(item);
    switch (event.type) {
      case type.GTID_LOG_EVENT:
      case type.ANONYMOUS_GTID_LOG_EVENT:
      case type.GTID_TAGGED_LOG_EVENT:
        this.#open(decodeAnyGtid(event).gtid);
        return this.#holdOpening(item);
      case type.GTID_EVENT: {
        const { gtid, begins } = decodeMariaGtid(event);
        this.#open(gtid);
        this.#begun = begins === true;
        return this.#holdOpening(item);
      }
      case type.QUERY_EVENT:
      case type.QUERY_COMPRESSED_EVENT:
      case type.EXECUTE_LOAD_QUERY_EVENT:
        return this.#query(item);
      case type.TABLE_MAP_EVENT:
        this.#tables.map(event, format);
        return this.#wait(item);
      case type.ROWS_QUERY_LOG_EVENT:
      case type.ANNOTATE_ROWS_EVENT:
      case type.INTVAR_EVENT:
      case type.RAND_EVENT:
      case type.USER_VAR_EVENT:
      case type.BEGIN_LOAD_QUERY_EVENT:
      case type.APPEND_BLOCK_EVENT:
      case type.DELETE_FILE_EVENT:
        return this.#wait(item);
      case type.TRANSACTION_PAYLOAD_EVENT:
        return this.#holdOpening(item);
      case type.XID_EVENT:
      case type.XA_PREPARE_LOG_EVENT:
        return this.#close(item);
      default:
        return [item];
    }
  }

  #holdOpening(item: T): readonly T[] {
    this.#opening.push(this.#keep(item));
    return [];
  }

  #open(gtid: AnyGtid | null): void {
    this.#end();
    this.#inTransaction = true;
    const { transaction } = this.#search;
    this.#isOther = transaction !== null && (gtid === null || !transaction.has(gtid));
    this.#isOnly = !this.#isOther && transaction?.isOne === true;
  }

  #query(item: T): readonly T[] {
    const { schema, sql } = decodeQuery(item.event, item.format);
    const control = transactionControl(sql);
    if (control.kind === 'nothing' && !this.#inTransaction) return [item];
    if (!this.#inTransaction) this.#open(null);
    switch (control.kind) {
      case 'begin':
      case 'xa-start':
        this.#begun = true;
        return this.#holdOpening(item);
      case 'commit':
      case 'rollback':
      case 'xa-commit':
      case 'xa-rollback':
        return this.#close(item);
      case 'savepoint':
      case 'rollback-to':
      case 'xa-end':
        return this.#isFound ? [item] : [];
      case 'nothing':
        return this.#begun ? [] : this.#close(item);
      case 'statement': {
        const shown = !this.#isOther && this.#search.statement(schema) ? this.#find(item) : [];
        this.#waiting = [];
        if (!this.#begun) this.#end();
        return shown;
      }
      default:
        return unreachable(control);
    }
  }

  #rows(item: T): readonly T[] {
    const { event, format } = item;
    const isLast = (rowsFlags(event, format) & STMT_END_F) !== 0;
    const shown = this.#isWanted(item) ? this.#find(item) : isLast && this.#statementFound ? [item] : [];
    this.#statementFound = shown.length > 0 || this.#statementFound;
    if (isLast) {
      this.#statementFound = false;
      this.#waiting = [];
    }
    return shown;
  }

  #isWanted({ event, format }: T): boolean {
    const table = this.#isOther ? null : this.#tables.of(event, format);
    if (table === null) return false;
    const test = this.#search.rowsOf(table);
    if (typeof test === 'string') return test === 'all';
    for (const cursor = rowsOf(event, table, format).cursor(); cursor.next(); ) if (test(cursor)) return true;
    return false;
  }

  #wait(item: T): readonly T[] {
    if (this.#statementFound) return [item];
    this.#waiting.push(this.#keep(item));
    return [];
  }

  #find(item: T): readonly T[] {
    const shown = [...this.#opening, ...this.#waiting, item];
    this.#opening = [];
    this.#waiting = [];
    this.#isFound = true;
    return shown;
  }

  #close(item: T): readonly T[] {
    const isWanted = this.#search.everything && !this.#isOther;
    const shown = this.#isFound ? [item] : isWanted ? this.#find(item) : [];
    this.#end();
    return shown;
  }

  #end(): void {
    if (this.#isOnly) this.#isDone = true;
    this.#opening = [];
    this.#waiting = [];
    this.#inTransaction = false;
    this.#begun = false;
    this.#isOther = false;
    this.#isFound = false;
    this.#statementFound = false;
  }
}

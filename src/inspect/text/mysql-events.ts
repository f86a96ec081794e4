import { isRowsEvent, rowsTableId } from '../../binlog/rows.js';
import * as type from '../../binlog/types.js';
import { RowtideError } from '../../core/errors.js';
import type { RawEvent } from '../../core/event.js';
import { decodeAnyGtid } from '../gtid-event.js';
import { type LoggedEvent, ownCopy } from '../logged-event.js';
import type { Output } from '../output.js';
import type { Selection } from '../select.js';
import { endsGroup, isTransactionKeyword, startsGroup } from '../statement-kind.js';
import { printFormat } from './format.js';
import { endSkipped } from './frame.js';
import { printTransactionContext, printViewChange } from './group-replication.js';
import { printGtid } from './gtid.js';
import { printIgnorable } from './ignorable.js';
import { printIncident } from './incident.js';
import { printIntvar } from './intvar.js';
import { printDeleteFile, printExecuteLoad, printLoadBlock } from './load-data.js';
import { loggedLoad, loggedQuery, loggedTable } from './logged-names.js';
import { printPreviousGtids } from './previous-gtids.js';
import { printQuery } from './query.js';
import { printRand } from './rand.js';
import { printRotate } from './rotate.js';
import { checkFormat, flagsAt, printRows } from './rows.js';
import { printRowsQuery } from './rows-query.js';
import { flushPending, type PrintState, UNDEFINED_SERVER_VERSION } from './state.js';
import { printStop } from './stop.js';
import { printTableMap } from './table-map.js';
import { printUserVar } from './user-var.js';
import { printXaPrepare } from './xa-prepare.js';
import { printXid } from './xid.js';

/** Prints events as mysqlbinlog does, and keeps account of what of a transaction was shown. */
export class MysqlEvents {
  readonly #state: PrintState;
  readonly #selection: Selection;

  constructor(state: PrintState, selection: Selection) {
    this.#state = state;
    this.#selection = selection;
  }

  /** Where the event begins: printed with the next event that is shown, which may be this one. */
  at(offset: number): void {
    if (!this.#state.options.shortForm) this.#state.pending += `# at ${offset}\n`;
  }

  /** A promise where a large statement ends. */
  print(logged: LoggedEvent, output: Output): Promise<void> | null {
    const state = this.#state;
    const eventType = logged.event.type;
    if (isRowsEvent(eventType) && isPrinted(eventType)) {
      return this.#rows(logged, output);
    }
    switch (eventType) {
      case type.QUERY_EVENT:
        this.#query(logged, output);
        return null;
      case type.TABLE_MAP_EVENT:
        this.#tableMap(logged, output);
        return null;
      case type.INTVAR_EVENT:
      case type.RAND_EVENT:
      case type.USER_VAR_EVENT:
        state.deferred.push(ownCopy(logged));
        flushPending(state, output);
        return null;
      case type.EXECUTE_LOAD_QUERY_EVENT:
        this.#executeLoad(logged, output);
        return null;
      case type.GTID_LOG_EVENT:
      case type.ANONYMOUS_GTID_LOG_EVENT:
      case type.GTID_TAGGED_LOG_EVENT:
        this.#gtid(logged, output);
        return null;
      case type.FORMAT_DESCRIPTION_EVENT:
        this.#checkClosed(logged);
        state.hasFormat = true;
        break;
      case type.PREVIOUS_GTIDS_LOG_EVENT:
        if (this.#selection.options.database !== null) state.surroundings.warn(ABOUT_GTIDS);
        break;
      case type.XID_EVENT:
        state.inTransaction = false;
        state.hasSkipped = false;
        state.seenGtid = false;
        break;
      case type.ROWS_QUERY_LOG_EVENT:
        state.hasOpenStatement = true;
        break;
    }
    flushPending(state, output);
    (SIMPLE[eventType] ?? printIgnorable)(logged, state, output);
    return null;
  }

  #checkClosed({ event, file }: LoggedEvent): void {
    if (this.#state.options.forceIfOpen || (event.flags & type.FLAG_IN_USE) === 0) return;
    throw new RowtideError('BINLOG_TRUNCATED', `${file} was not closed: its server still writes it, or crashed`, {
      hint: 'Without --skip-force-if-open it is shown as far as it goes.',
    });
  }

  #query(logged: LoggedEvent, output: Output): void {
    const state = this.#state;
    const { text, schema } = loggedQuery(logged);
    const isSkipped = !isTransactionKeyword(text) && this.#selection.isForeign(schema);
    const [starts, ends] = [startsGroup(text), endsGroup(text)];
    if (isSkipped) {
      state.deferred = [];
      // A statement that commits by itself: its GTID was printed.
      if (state.seenGtid && !state.inTransaction && !starts && !ends) {
        state.hasSkipped = true;
        endSkipped(state, output);
        state.seenGtid = false;
      } else state.hasSkipped = true;
      return;
    }
    flushPending(state, output);
    this.#deferred(output);
    if (ends) {
      state.inTransaction = false;
      state.hasSkipped = false;
      state.seenGtid = false;
    } else if (starts) state.inTransaction = true;
    else if (!state.inTransaction) state.seenGtid = false;
    printQuery(logged, state, output);
  }

  #deferred(output: Output): void {
    const { deferred } = this.#state;
    this.#state.deferred = [];
    for (const logged of deferred) printVariable(logged, this.#state, output);
  }

  #tableMap(logged: LoggedEvent, output: Output): void {
    const state = this.#state;
    const { tableId, schema } = loggedTable(logged);
    if (this.#selection.isForeign(schema)) {
      state.hasSkipped = true;
      state.ignoredTables.add(tableId);
      return;
    }
    flushPending(state, output);
    printTableMap(logged, state, output);
    state.hasOpenStatement = true;
  }

  #rows(logged: LoggedEvent, output: Output): Promise<void> | null {
    const state = this.#state;
    const isIgnored = state.ignoredTables.has(rowsTableId(logged.event, logged.format));
    const endsStatement = (logged.event.bytes.readUInt16LE(flagsAt(logged)) & FLAG_STATEMENT_END) !== 0;
    if (endsStatement) state.ignoredTables.clear();
    if (isIgnored) state.hasSkipped = true;
    else {
      checkFormat(logged, state);
      flushPending(state, output);
      printRows(logged, state, output);
      state.hasOpenStatement = true;
    }
    if (!endsStatement) return null;
    if (isIgnored) flushPending(state, output);
    state.hasOpenStatement = false;
    return state.statement.end(output);
  }

  #executeLoad(logged: LoggedEvent, output: Output): void {
    const state = this.#state;
    const { schema, fileId } = loggedLoad(logged);
    if (this.#selection.isForeign(schema)) {
      state.hasSkipped = true;
      state.loadFiles.delete(fileId);
      flushPending(state, output);
      return;
    }
    flushPending(state, output);
    printExecuteLoad(logged, state, output);
  }

  #gtid(logged: LoggedEvent, output: Output): void {
    const state = this.#state;
    const opened = decodeAnyGtid(logged.event);
    state.seenGtid = true;
    state.immediateServerVersion = opened.facts?.immediateServerVersion ?? UNDEFINED_SERVER_VERSION;
    endSkipped(state, output);
    flushPending(state, output);
    printGtid(logged, opened, state, output);
  }
}

const FLAG_STATEMENT_END = 1;

const ABOUT_GTIDS =
  '--database may leave out parts of transactions, and keeps their GTIDs: see --include-gtids, --exclude-gtids, --skip-gtids';

function printVariable(logged: LoggedEvent, state: PrintState, output: Output): void {
  switch (logged.event.type) {
    case type.INTVAR_EVENT:
      printIntvar(logged, state, output);
      break;
    case type.RAND_EVENT:
      printRand(logged, state, output);
      break;
    default:
      printUserVar(logged, state, output);
  }
}

type Print = (logged: LoggedEvent, state: PrintState, output: Output) => void;

/** Events whose text depends on nothing but themselves. */
const SIMPLE: Readonly<Record<number, Print>> = {
  [type.FORMAT_DESCRIPTION_EVENT]: printFormat,
  [type.PREVIOUS_GTIDS_LOG_EVENT]: printPreviousGtids,
  [type.XID_EVENT]: printXid,
  [type.ROTATE_EVENT]: printRotate,
  [type.STOP_EVENT]: printStop,
  [type.ROWS_QUERY_LOG_EVENT]: printRowsQuery,
  [type.BEGIN_LOAD_QUERY_EVENT]: printLoadBlock,
  [type.APPEND_BLOCK_EVENT]: printLoadBlock,
  [type.DELETE_FILE_EVENT]: printDeleteFile,
  [type.XA_PREPARE_LOG_EVENT]: printXaPrepare,
  [type.INCIDENT_EVENT]: printIncident,
  [type.TRANSACTION_CONTEXT_EVENT]: printTransactionContext,
  [type.VIEW_CHANGE_EVENT]: printViewChange,
};

const PRINTED = new Set<number>([
  type.QUERY_EVENT,
  type.INTVAR_EVENT,
  type.RAND_EVENT,
  type.USER_VAR_EVENT,
  type.EXECUTE_LOAD_QUERY_EVENT,
  type.TABLE_MAP_EVENT,
  type.WRITE_ROWS_EVENT,
  type.UPDATE_ROWS_EVENT,
  type.DELETE_ROWS_EVENT,
  type.PARTIAL_UPDATE_ROWS_EVENT,
  type.GTID_LOG_EVENT,
  type.ANONYMOUS_GTID_LOG_EVENT,
  type.GTID_TAGGED_LOG_EVENT,
  type.TRANSACTION_PAYLOAD_EVENT,
]);

function isPrinted(eventType: number): boolean {
  return PRINTED.has(eventType) || eventType in SIMPLE;
}

/** EVENT_UNKNOWN or EVENT_UNSUPPORTED for what cannot be printed. */
export function checkType({ event }: LoggedEvent): void {
  if (isPrinted(event.type)) return;
  const isKnown = event.type < TYPES_END;
  if (!isKnown || (event.flags & type.FLAG_IGNORABLE) === 0) throw unreadable(event);
}

/** Behind the last type that MySQL 9.7 has a name for; what may be ignored of others is not ignored either. */
const TYPES_END = 43;

function unreadable({ type: eventType }: RawEvent): RowtideError {
  const name = type.eventTypeName(eventType);
  if (!type.isKnownEvent(eventType)) {
    return new RowtideError('EVENT_UNKNOWN', `${name} is not known`, {
      hint: 'A newer server needs a newer Rowtide; else the log is damaged here.',
    });
  }
  const isRows = isRowsEvent(eventType);
  return new RowtideError('EVENT_UNSUPPORTED', `${name} is none that mysqlbinlog 9.7 prints`, {
    hint: isRows
      ? 'rowtide tail reads these rows, too.'
      : 'Nothing that MySQL logs today; the log may be damaged here.',
  });
}

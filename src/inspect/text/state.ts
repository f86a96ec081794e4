import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import type { TextOptions, TextSurroundings } from './options.js';
import { firstSession, type SessionState } from './session.js';
import { StatementRows } from './statement-rows.js';

/** Ends a statement of the output: statements in the log may hold any other delimiter. */
export const DELIMITER = '/*!*/;';

/** What the tools keep from event to event. */
export interface PrintState {
  readonly options: TextOptions;
  readonly surroundings: TextSurroundings;
  /** What the last statement printed has set. */
  readonly session: SessionState;
  /** The `# at` of events that were not shown: they go out with the next one that is. */
  pending: string;
  /** The rows of the statement that is printed. */
  readonly statement: StatementRows;
  /** A format was shown: only behind one mysqlbinlog knows how long headers are. */
  hasFormat: boolean;
  /** A BINLOG of the format was printed, without which no BINLOG of rows can be run. */
  printedFormat: boolean;
  /** Table maps or rows were printed whose statement has not ended. */
  hasOpenStatement: boolean;
  /** INTVAR, RAND and USER_VAR, which wait for their statement. */
  deferred: LoggedEvent[];
  /** The payload whose events are printed. */
  payload: LoggedEvent | null;
  inTransaction: boolean;
  seenGtid: boolean;
  /** Of the transaction that is printed something was left out. */
  hasSkipped: boolean;
  /** Tables whose rows are left out until their statement ends, by id. */
  readonly ignoredTables: Set<number>;
  /** Of the last GTID: decides which version conditions apply. */
  immediateServerVersion: number;
  readonly loadFiles: Map<number, string>;
}

export function beginState(options: TextOptions, surroundings: TextSurroundings): PrintState {
  return {
    options,
    surroundings,
    session: firstSession(),
    pending: '',
    statement: new StatementRows(options, surroundings),
    hasFormat: false,
    printedFormat: false,
    hasOpenStatement: false,
    deferred: [],
    payload: null,
    inTransaction: false,
    seenGtid: false,
    hasSkipped: false,
    ignoredTables: new Set(),
    immediateServerVersion: UNDEFINED_SERVER_VERSION,
    loadFiles: new Map(),
  };
}

export const UNDEFINED_SERVER_VERSION = 999999;

/** In front of the text of an event that is shown. */
export function flushPending(state: PrintState, output: Output): void {
  if (state.pending === '') return;
  output.ascii(state.pending);
  state.pending = '';
}

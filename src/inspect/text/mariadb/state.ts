import type { TableMap } from '../../../binlog/table-map.js';
import type { RowtideError } from '../../../core/errors.js';
import type { LoggedEvent } from '../../logged-event.js';
import { RowsText } from '../../rows/rows-text.js';
import type { TextOptions, TextSurroundings } from '../options.js';
import { beginState, type PrintState } from '../state.js';
import { WaitingText } from './waiting-text.js';

/** What mariadb-binlog keeps from event to event of one file, beside what both tools keep. */
export interface MariadbState extends PrintState {
  /** Headers and what goes with them: may wait for the end of a statement. */
  readonly head: WaitingText;
  /** BINLOG and pseudo-SQL of a statement's rows: printed behind the headers of all its events. */
  readonly body: WaitingText;
  readonly footer: WaitingText;
  readonly rows: RowsText;
  readonly gtid: {
    domain: number | null;
    server: number | null;
    allowsParallel: boolean | null;
    /** The transaction has two phases: its statements are those of XA. */
    isXa: boolean;
  };
  skipsReplication: boolean;
  readonly tables: Map<number, TableMap>;
  /** Why the rows of a table cannot be printed, by its id. */
  readonly unprintable: Map<number, RowtideError>;
  /** The statement's, in row events so far. */
  rowCount: number;
}

/** What outlives a file. */
export interface Kept {
  /** A statement whose rows follow; it is shown with the first of them that is. */
  annotation: LoggedEvent | null;
  readonly loadFiles: Map<number, string>;
}

const UNSET = -1;

export function beginFileState(
  options: TextOptions,
  surroundings: TextSurroundings,
  { loadFiles }: Pick<Kept, 'loadFiles'>,
): MariadbState {
  const state = beginState(options, surroundings);
  return {
    ...state,
    // Everything is said of the first statement, whatever it is.
    session: { ...state.session, increment: 0, offset: 0, monthNames: UNSET, databaseCollation: UNSET },
    loadFiles,
    head: new WaitingText(surroundings.spool),
    body: new WaitingText(surroundings.spool),
    footer: new WaitingText(surroundings.spool),
    rows: new RowsText({ style: options.style, verbose: options.verbose }),
    gtid: { domain: null, server: null, allowsParallel: null, isXa: false },
    skipsReplication: false,
    tables: new Map(),
    unprintable: new Map(),
    rowCount: 0,
  };
}

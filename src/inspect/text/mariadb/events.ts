import type { QueryParts } from '../../../binlog/query.js';
import { isRowsEvent, rowsTableId } from '../../../binlog/rows.js';
import * as type from '../../../binlog/types.js';
import { type LoggedEvent, ownCopy } from '../../logged-event.js';
import type { MariadbSelection } from '../../mariadb-select.js';
import type { Output } from '../../output.js';
import { quoted } from '../identifier.js';
import { printIncident } from '../incident.js';
import { printIntvar } from '../intvar.js';
import { printDeleteFile, printLoadBlock } from '../load-data.js';
import { loggedLoad, loggedQuery, loggedTable, textOfName } from '../logged-names.js';
import { printRand } from '../rand.js';
import { rewritten } from '../rewrite.js';
import { printRotate } from '../rotate.js';
import { DELIMITER } from '../state.js';
import { printStop } from '../stop.js';
import { printXid } from '../xid.js';
import { printGtidList, printMariadbGtid } from './gtid.js';
import { isIgnorable } from './known.js';
import { printMariadbExecuteLoad } from './load-data.js';
import { moved } from './moved.js';
import { isKeyword, printMariadbQuery } from './query.js';
import { endOfForeignStatement, endsStatement, printMariadbRows, printMariadbTableMap } from './rows.js';
import {
  printCheckpoint,
  printIgnorable,
  printMariadbFormat,
  printMariadbXaPrepare,
  printStartEncryption,
} from './single-events.js';
import type { Kept, MariadbState } from './state.js';
import { printUnknown } from './unknown.js';
import { printMariadbUserVar } from './user-var.js';

const FLAG_SKIP_REPLICATION = 0x8000;

export interface Printing {
  readonly state: MariadbState;
  readonly kept: Kept;
  readonly selection: MariadbSelection;
}

/** Prints an event that was selected; what belongs to another schema or table is left out here. A promise where it is much. */
export function printMariadbEvent(logged: LoggedEvent, printing: Printing, output: Output): Promise<void> | null {
  const { state, kept, selection } = printing;
  const eventType = logged.event.type;
  if (isIgnorable(logged.event)) {
    printSkipReplication(logged, state, output);
    printIgnorable(logged, state, state.head);
    return movedHead(state, output);
  }
  if (isRowsEvent(eventType)) {
    return printRows(logged, printing, output);
  }
  switch (eventType) {
    case type.ANNOTATE_ROWS_EVENT:
      if (!state.options.skipAnnotations) kept.annotation = ownCopy(logged);
      return null;
    case type.TABLE_MAP_EVENT: {
      const { schema, name } = loggedTable(logged);
      if (selection.isForeign(schema) || selection.isForeignTable(name)) {
        state.ignoredTables.add(rowsTableId(logged.event, logged.format));
        return null;
      }
      return printMariadbTableMap(rewritten(logged, state.options), state, kept, output);
    }
    case type.QUERY_EVENT:
    case type.QUERY_COMPRESSED_EVENT: {
      const query = loggedQuery(logged);
      if (!isKeyword(query, state.gtid.isXa)) {
        if (selection.isForeign(query.schema)) return null;
        printRewrittenUse(logged, query, state, output);
      }
      printSkipReplication(logged, state, output);
      printMariadbQuery(logged, state, state.head);
      break;
    }
    case type.EXECUTE_LOAD_QUERY_EVENT: {
      const load = loggedLoad(logged);
      const isForeign = selection.isForeign(load.schema);
      if (!isForeign) {
        printRewrittenUse(logged, load, state, output);
        if (state.loadFiles.has(load.fileId)) printSkipReplication(logged, state, output);
        printMariadbExecuteLoad(logged, load, state);
      }
      state.loadFiles.delete(load.fileId);
      if (isForeign) return null;
      break;
    }
    case type.APPEND_BLOCK_EVENT:
    case type.BEGIN_LOAD_QUERY_EVENT:
      printLoadBlock(logged, state, state.head);
      break;
    case type.FORMAT_DESCRIPTION_EVENT:
      printMariadbFormat(logged, state, state.head);
      break;
    default:
      printSkipReplication(logged, state, output);
      printOther(logged, state, state.head);
  }
  return movedHead(state, output);
}

function movedHead(state: MariadbState, output: Output): Promise<void> | null {
  return state.head.size > 0 ? moved(state.head.piecesTo(output), state, output) : null;
}

function printRows(logged: LoggedEvent, { state, kept }: Printing, output: Output): Promise<void> | null {
  const isIgnored = state.ignoredTables.has(rowsTableId(logged.event, logged.format));
  if (endsStatement(logged)) {
    state.ignoredTables.clear();
    kept.annotation = null;
    if (isIgnored) return moved(endOfForeignStatement(state, output), state, output);
  }
  return isIgnored ? null : printMariadbRows(logged, state, output);
}

type Print = (logged: LoggedEvent, state: MariadbState, output: Output) => void;

const PRINT: Readonly<Record<number, Print>> = {
  [type.GTID_EVENT]: printMariadbGtid,
  [type.GTID_LIST_EVENT]: printGtidList,
  [type.BINLOG_CHECKPOINT_EVENT]: printCheckpoint,
  [type.START_ENCRYPTION_EVENT]: printStartEncryption,
  [type.XID_EVENT]: printXid,
  [type.XA_PREPARE_LOG_EVENT]: printMariadbXaPrepare,
  [type.ROTATE_EVENT]: printRotate,
  [type.STOP_EVENT]: printStop,
  [type.INTVAR_EVENT]: printIntvar,
  [type.RAND_EVENT]: printRand,
  [type.USER_VAR_EVENT]: printMariadbUserVar,
  [type.DELETE_FILE_EVENT]: printDeleteFile,
  [type.INCIDENT_EVENT]: printIncident,
};

function printOther(logged: LoggedEvent, state: MariadbState, output: Output): void {
  (PRINT[logged.event.type] ?? printUnknown)(logged, state, output);
}

/** The new name of a schema is printed in front of the event; the names in statements stay. */
function printRewrittenUse({ event }: LoggedEvent, query: QueryParts, state: MariadbState, output: Output): void {
  const { session, options } = state;
  if ((event.flags & type.FLAG_SUPPRESS_USE) !== 0 || session.schema === query.schema) return;
  const name = options.rewriteDb.get(textOfName(query.schema));
  if (name === undefined) return;
  output.text(`use ${quoted(name)}${DELIMITER}\n`);
  session.schema = query.schema;
}

function printSkipReplication({ event }: LoggedEvent, state: MariadbState, output: Output): void {
  const skips = (event.flags & FLAG_SKIP_REPLICATION) !== 0;
  if (skips === state.skipsReplication) return;
  output.ascii(`/*!50521 SET skip_replication=${skips ? 1 : 0}*/${DELIMITER}\n`);
  state.skipsReplication = skips;
}

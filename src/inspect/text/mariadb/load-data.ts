import type { LoadedFile } from '../../../binlog/execute-load-query.js';
import type { QueryParts } from '../../../binlog/query.js';
import type { LoggedEvent } from '../../logged-event.js';
import { quotedPath } from '../load-data.js';
import { DELIMITER } from '../state.js';
import { printMariadbQueryHeader } from './query.js';
import type { MariadbState } from './state.js';

/** EXECUTE_LOAD_QUERY: the statement, with the name of our file in place of the one that was loaded. */
export function printMariadbExecuteLoad(logged: LoggedEvent, load: QueryParts & LoadedFile, state: MariadbState): void {
  const path = state.loadFiles.get(load.fileId);
  if (path === undefined) {
    state.surroundings.warn(
      `left out an EXECUTE_LOAD_QUERY of the file ${load.fileId}, whose BEGIN_LOAD_QUERY was not read`,
    );
    return;
  }
  const { head } = state;
  printMariadbQueryHeader(logged, load, state, head);
  head.bytes(load.text, 0, load.fileNameFrom);
  head.text(` LOCAL INFILE ${quotedPath(path)}${load.duplicates === 'replace' ? ' REPLACE' : ''} INTO`);
  head.bytes(load.text, load.fileNameTo);
  head.ascii(`\n${DELIMITER}\n`);
  if (!state.options.shortForm) head.ascii(`# file_id: ${load.fileId} \n`);
}

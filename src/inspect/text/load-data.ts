import { decodeAppendBlock } from '../../binlog/append-block.js';
import { decodeDeleteFile } from '../../binlog/delete-file.js';
import { BEGIN_LOAD_QUERY_EVENT } from '../../binlog/types.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import { loggedLoad } from './logged-names.js';
import { printQueryHeader } from './query.js';
import { DELIMITER, type PrintState } from './state.js';

/** BEGIN_LOAD_QUERY and APPEND_BLOCK: the pieces of a loaded file are written to a file of ours. */
export function printLoadBlock(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { fileId, block } = decodeAppendBlock(logged.event, logged.format);
  const begins = logged.event.type === BEGIN_LOAD_QUERY_EVENT;
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    const name = begins ? 'Begin_load_query' : 'Append_block';
    output.ascii(`\n#${name}: file_id: ${fileId}  block_len: ${block.length}\n`);
  }
  keepBlock({ fileId, block, begins }, state);
}

function keepBlock(piece: { fileId: number; block: Buffer; begins: boolean }, state: PrintState): void {
  const { fileId, block, begins } = piece;
  const { loadFiles, warn } = state.surroundings;
  const path = state.loadFiles.get(fileId);
  if (begins) state.loadFiles.set(fileId, loadFiles.create(fileId, block));
  else if (path !== undefined) loadFiles.append(path, block);
  else warn(`left out an APPEND_BLOCK of the file ${fileId}, whose BEGIN_LOAD_QUERY was not read`);
}

/** EXECUTE_LOAD_QUERY: the statement, with the name of our file in place of the one that was loaded. */
export function printExecuteLoad(logged: LoggedEvent, state: PrintState, output: Output): void {
  const load = loggedLoad(logged);
  const path = state.loadFiles.get(load.fileId);
  state.loadFiles.delete(load.fileId);
  if (path === undefined) {
    state.surroundings.warn(
      `left out an EXECUTE_LOAD_QUERY of the file ${load.fileId}, whose BEGIN_LOAD_QUERY was not read`,
    );
    return;
  }
  printQueryHeader(logged, load, state, output);
  output.bytes(load.text, 0, load.fileNameFrom);
  output.text(` LOCAL INFILE ${quotedPath(path)}${load.duplicates === 'replace' ? ' REPLACE' : ''} INTO`);
  output.bytes(load.text, load.fileNameTo);
  output.ascii(`\n${DELIMITER}\n`);
  if (!state.options.shortForm) output.ascii(`# file_id: ${load.fileId} \n`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  "'": "\\'",
  '\0': '\\0',
};

export function quotedPath(path: string): string {
  return `'${path.replaceAll(/[\n\r\\\b\t'\0]/g, (character) => ESCAPES[character]!)}'`;
}

/** DELETE_FILE: the statement failed. */
export function printDeleteFile(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (state.options.shortForm) return;
  printHeader(logged, state, output);
  output.ascii(`\n#Delete_file: file_id=${decodeDeleteFile(logged.event).fileId}\n`);
}

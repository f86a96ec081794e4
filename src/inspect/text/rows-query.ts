import { rowsQueryBytes } from '../../binlog/rows-query.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import type { PrintState } from './state.js';

const NEWLINE = 0x0a;

/** ROWS_QUERY: the statement whose rows follow, each of its lines as a comment. */
export function printRowsQuery(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (state.options.shortForm || state.options.verbose < 2) return;
  printHeader(logged, state, output);
  output.ascii('\tRows_query\n');
  const text = rowsQueryBytes(logged.event);
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(NEWLINE, at);
    const to = end < 0 ? text.length : end;
    output.ascii('# ');
    output.bytes(text, at, to);
    output.ascii('\n');
    at = to + 1;
  }
  // A server that runs the BINLOG logs it again.
  state.statement.add(logged);
}

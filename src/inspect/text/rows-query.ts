import { rowsQueryBytes } from '../../binlog/rows-query.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import type { PrintState } from './state.js';

const LINE_FEED = 0x0a;
/** What the tool escapes, by byte; all else stays as it is. */
const ESCAPES: Readonly<Record<number, string>> = {
  0: '\\0',
  8: '\\b',
  9: '\\t',
  13: '\\r',
  92: '\\\\',
};

/** ROWS_QUERY: the statement whose rows follow, each of its lines as a comment. */
export function printRowsQuery(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (state.options.shortForm || state.options.verbose < 2) return;
  const text = rowsQueryBytes(logged.event);
  printHeader(logged, state, output);
  output.ascii('\tRows_query\n# ');
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!;
    if (byte > 0x0d && byte !== 0x5c) continue;
    const written = byte === LINE_FEED ? '\n# ' : ESCAPES[byte];
    if (written === undefined) continue;
    output.bytes(text, from, at);
    output.ascii(written);
    from = at + 1;
  }
  output.bytes(text, from);
  output.ascii('\n');
  // A server that runs the BINLOG logs it again.
  state.statement.add(logged);
}

import { decodeXid } from '../../binlog/xid.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import { DELIMITER, type PrintState } from './state.js';

export function printXid(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii(`\tXid = ${decodeXid(logged.event, logged.format)}\n`);
  }
  output.ascii(`COMMIT${DELIMITER}\n`);
}

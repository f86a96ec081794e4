import { HEADER_BYTES } from '../../core/event.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import { DELIMITER, type PrintState } from './state.js';

/** xid u64 */
export function printXid(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii(`\tXid = ${logged.event.bytes.readBigUInt64LE(HEADER_BYTES)}\n`);
  }
  output.ascii(`COMMIT${DELIMITER}\n`);
}

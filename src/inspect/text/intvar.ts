import { decodeIntvar } from '../../binlog/intvar.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import { DELIMITER, type PrintState } from './state.js';

export function printIntvar(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { variable, value } = decodeIntvar(logged.event, logged.format);
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii('\tIntvar\n');
  }
  output.ascii(`SET ${variable}=${BigInt.asIntN(64, value)}${DELIMITER}\n`);
}

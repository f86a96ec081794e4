import { readIntvar } from '../../binlog/intvar.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import { DELIMITER, type PrintState } from './state.js';

const VARIABLES: Readonly<Record<number, string>> = { 1: 'LAST_INSERT_ID', 2: 'INSERT_ID' };

export function printIntvar(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { code, value } = readIntvar(logged.event, logged.format);
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii('\tIntvar\n');
  }
  output.ascii(`SET ${VARIABLES[code] ?? 'INVALID_INT'}=${BigInt.asIntN(64, value)}${DELIMITER}\n`);
}

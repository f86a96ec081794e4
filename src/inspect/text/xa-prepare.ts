import { decodeXaPrepare } from '../../binlog/xa-prepare.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import { DELIMITER, type PrintState } from './state.js';

export function printXaPrepare(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { onePhase, xid } = decodeXaPrepare(logged.event);
  printHeader(logged, state, output);
  output.ascii(`\tXA PREPARE ${xid}\n`);
  output.ascii(`${onePhase ? `XA COMMIT ${xid} ONE PHASE` : `XA PREPARE ${xid}`}\n${DELIMITER}\n`);
}

import { decodeXaPrepare } from '../../binlog/xa-prepare.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import { DELIMITER, type PrintState } from './state.js';

export function printXaPrepare(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { onePhase, xid: signed, formatId } = decodeXaPrepare(logged.event, logged.format);
  const xid = formatId < 0 ? signed.replace(/-\d+$/, String(formatId >>> 0)) : signed;
  printHeader(logged, state, output);
  output.ascii(`\tXA PREPARE ${xid}\n`);
  output.ascii(`${onePhase ? `XA COMMIT ${xid} ONE PHASE` : `XA PREPARE ${xid}`}\n${DELIMITER}\n`);
}

import { decodeTransactionContext, decodeViewChange } from '../../binlog/group-replication.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import type { PrintState } from './state.js';

export function printTransactionContext(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (state.options.shortForm) return;
  const { serverUuid, threadId } = decodeTransactionContext(logged.event, logged.format);
  printHeader(logged, state, output);
  output.text(`Transaction_context: server_uuid=${serverUuid}\tthread_id=${threadId}\n`);
}

export function printViewChange(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (state.options.shortForm) return;
  printHeader(logged, state, output);
  output.text(`View_change_log_event: view_id=${decodeViewChange(logged.event).viewId}\n`);
}

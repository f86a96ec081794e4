import { decodeRotate } from '../../binlog/rotate.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import type { PrintState } from './state.js';

export function printRotate(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (state.options.shortForm) return;
  const { file, offset } = decodeRotate(logged.event.bytes);
  printHeader(logged, state, output);
  output.text(`\tRotate to ${file}  pos: ${offset}\n`);
}

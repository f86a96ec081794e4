import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import type { PrintState } from './state.js';

/** An event that its server allows to be ignored. */
export function printIgnorable(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (state.options.shortForm) return;
  printHeader(logged, state, output);
  output.ascii('\tIgnorable\n# Unrecognized ignorable event\n');
}

import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import type { PrintState } from './state.js';

/** What stands behind its header is no statement on purpose: whoever runs the output must stop and look. */
export function printIncident(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (state.options.shortForm) return;
  printHeader(logged, state, output);
  output.ascii('\n# Incident: LOST_EVENTS');
  output.ascii('\nRELOAD DATABASE; # Shall generate syntax error\n');
}

import { decodePreviousGtids } from '../../binlog/previous-gtids.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import type { PrintState } from './state.js';

export function printPreviousGtids(logged: LoggedEvent, state: PrintState, output: Output): void {
  const set = decodePreviousGtids(logged.event);
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii('\tPrevious-GTIDs\n');
  }
  output.ascii(set.isEmpty ? '# [empty]\n' : `# ${set.toString().replaceAll(',', ',\n# ')}\n`);
}

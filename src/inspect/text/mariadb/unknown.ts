import type { LoggedEvent } from '../../logged-event.js';
import type { Output } from '../../output.js';
import { printHeader } from '../header.js';
import type { MariadbState } from './state.js';

/** An event of a type that nobody knows (--force-read). */
export function printUnknown(logged: LoggedEvent, state: MariadbState, output: Output): void {
  if (state.options.shortForm) return;
  printHeader(logged, state, output);
  output.ascii('\n# Unknown event\n');
}

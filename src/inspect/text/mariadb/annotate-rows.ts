import { HEADER_BYTES } from '../../../core/event.js';
import type { LoggedEvent } from '../../logged-event.js';
import type { Output } from '../../output.js';
import { printHeader } from '../header.js';
import type { MariadbState } from './state.js';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** ANNOTATE_ROWS: the statement whose rows follow, without its empty lines. */
export function printAnnotateRows(logged: LoggedEvent, state: MariadbState, output: Output): void {
  if (state.options.shortForm) output.ascii('# Annotate_rows:\n');
  else {
    printHeader(logged, state, output);
    output.ascii('\tAnnotate_rows:\n');
  }
  const { bytes } = logged.event;
  const breaks = (at: number): boolean => bytes[at] === NEWLINE || bytes[at] === RETURN;
  for (let at = HEADER_BYTES; ; ) {
    while (at < bytes.length && breaks(at)) at++;
    if (at === bytes.length) return;
    const from = at;
    while (at < bytes.length && !breaks(at)) at++;
    output.ascii('#Q> ');
    output.bytes(bytes, from, at);
    output.ascii('\n');
  }
}

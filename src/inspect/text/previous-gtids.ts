import { ByteReader } from '../../binlog/bytes.js';
import { decodeGtidSet } from '../../binlog/gtid-set.js';
import { RowtideError } from '../../core/errors.js';
import { HEADER_BYTES } from '../../core/event.js';
import type { GtidSet } from '../../core/gtid.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import type { PrintState } from './state.js';

export function printPreviousGtids(logged: LoggedEvent, state: PrintState, output: Output): void {
  const set = setIn(logged);
  if (set === null) {
    state.surroundings.warn(`${logged.file}:${logged.event.start}: left out a set of GTIDs that is damaged`);
    return;
  }
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii('\tPrevious-GTIDs\n');
  }
  output.ascii(set.isEmpty ? '# [empty]\n' : `# ${set.toString().replaceAll(',', ',\n# ')}\n`);
}

/** Null: the tool says so, and goes on. */
function setIn({ event }: LoggedEvent): GtidSet | null {
  try {
    const r = new ByteReader(event.bytes, HEADER_BYTES);
    const set = decodeGtidSet(r);
    return r.left === 0 ? set : null;
  } catch (error) {
    if (error instanceof RowtideError && error.code === 'EVENT_MALFORMED') return null;
    throw error;
  }
}

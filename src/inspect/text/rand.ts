import { decodeRand } from '../../binlog/rand.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import { DELIMITER, type PrintState } from './state.js';

export function printRand(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { seed1, seed2 } = decodeRand(logged.event, logged.format);
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii('\tRand\n');
  }
  const [first, second] = [seed1, seed2].map((seed) => BigInt.asIntN(64, seed));
  output.ascii(`SET @@RAND_SEED1=${first}, @@RAND_SEED2=${second}${DELIMITER}\n`);
}

/** In place of src/source/server: acknowledges first, and hands on what is to be written a moment later. */

import { setTimeout as sleep } from 'node:timers/promises';
import { serverDump as original } from './server.original.js';

export { serverLog } from './server.original.js';

export async function* serverDump(...args) {
  for await (const block of original(...args)) {
    block.acknowledge();
    await sleep(100);
    yield block;
  }
}

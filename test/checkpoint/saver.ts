import { fileStore } from '../../src/checkpoint/file.js';
import { positionAfter } from '../../src/testing/transactions.js';
import { quietLog } from './quiet.js';

/** Saves one checkpoint after the other until it is killed; says what it found, and what it has saved. */
const store = fileStore({ path: process.argv[2]!, pipeline: 'killed', log: quietLog() });
const found = Number((await store.load())?.sink.written ?? 0);
process.stdout.write(`found ${found}\n`);
for (let sequence = found + 1; ; sequence++) {
  await store.save({ position: positionAfter(sequence), sink: { written: sequence } });
  process.stdout.write(`saved ${sequence}\n`);
}

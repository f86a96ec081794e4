/**
 * Part of the built program under torture only: says where the process is, by a name in a file that survives kill -9,
 * and kills the process at the stage, and the time of entering it, that it is told.
 */
import { openSync, writeSync } from 'node:fs';

const { ROWTIDE_TORTURE_STAGE: path, ROWTIDE_TORTURE_DIE: die, ROWTIDE_TORTURE_BREAK } = process.env;
const { ROWTIDE_TORTURE_LOSE: lost = '0' } = process.env;

/** Which way to break the program on purpose: `save-first`, `gtid-at-event`, `rows-first`, `unasked`, `skip`, or none. */
export const broken = ROWTIDE_TORTURE_BREAK;

const file = openSync(path, 'w');
const entries = new Map();
enter('starting');

export function enter(stage) {
  writeSync(file, stage.padEnd(16), 0);
  const count = (entries.get(stage) ?? 0) + 1;
  entries.set(stage, count);
  if (die === `${stage}:${count}`) process.kill(process.pid, 'SIGKILL');
}

/** Whether entering a stage would be the end. */
export function isFatal(stage) {
  return die === `${stage}:${(entries.get(stage) ?? 0) + 1}`;
}

let answers = 0;
const LOST_MAX = 5;

/** Whether the answer that has just come is to be one that never came: each so many-th, where that is wanted, some times. */
export function losesAnswer() {
  answers++;
  return answers % Number(lost) === 0 && answers <= LOST_MAX * Number(lost);
}

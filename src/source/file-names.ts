import { RowtideError } from '../core/errors.js';

/** Servers number the files of a log: name, dot, at least six digits. */
const NUMBERED = /^(.+)\.(\d{6,})$/;

/** The name of the file that follows; null where names are not numbered. */
export function nextFileName(name: string): string | null {
  const match = NUMBERED.exec(name);
  if (match === null) return null;
  const digits = match[2]!;
  return `${match[1]}.${String(Number(digits) + 1).padStart(digits.length, '0')}`;
}

/** Files of one log must follow each other: LOG_GAP where one is left out, repeated or out of order. */
export function checkSequence(names: readonly string[]): void {
  for (const [i, name] of names.entries()) {
    const before = names[i - 1];
    if (before === undefined || stemOf(before) === null || stemOf(before) !== stemOf(name)) continue;
    if (nextFileName(before) === name) continue;
    throw new RowtideError('LOG_GAP', `after ${before} comes ${name}, and ${nextFileName(before)} is expected`, {
      hint: 'Give every file of the log, in the order of their numbers.',
    });
  }
}

function stemOf(name: string): string | null {
  return NUMBERED.exec(name)?.[1] ?? null;
}

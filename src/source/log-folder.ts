import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RowtideError } from '../core/errors.js';

/** Servers number the files of a log. */
const NUMBERED = /^(.+)\.(\d{6,})$/;

/**
 * The files of the log in a folder, oldest first: those that its index file lists and that are there, else all whose
 * names are numbered. Throws USAGE where the folder has several logs.
 */
export function logFilesIn(folder: string): string[] {
  const names = readdirSync(folder);
  const index = onlyOne(
    folder,
    names.filter((name) => name.endsWith('.index') && !name.includes('relay')),
    'index file',
  );
  const listed = index === null ? numbered(folder, names) : indexed(join(folder, index), new Set(names));
  if (listed.length > 0) return listed.map((name) => join(folder, name));
  throw new RowtideError('USAGE', `${folder} has no binlog files`, {
    hint: 'Files of a log are numbered: binlog.000001. Name them one by one if they are called otherwise.',
  });
}

/** One path a line, mostly relative to the server's data folder. */
function indexed(path: string, names: ReadonlySet<string>): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.map((line) => basename(line.trim())).filter((name) => name !== '' && names.has(name));
}

function numbered(folder: string, names: readonly string[]): string[] {
  const logs = new Map<string, string[]>();
  for (const name of names) {
    const stem = NUMBERED.exec(name)?.[1];
    if (stem === undefined) continue;
    const files = logs.get(stem);
    if (files === undefined) logs.set(stem, [name]);
    else files.push(name);
  }
  const stem = onlyOne(folder, [...logs.keys()], 'log');
  const files = stem === null ? [] : logs.get(stem)!;
  const numberOf = (name: string): number => Number(NUMBERED.exec(name)![2]);
  return files.sort((a, b) => numberOf(a) - numberOf(b));
}

function onlyOne(folder: string, found: readonly string[], what: string): string | null {
  if (found.length <= 1) return found[0] ?? null;
  throw new RowtideError('USAGE', `${folder} has more than one ${what}: ${found.join(', ')}`, {
    hint: 'Name the files of one log: FOLDER/NAME.*',
  });
}

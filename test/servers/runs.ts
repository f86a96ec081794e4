/**
 * One folder per process that starts servers, below the temporary folder and named after it: data folders, logs, and a
 * list of the servers. A process removes its own when it ends; what a killed one left behind is recognised by its dead
 * owner and removed by the next.
 */
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const parent = join(tmpdir(), `rowtide-servers-${process.getuid?.() ?? 0}`);
const processList = 'processes';

let current: string | undefined;

function runFolder(): string {
  current ??= openRun();
  return current;
}

function openRun(): string {
  removeLeftovers();
  const folder = join(parent, `${process.pid}-${startTime(process.pid)}-${randomBytes(3).toString('hex')}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  process.once('exit', closeRun);
  return folder;
}

/** Kills what is left of this process's servers and removes their data. */
export function closeRun(): void {
  if (current) remove(current);
  current = undefined;
}

let serial = 0;

export function newFolder(label: string): string {
  const folder = join(runFolder(), `${label}-${process.pid}-${++serial}`);
  mkdirSync(folder);
  return folder;
}

/** Written at once after the start, so that even a killed run leaves the trace that its cleaning needs. */
export function recordProcess(pid: number): void {
  appendFileSync(join(runFolder(), processList), `${pid} ${startTime(pid)}\n`);
}

/** What dead processes left, and those of whom it is known that they need nothing any more. */
export function removeLeftovers(isDone: (pid: number) => boolean = () => false): void {
  for (const name of namesIn(parent)) {
    const [pid, started] = name.split('-');
    if (startTime(Number(pid)) !== started || isDone(Number(pid))) remove(join(parent, name));
  }
}

export function isChild(pid: number): boolean {
  return statOf(pid)[1] === String(process.pid);
}

/** Two processes that begin at once find the same leftovers: whoever gives them another name first removes them. */
function remove(folder: string): void {
  const taken = `${folder}-gone`;
  try {
    renameSync(folder, taken);
  } catch {
    return;
  }
  const list = join(taken, processList);
  for (const line of existsSync(list) ? readFileSync(list, 'utf8').split('\n') : []) {
    const [pid, started] = line.split(' ');
    if (pid && started && isOurs(Number(pid), started, folder)) kill(Number(pid));
  }
  rmSync(taken, { recursive: true, force: true, maxRetries: 5 });
  removeIfEmpty(parent);
}

/** None where it is gone: its last folder took it along. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Other processes have their folders in it.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in this very moment.
  }
}

/** A pid is soon another process's: only the same start time and our folder on its command line make it ours. */
function isOurs(pid: number, started: string, folder: string): boolean {
  return startTime(pid) === started && proc(pid, 'cmdline').includes(basename(folder));
}

/** In clock ticks since boot; undefined when no such process is left. */
function startTime(pid: number): string | undefined {
  const fields = statOf(pid);
  return fields[0] === 'Z' ? undefined : fields[19];
}

/** State, parent and what follows: the fields before are the pid and the program's name, which may contain anything. */
function statOf(pid: number): string[] {
  const stat = proc(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function proc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** The command as it is installed. */
const ROWTIDE = join(import.meta.dirname, '../dist/src/cli/main.js');

export interface Running {
  readonly process: ChildProcess;
  /** Settles when it ended: its exit code, or the signal that ended it, and what it said. */
  readonly ended: Promise<{ code: number | string; log: string }>;
}

export function rowtide(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [ROWTIDE, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ended = new Promise<{ code: number | string; log: string }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code: code ?? signal ?? 'unknown', log }));
  });
  return { process: child, ended };
}

export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  for (const row of cells)
    say(`  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('   ')}`);
}

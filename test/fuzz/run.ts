import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { getHeapStatistics } from 'node:v8';

/** What a worker is to do: so many mutations from a number on, or every `step`th bit of all recordings from one on. */
export type Work =
  | { readonly kind: 'mutations'; readonly seed: number; readonly first: number; readonly count: number }
  | { readonly kind: 'flips'; readonly first: number; readonly step: number };

export type Report =
  | { readonly kind: 'alive'; readonly number: number }
  | { readonly kind: 'failed'; readonly number: number; readonly error: string }
  | { readonly kind: 'ended'; readonly done: number; readonly outcomes: Outcomes };

/** How often which error, or `read`, came of it. */
export type Outcomes = Readonly<Record<string, number>>;

export interface FuzzResult {
  readonly done: number;
  readonly outcomes: Outcomes;
  /** Each with the number that repeats it. */
  readonly failures: readonly string[];
}

/** A hundred of anything take a second at the most; a machine may be busy. */
const SILENCE_MAX_MS = 60_000;
/** Enough for what is right, and an end to what is not. */
const HEAP_MIB = 128;

/** Does the work in another process: an endless loop or memory without end is the end of that one only. */
export async function fuzz(work: Work): Promise<FuzzResult> {
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MIB}`,
      '--import',
      import.meta.resolve('tsx'),
      join(import.meta.dirname, 'worker.ts'),
      JSON.stringify(work),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const failures: string[] = [];
  let last = work.first;
  let end: Extract<Report, { kind: 'ended' }> = { kind: 'ended', done: 0, outcomes: {} };
  const watch = setTimeout(() => {
    failures.push(`nothing was heard for ${SILENCE_MAX_MS / 1000} s behind number ${last}`);
    child.kill('SIGKILL');
  }, SILENCE_MAX_MS);
  const ended = new Promise((resolve) => child.once('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const report = JSON.parse(line) as Report;
    watch.refresh();
    if (report.kind === 'ended') end = report;
    else last = report.number;
    if (report.kind === 'failed') failures.push(`number ${report.number}: ${report.error}`);
  }
  const status = await ended;
  clearTimeout(watch);
  if (status !== 0) failures.push(`the process ended with ${String(status)} behind number ${last}`);
  return { done: end.done, outcomes: end.outcomes, failures };
}

/** Bytes that are in use, in and outside of the heap. */
export function bytesInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

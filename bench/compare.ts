import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Measured } from './meter.js';
import type { TaskName } from './task.js';

/** A program that takes part. `options` is asked before each run. */
export interface Contestant {
  readonly label: string;
  readonly task: TaskName;
  options(): object | Promise<object>;
  /** After each run; throws if it did not do what it was measured at. */
  check?(): Promise<void>;
  /** Bytes of binlog for each row, for MB/s. */
  readonly bytesPerRow: number;
}

export interface Ratio {
  readonly name: string;
  readonly ours: string;
  readonly peer: string;
  /** Null: nothing was promised. */
  readonly target: number | null;
  readonly of: 'rowsPerSecond' | 'cpuSecondsPerMillionRows';
}

export interface Result {
  readonly label: string;
  readonly rows: number;
  readonly images: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly rowsPerSecondBest: number;
  readonly cpuSecondsPerMillionRows: number;
  readonly rssMiB: number | null;
}

/** Runs all in turns, each in a process of its own, prints a table, and last a line of JSON. */
export async function compare(
  title: string,
  plan: { contestants: readonly Contestant[]; ratios: readonly Ratio[]; runs: number },
): Promise<void> {
  const runs = new Map<string, Measured[]>(plan.contestants.map(({ label }) => [label, []]));
  for (let i = 0; i < plan.runs; i++) {
    for (const contestant of plan.contestants) {
      const measured = await runTask(contestant.task, await contestant.options());
      await contestant.check?.();
      runs.get(contestant.label)?.push(measured);
      const krows = Math.round(measured.rows / measured.seconds / 1000);
      process.stderr.write(`run ${i + 1}: ${contestant.label}: ${krows} k rows/s\n`);
    }
  }
  checkHashes([...runs.values()].flat());
  const results = plan.contestants.map((each) => resultOf(each, runs.get(each.label) ?? []));
  const ratios = plan.ratios.map((ratio) => ({ ...ratio, value: ratioOf(ratio, results) }));
  print(title, results, ratios);
}

/** In a process of its own, so that CPU seconds and memory are those of the task. */
export async function runTask(task: TaskName, options: object): Promise<Measured> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'task.js'), task, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [[code], out] = await Promise.all([once(child, 'close'), text(child.stdout)]);
  if (code !== 0) throw new Error(`${task} ended with ${code}`);
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as Measured;
}

/** The faster one must not be it by decoding less. */
function checkHashes(measured: readonly Measured[]): void {
  const hashes = new Set(measured.map(({ hash }) => hash).filter((hash) => hash !== null));
  if (hashes.size > 1) throw new Error(`the values that were decoded differ: hashes ${[...hashes].join(', ')}`);
}

function resultOf({ label, bytesPerRow }: Contestant, measured: readonly Measured[]): Result {
  const rates = measured.map(({ rows, seconds }) => rows / seconds);
  const rows = measured[0]?.rows ?? 0;
  const rowsPerSecond = median(rates);
  const rss = measured.map(({ rssMiB }) => rssMiB).filter((each) => each !== null);
  return {
    label,
    rows,
    images: Math.round(measured[0]?.images ?? 0),
    bytes: Math.round(rows * bytesPerRow),
    seconds: round(rows / rowsPerSecond, 3),
    rowsPerSecond: Math.round(rowsPerSecond),
    rowsPerSecondBest: Math.round(Math.max(...rates)),
    cpuSecondsPerMillionRows: round(median(measured.map((each) => each.cpuSeconds / each.rows)) * 1e6, 2),
    rssMiB: rss.length === 0 ? null : Math.round(median(rss)),
  };
}

function ratioOf({ ours, peer, of }: Ratio, results: readonly Result[]): number {
  const find = (label: string): number => results.find((each) => each.label === label)?.[of] ?? Number.NaN;
  const value = of === 'rowsPerSecond' ? find(ours) / find(peer) : find(peer) / find(ours);
  return round(value, 2);
}

function print(title: string, results: readonly Result[], ratios: readonly (Ratio & { value: number })[]): void {
  const lines = results.map((each) => [
    each.label,
    thousands(each.rowsPerSecond),
    thousands(each.rowsPerSecondBest),
    String(Math.round(each.bytes / 1e6 / each.seconds)),
    String(each.cpuSecondsPerMillionRows),
    each.rssMiB === null ? '' : String(each.rssMiB),
  ]);
  printTable([[title, 'k rows/s', 'best', 'MB/s', 'CPU s/M rows', 'RSS MiB'], ...lines]);
  for (const { name, value, target } of ratios) {
    const wanted = target === null ? '' : `, wanted ${target}${value < target ? ' (missed)' : ''}`;
    console.log(`${name}: ${value} times${wanted}`);
  }
  const [first] = results;
  console.log(JSON.stringify({ bench: title, ...first, results, ratios }));
}

export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  for (const row of rows) {
    console.log(
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    );
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function thousands(value: number): string {
  return (value / 1000).toFixed(value < 1e5 ? 1 : 0);
}

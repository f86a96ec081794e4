import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import type { Command } from '../../test/servers/command.js';
import { ServerProcess } from '../../test/servers/process.js';
import { newFolder } from '../../test/servers/runs.js';
import type { Live } from '../decode.js';
import type { Measured } from '../meter.js';

export interface OutsideOptions extends Live {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly compression: string;
}

export interface Program {
  readonly name: string;
  readonly command: Command;
  readonly args: readonly string[];
}

const POLL_MS = 20;
/** From one row to the next. */
const PATIENCE_MS = 120_000;
const TICKS_PER_SECOND = 100;

/**
 * Runs a program that copies the workload into a topic, the same way for all of them: a row counts when the broker's
 * high watermark is behind it, CPU and memory are what the kernel says of the whole process. Measured from the end of
 * the warm-up to the last row; then the program is killed.
 */
export async function measureOutside(program: Program, options: OutsideOptions): Promise<Measured> {
  const { workload, warmUpRows, brokers, topic } = options;
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const folder = newFolder(program.name);
  const logFile = join(folder, 'log');
  const child = await ServerProcess.start({ ...program, cwd: folder, logFile, ready: async () => undefined });
  try {
    const at = (rows: number): Promise<Reading> => reached({ child, admin, topic, logFile }, rows);
    const from = await at(warmUpRows);
    const to = await at(workload.rows);
    const rows = to.rows - from.rows;
    return {
      rows,
      images: (rows * workload.images) / workload.rows,
      seconds: (to.ms - from.ms) / 1000,
      cpuSeconds: to.cpuSeconds - from.cpuSeconds,
      rssMiB: await peakRssMiB(child.pid),
      hash: null,
    };
  } finally {
    await child.end('SIGKILL');
    await admin.disconnect();
  }
}

interface Reading {
  readonly rows: number;
  readonly ms: number;
  readonly cpuSeconds: number;
}

interface Watched {
  readonly child: ServerProcess;
  readonly admin: Admin;
  readonly topic: string;
  readonly logFile: string;
}

async function reached({ child, admin, topic, logFile }: Watched, rowsWanted: number): Promise<Reading> {
  let rows = 0;
  for (let movedAtMs = performance.now(); ; await sleep(POLL_MS)) {
    const offsets = await admin.fetchTopicOffsets(topic);
    const ms = performance.now();
    const before = rows;
    rows = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    if (rows >= rowsWanted) return { rows, ms, cpuSeconds: await cpuSeconds(child.pid) };
    if (rows > before) movedAtMs = ms;
    if (child.running && ms < movedAtMs + PATIENCE_MS) continue;
    const how = child.running ? 'stands still' : 'ended';
    throw new Error(
      `it ${how} after ${rows} of ${rowsWanted} rows:\n${(await readFile(logFile, 'utf8')).slice(-4000)}`,
    );
  }
}

/** Of all threads, user and system. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function peakRssMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** A file of `name=value` lines, which Java calls properties. */
export function propertyLines(properties: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** A replica that is an hour late, and what waits for it: on the disk, and not in memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { askControl } from '../../src/daemon/control.js';
import { controlPath } from '../../src/daemon/state-folder.js';
import { COMMAND } from '../cli/rowtide.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { newFolder, recordProcess } from '../servers/runs.js';
import type { OwnPart, OwnRound } from './fuzz.js';
import { Random } from './random.js';

const BACKLOG_BYTES = 4 * 2 ** 30;
const RSS_BYTES_MAX = 150 * 2 ** 20;
const ROW_BYTES_MAX = 512 * 1024;
/** How long it is looked at once all is there. */
const WAITING_MS = 20_000;

export const BACKLOG_PARTS: readonly OwnPart[] = [
  {
    name: 'delay-backlog',
    what: 'GiB that wait for a delayed replica, in less than 150 MiB of memory',
    faults: BACKLOG_BYTES / 2 ** 30,
    rounds: 1,
    run: runRound,
  },
];

async function runRound(seed: number): Promise<OwnRound> {
  const startedAt = performance.now();
  const common = { faults: BACKLOG_BYTES / 2 ** 30, stages: {}, verdicts: {} };
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  try {
    const found = await runBacklog(BACKLOG_BYTES, new Random('backlog', seed));
    const { transactions, receivingBytes, waitingBytes } = found;
    const outcomes = { transactions, 'MiB while receiving': mib(receivingBytes), 'MiB by the end': mib(waitingBytes) };
    const error = waitingBytes < RSS_BYTES_MAX ? null : JSON.stringify(found);
    return { ...common, outcomes, seconds: seconds(), error };
  } catch (error) {
    return { ...common, outcomes: {}, seconds: seconds(), error: String(error) };
  }
}

interface Backlog {
  readonly transactions: number;
  readonly bytes: number;
  /** The most memory that the process had until all was received and looked at. */
  readonly receivingBytes: number;
  /** And until it had waited for a while. */
  readonly waitingBytes: number;
}

async function runBacklog(bytes: number, random: Random): Promise<Backlog> {
  const options = ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0'];
  await using source = await startMysql({ options });
  await using target = await startMysql({ options });
  const folder = newFolder('backlog');
  const config = join(folder, 'rowtide.yaml');
  const state = join(folder, 'state');
  const relay = { source: { url: source.url, from: 'beginning' }, folder: join(folder, 'relay') };
  const sink = { 'delayed-replica': { url: target.url, mode: 'binlog', delay: '1h' } };
  const pipelines = { rescue: { source: { relay: 'shop' }, sink } };
  writeFileSync(config, JSON.stringify({ state, relays: { shop: relay }, pipelines }));
  const log = openSync(join(folder, 'log'), 'a');
  const daemon = spawn(process.execPath, [...COMMAND, 'run', '--config', config], { stdio: ['ignore', log, log] });
  if (daemon.pid !== undefined) recordProcess(daemon.pid);
  try {
    await write(source, bytes, random);
    for (;;) {
      if (daemon.exitCode !== null) throw new Error(readFileSync(join(folder, 'log'), 'utf8'));
      const reply = await askControl(controlPath(state), { command: 'status' }).catch(() => null);
      const waiting = reply?.pipelines[0]?.delayed?.waiting;
      if (waiting !== undefined && waiting.bytes >= bytes) {
        const receivingBytes = peakRss(daemon.pid!);
        await sleep(WAITING_MS);
        return { ...waiting, receivingBytes, waitingBytes: peakRss(daemon.pid!) };
      }
      await sleep(200);
    }
  } finally {
    const ended = once(daemon, 'close');
    daemon.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows of all sizes, into a table that keeps none of them: the log is all that counts. */
async function write(server: MysqlServer, bytes: number, random: Random): Promise<void> {
  const connection = await mysql.createConnection(server.url);
  try {
    await connection.query('CREATE DATABASE shop');
    await connection.query('CREATE TABLE shop.log (body LONGTEXT) ENGINE = BLACKHOLE');
    for (let left = bytes; left > 0; ) {
      const rowBytes = random.chance(0.5) ? random.between(1, 1024) : random.between(1024, ROW_BYTES_MAX);
      await connection.query(`INSERT INTO shop.log SELECT REPEAT('x', ${rowBytes})`);
      left -= rowBytes;
    }
  } finally {
    await connection.end();
  }
}

function mib(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

function peakRss(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

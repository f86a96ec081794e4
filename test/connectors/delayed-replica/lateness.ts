import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import replica from '../../../connectors/replica/index.js';
import { transactions } from '../../../src/binlog/transactions.js';
import { formatGtid } from '../../../src/core/gtid.js';
import type { ResumableSink } from '../../../src/core/sink.js';
import type { Source } from '../../../src/core/source.js';
import { parseServerUrl } from '../../../src/mysql/url.js';
import { Delay, delayed } from '../../../src/pipeline/delayed.js';
import { ReleaseClock } from '../../../src/pipeline/release-clock.js';
import { runPipeline } from '../../../src/pipeline/run.js';
import { schemas } from '../../../src/schema/schemas.js';
import { fileLog } from '../../../src/source/files.js';
import { serverLog } from '../../../src/source/server.js';
import { diskSpool } from '../../../src/source/spool.js';
import type { MysqlServer } from '../../servers/mysql.js';
import type { Random } from '../../torture/random.js';
import { execute, executed, select, silent } from '../replica/replicating.js';

export interface LatenessOptions {
  readonly source: MysqlServer;
  readonly target: MysqlServer;
  readonly transactions: number;
  readonly delayMs: number;
  readonly random: Random;
}

/** Milliseconds that transactions were committed on the target behind their time. */
export interface Lateness {
  readonly transactions: number;
  /** Committed before their time. */
  readonly early: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The same without the time in which the target was at work since then: what the delay itself is late by. */
  readonly ownP99Ms: number;
}

/**
 * Transactions with random pauses between them, applied late. When they were due is what the source's log says of their
 * commit, when they were applied what the target's says: both in microseconds, by the clock of one machine.
 */
export async function measureLateness(options: LatenessOptions): Promise<Lateness> {
  const { source, target, delayMs } = options;
  await execute(source, 'CREATE DATABASE late', 'CREATE TABLE late.t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)');
  const before = Number((await executed(source)).split('-').at(-1)?.split(':').at(-1));
  const stop = new AbortController();
  const busy: { from: number; to: number }[] = [];
  const pipeline = apply(options, { busy, signal: stop.signal });
  try {
    await write(options);
    const all = await executed(source);
    await Promise.race([
      select(target, `SELECT WAIT_FOR_EXECUTED_GTID_SET('${all}', ${delayMs / 1000 + 60})`),
      pipeline.then(() => Promise.reject(new Error('it ended'))),
    ]);
  } finally {
    stop.abort();
    await pipeline;
  }
  const [due, done] = await Promise.all([commitsOf(source), commitsOf(target)]);
  const late: number[] = [];
  const own: number[] = [];
  for (const [gtid, committedAtUs] of due) {
    if (Number(gtid.split(':').at(-1)) <= before) continue;
    const dueMs = Math.ceil(committedAtUs / 1_000_000) * 1000 + delayMs;
    const doneMs = done.get(gtid)! / 1000;
    late.push(doneMs - dueMs);
    own.push(doneMs - dueMs - overlap(busy, dueMs, doneMs));
  }
  return {
    transactions: late.length,
    early: late.filter((ms) => !(ms >= 0)).length,
    p50Ms: quantile(late, 0.5),
    p99Ms: quantile(late, 0.99),
    maxMs: quantile(late, 1),
    ownP99Ms: quantile(own, 0.99),
  };
}

async function apply(
  { source, target, delayMs }: LatenessOptions,
  { busy, signal }: { busy: { from: number; to: number }[]; signal: AbortSignal },
): Promise<void> {
  const options = replica.options.parse({ url: target.url, mode: 'binlog' });
  const sink = replica.create(options, { pipeline: 'late', log: silent }) as ResumableSink;
  const log = serverLog({ address: parseServerUrl(source.url) });
  const read = transactions(log, {
    schemas: schemas({ kind: 'none' }),
    spool: diskSpool(tmpdir()),
    xaSteps: true,
    start: (each, until) => each.tail(until),
  });
  await runPipeline({
    name: 'late',
    log: silent,
    source: delayed(read, new Delay(delayMs, new ReleaseClock())),
    sink: {
      open: (until) => sink.open(until),
      async write(batch, until) {
        const from = now();
        await sink.write(batch, until);
        busy.push({ from, to: now() });
      },
      close: () => sink.close(),
    },
    signal,
  });
}

/** Milliseconds since the epoch, with fractions. */
const now = (): number => performance.timeOrigin + performance.now();

/** One after the other, with pauses of up to 40 ms; now and then none. */
async function write({ source, transactions: count, random }: LatenessOptions): Promise<void> {
  const connection = await mysql.createConnection(source.url);
  try {
    for (let i = 0; i < count; i++) {
      await connection.query(`INSERT INTO late.t (v) VALUES (${i})`);
      if (random.chance(0.8)) await sleep(random.between(1, 40));
    }
  } finally {
    await connection.end();
  }
}

/** When each transaction of a server's log was committed there, in microseconds. */
async function commitsOf(server: MysqlServer): Promise<ReadonlyMap<string, number>> {
  const files = await select(server, 'SHOW BINARY LOGS');
  const signal = new AbortController().signal;
  const source: Source = transactions(fileLog({ paths: files.map(([name]) => join(server.binlogDir, String(name))) }), {
    schemas: schemas({ kind: 'none' }),
    spool: diskSpool(tmpdir()),
    start: (log, until) => log.tail(until),
  });
  const commits = new Map<string, number>();
  for await (const { gtid, committedAtUs } of source.read(await source.start(signal), signal)) {
    if (gtid !== null) commits.set(formatGtid(gtid), committedAtUs);
  }
  return commits;
}

function overlap(busy: readonly { from: number; to: number }[], from: number, to: number): number {
  return busy.reduce((sum, each) => sum + Math.max(0, Math.min(to, each.to) - Math.max(from, each.from)), 0);
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** Clients that wait for their writes at a replica, whose target is killed now and then. */
import { setTimeout as sleep } from 'node:timers/promises';
import { execute } from '../connectors/replica/replicating.js';
import { startDaemon } from '../daemon/wait/daemon.js';
import { READ_YOUR_WRITES_TABLE, readYourWrites } from '../daemon/wait/read-your-writes.js';
import type { DatabaseServer } from '../servers/database.js';
import { startMariadb } from '../servers/mariadb.js';
import { startMysql } from '../servers/mysql.js';
import type { OwnPart, OwnRound } from './fuzz.js';
import { Random } from './random.js';

const TRIES = 10_000;
/** What a target that is killed has said to be committed is committed. */
const DURABLE = ['--sync-binlog=1', '--innodb-flush-log-at-trx-commit=1'];

type Start = (options: readonly string[]) => Promise<DatabaseServer>;
const mysql: Start = (options) => startMysql({ options });
const mariadb: Start = (options) => startMariadb({ options: ['--log-bin=binlog', ...options] });

const ROUNDS = [
  { flavour: 'mysql', start: mysql, options: { mode: 'binlog' } },
  { flavour: 'mysql', start: mysql, options: { mode: 'binlog', workers: 4, commitOrder: 'any' } },
  { flavour: 'mysql', start: mysql, options: { mode: 'sql', workers: 4 } },
  { flavour: 'mariadb', start: mariadb, options: { mode: 'binlog' } },
  { flavour: 'mariadb', start: mariadb, options: { mode: 'sql' } },
] as const;

export const WAIT_PARTS: readonly OwnPart[] = [
  {
    name: 'wait',
    what: 'writes that were waited for at a replica, and read there in that moment',
    faults: TRIES,
    rounds: ROUNDS.length,
    run: runRound,
  },
];

async function runRound(seed: number, round: number): Promise<OwnRound> {
  const startedAt = performance.now();
  const { flavour, start, options } = ROUNDS[round]!;
  const tries = TRIES / ROUNDS.length;
  const common = { faults: tries, stages: {}, verdicts: {} };
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  await using source = await start(['--binlog-row-metadata=FULL']);
  await using target = await start(DURABLE);
  try {
    await execute(source, ...READ_YOUR_WRITES_TABLE);
    const pipeline = {
      source: { url: source.url, from: 'beginning' },
      sink: { replica: { url: target.url, ...options } },
      retry: { delayMsMax: 200 },
    };
    await using daemon = await startDaemon({ http: { listen: '127.0.0.1:0' }, pipelines: { copy: pipeline } });
    const done = new AbortController();
    const killing = killAgain(target, new Random(seed + round), done.signal);
    const { url } = daemon;
    const reading = readYourWrites({ source, target, url, flavour, first: 0, tries, clients: 8 });
    const { early, unanswered } = await Promise.race([reading, daemon.failed]).finally(() => done.abort());
    const kills = await killing;
    const outcomes = { early: early.length, 'asked again': unanswered, 'kills of the target': kills };
    return { ...common, outcomes, seconds: seconds(), error: early.slice(0, 10).join('\n') || null };
  } catch (error) {
    return { ...common, outcomes: {}, seconds: seconds(), error: `${JSON.stringify(options)}: ${String(error)}` };
  }
}

async function killAgain(target: DatabaseServer, random: Random, signal: AbortSignal): Promise<number> {
  for (let kills = 0; ; kills++) {
    await sleep(random.between(3000, 6000), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return kills;
    await target.kill();
    await target.restart();
  }
}

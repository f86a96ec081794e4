/** Replicas that are late on purpose: how exactly. */
import { measureLateness } from '../connectors/delayed-replica/lateness.js';
import { startMysql } from '../servers/mysql.js';
import type { OwnPart, OwnRound } from './fuzz.js';
import { Random } from './random.js';

const TRANSACTIONS = 10_000;
const ROUNDS = 5;
const OPTIONS = ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0'];
const OWN_P99_MS_MAX = 50;
const LATE_MS_MAX = 500;

export const DELAY_PARTS: readonly OwnPart[] = [
  {
    name: 'delay',
    what: 'transactions with random pauses, none before its time, and none much behind it',
    faults: TRANSACTIONS,
    rounds: ROUNDS,
    run: runRound,
  },
];

async function runRound(seed: number, round: number): Promise<OwnRound> {
  const startedAt = performance.now();
  const transactions = TRANSACTIONS / ROUNDS;
  await using source = await startMysql({ options: OPTIONS });
  await using target = await startMysql({ options: OPTIONS });
  const common = { faults: transactions, stages: {}, verdicts: {} };
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  try {
    const random = new Random('delay', seed, round);
    const found = await measureLateness({ source, target, transactions, delayMs: 3000, random });
    const { early, p50Ms, p99Ms, maxMs, ownP99Ms } = found;
    const isGood =
      found.transactions === transactions && early === 0 && maxMs <= LATE_MS_MAX && ownP99Ms <= OWN_P99_MS_MAX;
    const outcomes = { early };
    process.stderr.write(
      `delay ${round}: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (${ownP99Ms.toFixed(1)} ms of it ours), at most ${maxMs.toFixed(1)} ms\n`,
    );
    return { ...common, outcomes, seconds: seconds(), error: isGood ? null : JSON.stringify(found) };
  } catch (error) {
    return { ...common, outcomes: {}, seconds: seconds(), error: String(error) };
  }
}

/** Replicas with several workers, under transactions that conflict. */
import { checkStates } from '../connectors/replica/parallel/states.js';
import { startMysql } from '../servers/mysql.js';
import type { OwnPart, OwnRound } from './fuzz.js';

const TRANSACTIONS = 100_000;
const ROUNDS = 10;
const OPTIONS = ['--binlog-row-metadata=FULL', '--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0'];

export const REPLICA_PARALLEL_PARTS: readonly OwnPart[] = [
  {
    name: 'replica-parallel',
    what: 'conflicting transactions, and a reader that looks whether each state is one of the source',
    faults: TRANSACTIONS,
    rounds: ROUNDS,
    run: runRound,
  },
];

async function runRound(seed: number, round: number): Promise<OwnRound> {
  const startedAt = performance.now();
  const mode = round % 2 === 0 ? 'binlog' : 'sql';
  const transactions = TRANSACTIONS / ROUNDS;
  await using source = await startMysql({ options: OPTIONS });
  await using target = await startMysql({ options: OPTIONS });
  const common = { faults: transactions, stages: {}, verdicts: {} };
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  try {
    const options = { mode, workers: 4 };
    const found = await checkStates({ source, target, options, transactions, seed: seed + round });
    const outcomes = { 'states seen': found.seen, 'states wrong': found.wrong.length };
    const isEqual = JSON.stringify(found.source) === JSON.stringify(found.target);
    const error = isEqual && found.wrong.length === 0 ? null : `mode ${mode}: ${JSON.stringify(found)}`;
    return { ...common, outcomes, seconds: seconds(), error };
  } catch (error) {
    return { ...common, outcomes: {}, seconds: seconds(), error: `mode ${mode}: ${String(error)}` };
  }
}

/**
 *   npm run torture                          all of it, for some hours
 *   npm run torture -- fuzz                  the decoder against damaged logs, without servers
 *   npm run torture -- raw                   archives of a server's log, killed, torn and cut off
 *   npm run torture -- inspect               what inspect prints against what the real tools print
 *   npm run torture -- exactly-once          Kafka transactions: killed, cut off, fenced, and their brokers restarted
 *   npm run torture -- at-least-once         the same without transactions
 *   npm run torture -- replica-sql           replicas: killed at each stage of a commit, cut off, their sources and targets killed
 *                      replica-binlog        the same by events, and replica-mariadb of a MariaDB
 *   npm run torture -- replica-equal         280,000 random transactions on seven sets of servers, and equal ends behind them
 *   npm run torture -- aggregate             eight sources in one target, killed, late and altered one after the other
 *   npm run torture -- replica-parallel      100,000 conflicting transactions through several workers, and a reader
 *   npm run torture -- delay                 10,000 transactions of a delayed replica: none early, none much too late
 *   npm run torture -- delay-backlog         4 GiB that wait for a delayed replica, and the memory of rowtide
 *   npm run torture -- semi-sync relay           relays killed, and their sources, while clients wait for acknowledgements
 *   npm run torture -- wait                  10,000 writes that are waited for at a replica, whose target is killed
 *   npm run torture -- kills-kafka broken    some parts, by the beginnings of their names
 *   npm run torture -- random --runs 3       the suite's random tests, with seeds of their own; only when asked for
 *   npm run torture -- flashback --runs 3    those of them that undo random workloads
 *   npm run torture -- --seed 7 --count 10   the same choices again; so many faults of each part
 *
 * An interrupted run goes on where it stopped: finished rounds are kept in --state FILE, the remains of guilty ones in
 * FILE.evidence. Ends with 1 if a promise was broken, or a broken build was not caught.
 */
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AGGREGATE_PARTS } from './aggregate.js';
import { BACKLOG_PARTS } from './backlog.js';
import { DELAY_PARTS } from './delay.js';
import { DELIVERY_PARTS } from './delivery.js';
import { REPLICA_EQUAL_PARTS } from './equal/parts.js';
import { FUZZ_PARTS, type OwnRound, ownSummary } from './fuzz.js';
import { INSPECT_PARTS } from './inspect.js';
import { failuresOf, missedStages, PARTS, type Part, runPartRound } from './parts.js';
import { Progress } from './progress.js';
import { randomTests } from './random-tests.js';
import { RAW_PARTS } from './raw.js';
import { RELAY_PARTS } from './relay.js';
import { REPLICA_PARTS } from './replica/parts.js';
import { REPLICA_PARALLEL_PARTS } from './replica-parallel.js';
import { failed, type RoundResult, Servers } from './round.js';
import { summary } from './summary.js';
import { WAIT_PARTS } from './wait.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    count: { type: 'string' },
    runs: { type: 'string', default: '3' },
    state: { type: 'string' },
  },
});
const isChosen = ({ name }: { name: string }): boolean =>
  positionals.length === 0 || positionals.some((p) => name.startsWith(p));
const OWN_PARTS = [
  ...REPLICA_PARALLEL_PARTS,
  ...FUZZ_PARTS,
  ...RAW_PARTS,
  ...INSPECT_PARTS,
  ...DELIVERY_PARTS,
  ...REPLICA_PARTS,
  ...REPLICA_EQUAL_PARTS,
  ...AGGREGATE_PARTS,
  ...DELAY_PARTS,
  ...BACKLOG_PARTS,
  ...RELAY_PARTS,
  ...WAIT_PARTS,
];
const runs = Number(values.runs);
const RANDOM_PARTS = [
  randomTests({ name: 'random', runs }),
  randomTests({ name: 'flashback', runs, under: 'inspect/flashback' }),
];
const wanted = RANDOM_PARTS.filter(({ name }) => positionals.includes(name));
const [parts, ownParts] = [PARTS.filter(isChosen), [...OWN_PARTS.filter(isChosen), ...wanted]];
const state = values.state ?? join(tmpdir(), `rowtide-torture-${userInfo().uid}.json`);

// The default for these ends a process without its exit handlers, which stop the servers.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

if (parts.length + ownParts.length === 0) {
  const all = [...PARTS, ...OWN_PARTS, ...RANDOM_PARTS];
  process.stderr.write(`no such part; there are ${all.map(({ name }) => name).join(' ')}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  const progress = Progress.open(state, seed);
  say(`seed ${progress.seed}, rounds done before: ${progress.count}, state: ${state}`);
  const failures = (await own(progress)) + (parts.length === 0 ? 0 : await torture(progress));
  progress.forget([...parts, ...ownParts].flatMap((part) => roundsOf(part).map((round) => `${part.name}-${round}`)));
  process.stdout.write(failures === 0 ? 'all promises were kept\n' : `${failures} FAILURES\n`);
  return failures === 0 ? 0 : 1;
}

async function own(progress: Progress): Promise<number> {
  let failures = 0;
  for (const part of ownParts) {
    const results: OwnRound[] = [];
    for (const round of roundsOf(part)) {
      const name = `${part.name}-${round}`;
      const left = progress.result(name) as OwnRound | undefined;
      const result = left ?? (await part.run(progress.seed, round));
      progress.record(name, result);
      results.push(result);
    }
    const found = [...results.flatMap(({ error }) => error ?? []), ...(part.missed?.(results) ?? [])];
    failures += found.length;
    process.stdout.write(ownSummary(part, { results, failures: found }));
  }
  return failures;
}

async function torture(progress: Progress): Promise<number> {
  let failures = 0;
  let servers = await Servers.start();
  try {
    for (const part of parts) {
      const results: RoundResult[] = [];
      for (const round of roundsOf(part)) {
        const name = `${part.name}-${round}`;
        const result =
          progress.result(name) ??
          (await runPartRound(part, { ...kept(part), servers, seed: progress.seed, round }).catch(failed));
        progress.record(name, result);
        results.push(result);
        if (result.error === null) continue;
        // Whatever state they were left in, the next round shall not suffer from it.
        await servers[Symbol.asyncDispose]();
        servers = await Servers.start();
      }
      failures += report(part, results);
    }
  } finally {
    await servers[Symbol.asyncDispose]();
  }
  return failures;
}

/** A build that is broken on purpose leaves nothing of interest. */
function kept(part: Part): { evidence?: string } {
  return part.breakage === undefined ? { evidence: `${state}.evidence` } : {};
}

/** Prints how a part went; returns the number of failures. */
function report(part: Part, results: readonly RoundResult[]): number {
  const failures = failuresOf(part, results);
  // So few kills as somebody asked for need not hit them all.
  if (part.name.startsWith('kills') && values.count === undefined) {
    failures.push(...missedStages(results).map((stage) => `no kill hit the stage ${stage}`));
  }
  process.stdout.write(summary(part, results, failures));
  return failures.length;
}

function roundsOf({ faults, rounds }: { readonly faults: number; readonly rounds: number }): number[] {
  const wanted = values.count === undefined ? rounds : Math.ceil(Number(values.count) / (faults / rounds));
  return Array.from({ length: wanted }, (_, round) => round);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

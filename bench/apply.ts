import type { DatabaseServer } from '../test/servers/database.js';
import {
  assertEqual,
  cpuSecondsOf,
  type Filled,
  fillSource,
  replicate,
  resetTarget,
  startTarget,
} from './apply-servers.js';
import { type ApplyWorkload, applyWorkloads } from './apply-workloads.js';
import { median, printTable, runTask } from './compare.js';

interface Contestant {
  readonly label: string;
  /** In order, small transactions go through one connection, however many there are: it would do what another one does. */
  readonly isForLarge: boolean;
  apply(target: DatabaseServer, filled: Filled): Promise<Applied>;
}

interface Applied {
  readonly seconds: number;
  /** Of the program beside the target; null for the target itself. */
  readonly cpuSeconds: number | null;
  readonly rssMiB: number | null;
}

interface Run extends Applied {
  readonly targetCpuSeconds: number;
}

export interface BenchApplyOptions {
  readonly runs: number;
  /** Of the transactions; 1 for all. */
  readonly share: number;
  /** Names of workloads; none for all. */
  readonly names: readonly string[];
}

const WORKERS = [1, 4, 8];

const CONTESTANTS: readonly Contestant[] = [
  ...WORKERS.map((workers) => server(workers)),
  ...WORKERS.map((workers) => ours({ mode: 'binlog', workers })),
  ours({ mode: 'binlog', workers: 8, commitOrder: 'any' }),
  ...WORKERS.map((workers) => ours({ mode: 'sql', workers })),
];

function server(workers: number): Contestant {
  return {
    label: `MySQL's replica, ${workers} workers`,
    isForLarge: false,
    apply: async (target, filled) => ({
      seconds: await replicate(target, filled, workers),
      cpuSeconds: null,
      rssMiB: null,
    }),
  };
}

function ours(options: { readonly mode: string; readonly workers: number; readonly commitOrder?: string }): Contestant {
  const { mode, workers, commitOrder } = options;
  const order = commitOrder === undefined ? '' : `, commitOrder ${commitOrder}`;
  return {
    label: `rowtide, mode ${mode}, ${workers} workers${order}`,
    isForLarge: mode === 'binlog' && workers === 4,
    async apply(target, { server: source, before, transactions }) {
      const sink = { url: target.url, ...options };
      return runTask('applyOurs', { source: source.url, before, sink, transactions });
    },
  };
}

/**
 * The same log into the same target by each contestant in turns. A source is filled first; the target begins each run with
 * the rows and GTIDs that the source had before, and ends it with the same checksum.
 */
export async function benchApply({ runs, share, names }: BenchApplyOptions): Promise<void> {
  await using target = await startTarget();
  for (const workload of applyWorkloads(share)) {
    if (names.length === 0 || names.includes(workload.name)) await benchWorkload(workload, target, runs);
  }
}

async function benchWorkload(workload: ApplyWorkload, target: DatabaseServer, runs: number): Promise<void> {
  const filled = await fillSource(workload);
  const contestants = CONTESTANTS.filter(({ isForLarge }) => !(isForLarge && workload.isSmall));
  const measured = new Map<string, Run[]>(contestants.map(({ label }) => [label, []]));
  try {
    for (let i = 0; i < runs; i++) {
      for (const contestant of contestants) {
        await resetTarget(target, workload, filled);
        const cpu = cpuSecondsOf(target);
        const applied = await contestant.apply(target, filled);
        measured.get(contestant.label)?.push({ ...applied, targetCpuSeconds: cpuSecondsOf(target) - cpu });
        await assertEqual(target, filled);
        process.stderr.write(`run ${i + 1}: ${workload.name}: ${contestant.label}: ${applied.seconds.toFixed(2)} s\n`);
      }
    }
  } finally {
    await filled.server.stop();
  }
  print(workload, filled, measured);
}

function print(
  { name, what }: ApplyWorkload,
  { transactions }: Filled,
  measured: ReadonlyMap<string, readonly Run[]>,
): void {
  const results = [...measured].map(([label, runs]) => ({
    label,
    seconds: median(runs.map(({ seconds }) => seconds)),
    secondsBest: Math.min(...runs.map(({ seconds }) => seconds)),
    targetCpuSeconds: median(runs.map(({ targetCpuSeconds }) => targetCpuSeconds)),
    cpuSeconds: medianOf(runs.map(({ cpuSeconds }) => cpuSeconds)),
    rssMiB: medianOf(runs.map(({ rssMiB }) => rssMiB)),
  }));
  const rate = (seconds: number): string => String(Math.round(transactions / seconds));
  printTable([
    [`${name}: ${transactions} transactions`, 'per s', 'best', 'target CPU s', 'our CPU s', 'RSS MiB'],
    ...results.map((each) => [
      each.label,
      rate(each.seconds),
      rate(each.secondsBest),
      each.targetCpuSeconds.toFixed(2),
      each.cpuSeconds?.toFixed(2) ?? '',
      each.rssMiB?.toFixed(0) ?? '',
    ]),
  ]);
  const [theirs, best] = [bestOf(results, "MySQL's"), bestOf(results, 'rowtide')];
  console.log(
    `our best by the server's best: ${(theirs.seconds / best.seconds).toFixed(2)} times (${best.label}; ${theirs.label})`,
  );
  console.log(JSON.stringify({ bench: 'apply', workload: name, what, transactions, results }));
}

function bestOf<T extends { label: string; seconds: number }>(results: readonly T[], prefix: string): T {
  const own = results.filter(({ label }) => label.startsWith(prefix));
  return own.reduce((best, each) => (each.seconds < best.seconds ? each : best));
}

function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}

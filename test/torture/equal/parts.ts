/** Random workloads, after which both ends of a replica are equal. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execute, executed, select } from '../../connectors/replica/replicating.js';
import type { DatabaseServer } from '../../servers/database.js';
import { newFolder } from '../../servers/runs.js';
import type { OwnPart, OwnRound } from '../fuzz.js';
import { Random } from '../random.js';
import { Life } from '../replica/life.js';
import { compareCells, compareChecksums } from './compare.js';
import { odd } from './odd.js';
import { shop, shopTables } from './shop.js';
import { startServer, TOPOLOGIES, type Topology } from './topologies.js';
import { typed } from './typed.js';

/** The topologies take turns; `--count` goes on with further rounds. */
const TRANSACTIONS_PER_ROUND = 20_000;
const ROUNDS = 2 * TOPOLOGIES.length;

const SHOP_CLIENTS = 4;
/** One in so many transactions is of the client with all types, and one in so many of the session of odd ones. */
const PER_TYPED = 15;
const PER_ODD = 40;
const CATCH_UP_MS = 1_800_000;

export const REPLICA_EQUAL_PARTS: readonly OwnPart[] = [
  {
    name: 'replica-equal',
    what: 'transactions of random workloads, behind which both ends are equal',
    faults: ROUNDS * TRANSACTIONS_PER_ROUND,
    rounds: ROUNDS,
    run: (seed, round) =>
      runEqualRound(TOPOLOGIES[round % TOPOLOGIES.length]!, {
        seed: `${seed}/${round}`,
        transactions: TRANSACTIONS_PER_ROUND,
      }),
  },
];

export interface EqualOptions {
  readonly seed: string;
  readonly transactions: number;
}

export async function runEqualRound(topology: Topology, { seed, transactions }: EqualOptions): Promise<OwnRound> {
  const startedAt = performance.now();
  const servers: DatabaseServer[] = [];
  let [tables, error]: [number, string | null] = [0, null];
  try {
    for (const version of topology.servers) servers.push(await startServer(version));
    const life = await replicating(topology, servers);
    try {
      await work(topology, { servers, seed, transactions });
      await caughtUp(topology, { servers, life });
      await life.stop();
    } finally {
      await life.remove();
    }
    const [first, ...others] = servers as [DatabaseServer, ...DatabaseServer[]];
    for (const other of others) {
      const { checked, difference } = await (topology.alike ? compareChecksums : compareCells)(first, other);
      tables += checked;
      error ??= difference ?? (await gtidDifference(topology, first, other));
    }
  } catch (thrown) {
    error = String(thrown);
  } finally {
    for (const server of servers) await server.remove();
  }
  return {
    faults: transactions,
    stages: {},
    seconds: (performance.now() - startedAt) / 1000,
    verdicts: {},
    outcomes: { [topology.name]: transactions, 'tables compared': tables },
    error: error === null ? null : `${topology.name}, seed ${seed}: ${error}`,
  };
}

/** One process for all pipelines of a topology. */
function replicating({ pipes, mode }: Topology, servers: readonly DatabaseServer[]): Promise<Life> {
  const folder = newFolder('equal');
  const pipelines = Object.fromEntries(
    pipes.map(([from, to]) => [
      `from-${from}-to-${to}`,
      {
        source: { url: servers[from]!.url, from: 'beginning' },
        sink: { replica: { url: servers[to]!.url, mode, workers: 4 } },
      },
    ]),
  );
  const config = join(folder, 'rowtide.yaml');
  const written = writeFile(config, JSON.stringify({ state: join(folder, 'state'), pipelines }));
  return written.then(() => Life.start({ config, log: join(folder, 'log'), telling: null }));
}

interface Working extends EqualOptions {
  readonly servers: readonly DatabaseServer[];
}

async function work(topology: Topology, { servers, seed, transactions }: Working): Promise<void> {
  const share = transactions / topology.written.length;
  await Promise.all(topology.written.map((i) => workOn(topology, { i, server: servers[i]!, seed, share })));
}

async function workOn(
  topology: Topology,
  { i, server: { url }, seed, share }: { i: number; server: DatabaseServer; seed: string; share: number },
): Promise<void> {
  const version = topology.servers[i]!;
  const flavour = version === '11.8' ? 'mariadb' : 'mysql';
  const schema = `shop_${i}`;
  await execute({ url }, ...shopTables(schema));
  const left = { shop: share, typed: Math.ceil(share / PER_TYPED) };
  const clients = Array.from({ length: SHOP_CLIENTS }, (_, number) =>
    shop({ url, schema, number, seed, more: () => left.shop-- > 0 }),
  );
  const random = new Random(seed, 'typed', i);
  const both = topology.mode === 'sql';
  clients.push(
    typed({
      url,
      version,
      both,
      seed: random.between(0, 2 ** 31),
      prefix: `typed_${i}`,
      more: () => left.typed-- > 0,
    }),
  );
  // Its schemas have the same names wherever it runs, and it speaks of what only one flavour has.
  if (!both && i === 0) {
    const major = Number(version.split('.')[0]);
    clients.push(odd({ url, flavour, major, seed: `${seed}/odd`, count: Math.ceil(share / PER_ODD) }));
  }
  await Promise.all(clients);
}

/** Resolves when what is written last on each server has come to all of them. */
async function caughtUp(
  { written }: Topology,
  { servers, life }: { servers: readonly DatabaseServer[]; life: Life },
): Promise<void> {
  for (const i of written) {
    await execute(servers[i]!, `CREATE DATABASE last_${i} CHARACTER SET utf8mb4`, `CREATE TABLE last_${i}.t (id INT)`);
    await execute(servers[i]!, `INSERT INTO last_${i}.t VALUES (1)`);
  }
  const deadline = performance.now() + CATCH_UP_MS;
  for (const server of servers) {
    for (const i of written) {
      while ((await select(server, `SELECT id FROM last_${i}.t`).catch(() => [])).length === 0) {
        if (life.hasFailed) throw life.failed('failed');
        if (performance.now() > deadline) throw life.failed(`did not catch up within ${CATCH_UP_MS} ms`);
        await sleep(200);
      }
    }
  }
}

async function gtidDifference(topology: Topology, left: DatabaseServer, right: DatabaseServer): Promise<string | null> {
  if (topology.mode === 'sql') return null;
  const [wanted, found] = [await gtids(left), await gtids(right)];
  return wanted === found ? null : `executed ${found}, not ${wanted}`;
}

/** What a server has executed, or, of a MariaDB, what it logged. */
async function gtids(server: DatabaseServer): Promise<string> {
  if (!server.version.startsWith('11.')) return executed(server);
  const [[position] = []] = await select(server, 'SELECT @@GLOBAL.gtid_binlog_pos');
  return String(position);
}

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import type { DatabaseServer } from '../test/servers/database.js';
import { startMysql } from '../test/servers/mysql.js';

const SOURCE_OPTIONS = [
  '--plugin-load-add=semisync_source.so',
  '--rpl-semi-sync-source-enabled=ON',
  '--rpl-semi-sync-source-timeout=600000',
  '--sync-binlog=1',
  '--innodb-flush-log-at-trx-commit=1',
];
const REPLICA_OPTIONS = [
  '--plugin-load-add=semisync_replica.so',
  '--rpl-semi-sync-replica-enabled=ON',
  '--sync-relay-log=1',
  '--skip-replica-start',
  '--log-bin=binlog',
];

const COMMITS = 500;
const RATIO_MAX = 1.2;
/** A source notices that a replica is gone when it next has something to say: 30 seconds later, by its default. */
const HEARTBEAT_SECONDS = 1;
const CLI = join(process.cwd(), 'dist/src/cli/main.js');

/** One who acknowledges: it does so until it is stopped. */
interface Acker {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * How long commits take that wait for our relay, and for the server's own replica, which receives only (nothing is
 * applied meanwhile) and syncs its relay log after each event. In turns, with one source; exit code 1 above the bound.
 */
export async function benchSemiSync({ runs }: { readonly runs: number }): Promise<void> {
  await using source = await startMysql({ options: SOURCE_OPTIONS });
  await using replica = await startMysql({ options: REPLICA_OPTIONS });
  const folder = await mkdtemp(join(tmpdir(), 'rowtide-bench-'));
  const ackers = [ours(source, folder), theirs(source, replica)];
  try {
    await prepare(source, ackers[0]!);
    for (const clients of [1, 16]) {
      const medians = new Map<string, number[]>();
      for (let i = 0; i < runs; i++) {
        for (const acker of i % 2 === 0 ? ackers : ackers.toReversed()) {
          const latencies = await measured(source, acker, clients);
          medians.set(acker.name, [...(medians.get(acker.name) ?? []), latencies[Math.floor(latencies.length / 2)]!]);
        }
      }
      report(clients, medians);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function report(clients: number, medians: ReadonlyMap<string, readonly number[]>): void {
  const middle = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
  for (const [name, values] of medians) {
    const all = values.map((each) => each.toFixed(2)).join(' ');
    console.log(`${clients} clients, ${name}: median of p50 ${middle(values).toFixed(2)} ms (${all})`);
  }
  const [own, server] = [...medians.values()].map(middle) as [number, number];
  console.log(`${clients} clients: ${(own / server).toFixed(2)} of the server's own, at most ${RATIO_MAX}`);
  if (own / server > RATIO_MAX) process.exitCode = 1;
}

async function prepare(source: DatabaseServer, acker: Acker): Promise<void> {
  await acker.start();
  const connection = await connect(source);
  await connection.query('CREATE DATABASE bench');
  await connection.query('CREATE TABLE bench.t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(200))');
  await connection.end();
  await acker.stop();
}

/** Milliseconds of each commit, sorted; the first ones are not counted. */
async function measured(source: DatabaseServer, acker: Acker, clients: number): Promise<number[]> {
  await acker.start();
  await replicas(source, 1);
  await commit(source, clients, 200);
  const latencies = await commit(source, clients, COMMITS);
  await acker.stop();
  await replicas(source, 0);
  return latencies.toSorted((a, b) => a - b);
}

async function commit(source: DatabaseServer, clients: number, commits: number): Promise<number[]> {
  const latencies: number[] = [];
  const work = async (): Promise<void> => {
    const connection = await connect(source);
    for (let i = 0; i < commits / clients; i++) {
      const started = performance.now();
      await connection.query("INSERT INTO bench.t (v) VALUES (REPEAT('x', 100))");
      latencies.push(performance.now() - started);
    }
    await connection.end();
  };
  await Promise.all(Array.from({ length: clients }, work));
  return latencies;
}

async function replicas(source: DatabaseServer, wanted: number): Promise<void> {
  const connection = await connect(source);
  for (;;) {
    const [rows] = await connection.query<mysql.RowDataPacket[]>("SHOW STATUS LIKE 'Rpl_semi_sync_source_clients'");
    if (Number(rows[0]?.Value) === wanted) break;
    await sleep(50);
  }
  await connection.end();
}

function ours(source: DatabaseServer, folder: string): Acker {
  let child: ReturnType<typeof spawn> | null = null;
  return {
    name: 'our relay',
    async start() {
      const config = join(folder, 'rowtide.yaml');
      const heard = { url: source.url, heartbeatMs: HEARTBEAT_SECONDS * 1000 };
      const relay = { source: heard, folder: join(folder, 'relay'), semiSync: true };
      await writeFile(config, JSON.stringify({ state: join(folder, 'state'), relays: { bench: relay } }));
      child = spawn(process.execPath, [CLI, 'run', '--quiet', '--config', config], { stdio: 'inherit' });
    },
    async stop() {
      const gone = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill('SIGTERM');
      await gone;
    },
  };
}

function theirs(source: DatabaseServer, replica: DatabaseServer): Acker {
  const run = async (...statements: readonly string[]): Promise<void> => {
    const connection = await connect(replica);
    for (const statement of statements) await connection.query(statement);
    await connection.end();
  };
  const { host, port, user } = source;
  return {
    name: 'the server’s own replica',
    start: () =>
      run(
        `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${host}', SOURCE_PORT = ${port}, SOURCE_USER = '${user}', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1, SOURCE_HEARTBEAT_PERIOD = ${HEARTBEAT_SECONDS}`,
        'START REPLICA IO_THREAD',
      ),
    stop: () => run('STOP REPLICA'),
  };
}

function connect({ host, port, user }: DatabaseServer): Promise<mysql.Connection> {
  return mysql.createConnection({ host, port, user });
}

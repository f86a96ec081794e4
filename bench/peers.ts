import mysql from 'mysql2/promise';
import { startKafka } from '../test/servers/kafka.js';
import { type Contestant, compare, type Ratio } from './compare.js';
import { liveOf, type Settings } from './decode.js';
import { Topics } from './topics.js';
import { ORDERS, startWorkload, type WorkloadServer } from './workload.js';

export type Peer = 'debezium' | 'maxwell' | 'go';

export interface PeersSettings extends Settings {
  readonly peers: readonly Peer[];
  readonly compression: string;
}

const OURS = { json: 'rowtide run, JSON', debezium: 'rowtide run, Debezium JSON' };
const LABELS: Readonly<Record<Peer, string>> = {
  debezium: 'Debezium engine, tuned',
  maxwell: 'Maxwell, tuned',
  go: 'go-mysql + franz-go, JSON by hand',
};
const TASKS = { debezium: 'runDebezium', maxwell: 'runMaxwell', go: 'runGo' } as const;

/**
 * From MySQL's log to acknowledged records: whole programs, measured from outside, each run into a topic of its own. The
 * bytes of ours and of the one in Go are the same, or this fails.
 */
export async function benchPeers({ rows, runs, peers, compression }: PeersSettings): Promise<void> {
  const [workload, kafka] = await Promise.all([
    startWorkload(rows),
    startKafka({ properties: { 'log.segment.delete.delay.ms': 1000 } }),
  ]);
  try {
    await createTable(workload);
    const topics = new Topics(kafka, workload.rows);
    const same = new SameBytes(topics);
    const contestant = (label: string, task: Contestant['task'], format: string | null): Contestant => ({
      label,
      task,
      bytesPerRow: workload.bytes / workload.rows,
      options: async () => ({
        ...liveOf(workload),
        brokers: kafka.brokers,
        topic: await topics.next(),
        compression,
        format,
      }),
      check: async () => {
        if (peers.includes('go') && (label === OURS.json || label === LABELS.go)) await same.check(label);
        await topics.check();
      },
    });
    await compare(`MySQL to Kafka, compression ${compression}`, {
      contestants: [
        ...(peers.some((peer) => peer !== 'debezium') ? [contestant(OURS.json, 'runRowtide', 'json')] : []),
        ...(peers.includes('debezium') ? [contestant(OURS.debezium, 'runRowtide', 'debezium')] : []),
        ...peers.map((peer) => contestant(LABELS[peer], TASKS[peer], null)),
      ],
      ratios: peers.flatMap(ratiosOf),
      runs,
    });
  } finally {
    await Promise.all([workload.server.remove(), kafka.remove()]);
  }
}

function ratiosOf(peer: Peer): readonly Ratio[] {
  const ours = peer === 'debezium' ? OURS.debezium : OURS.json;
  const ratio = (of: Ratio['of'], target: number | null): Ratio => ({
    name: `${of === 'rowsPerSecond' ? 'rows/s' : 'CPU'} against ${LABELS[peer]}`,
    ours,
    peer: LABELS[peer],
    target,
    of,
  });
  switch (peer) {
    case 'debezium':
      return [ratio('rowsPerSecond', 7), ratio('cpuSecondsPerMillionRows', 15)];
    case 'maxwell':
      return [ratio('rowsPerSecond', 3.5), ratio('cpuSecondsPerMillionRows', null)];
    case 'go':
      return [ratio('rowsPerSecond', 1.5), ratio('cpuSecondsPerMillionRows', null)];
  }
}

/** The workload dropped its table, and Debezium and Maxwell ask the server for its columns. */
async function createTable({ server }: WorkloadServer): Promise<void> {
  const { host, port, user } = server;
  const connection = await mysql.createConnection({ host, port, user, multipleStatements: true });
  await connection.query(`CREATE DATABASE bench; USE bench; ${ORDERS.create}`);
  await connection.end();
}

/** Reads the topics of each program once. */
class SameBytes {
  readonly #topics: Topics;
  readonly #hashes = new Map<string, string>();

  constructor(topics: Topics) {
    this.#topics = topics;
  }

  async check(label: string): Promise<void> {
    if (this.#hashes.has(label)) return;
    this.#hashes.set(label, await this.#topics.hash());
    const [first, ...others] = this.#hashes;
    const other = others.find(([, hash]) => hash !== first?.[1]);
    if (other !== undefined) throw new Error(`${first?.[0]} and ${other[0]} wrote different bytes`);
  }
}

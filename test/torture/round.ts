/** A round: fresh tables and a fresh sink, a load, faults, and then the verdict. What is chosen in it follows from its seed. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { GtidSet } from '../../src/core/gtid.js';
import { type KafkaNode, startKafka } from '../servers/kafka.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { type FaultProxy, startProxy } from '../servers/proxy.js';
import { readLines, readTopics } from './delivered.js';
import { createTables, Load } from './load.js';
import { judge, type Verdict } from './oracle.js';
import { Random } from './random.js';
import type { Stage } from './stages.js';
import { type SinkKind, Subject, type SubjectOptions, Workplace } from './subject.js';
import { beginLog, executedGtids, readLog, readTables } from './truth.js';

export class Servers implements AsyncDisposable {
  private constructor(
    readonly mysql: MysqlServer,
    readonly kafka: KafkaNode,
    /** Before MySQL. */
    readonly proxy: FaultProxy,
  ) {}

  static async start(): Promise<Servers> {
    const [mysql, kafka] = await Promise.all([startMysql({ options: ['--binlog-row-metadata=FULL'] }), startKafka()]);
    return new Servers(mysql, kafka, await startProxy({ target: mysql }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.mysql.remove(), this.kafka.remove(), this.proxy.close()]);
  }
}

export interface RoundOptions {
  readonly servers: Servers;
  /** Names the round: no other may have the same one while the servers live. */
  readonly name: string;
  readonly seed: number;
  readonly faults: number;
  /** How many others did before, in other rounds. */
  readonly first: number;
  readonly throughProxy?: boolean;
  /** Whether the load has transactions of two phases. */
  readonly twoPhase: boolean;
  /** A folder for what a round without an acquittal leaves: checkpoints, file and log. */
  readonly evidence?: string;
  readonly sinks: readonly SinkKind[];
  /** Does the harm; the program that it leaves running, or else a new one, has to go on from there. */
  inflict(arena: Arena): Promise<void>;
}

/** What those who do harm have in hand. */
export interface Arena {
  readonly servers: Servers;
  readonly random: Random;
  readonly faults: number;
  readonly first: number;
  readonly tally: Tally;
  /** Starts the program; the one before must have ended. */
  readonly start: (how: SubjectOptions) => Promise<Subject>;
  /** Resolves when everything that is committed now was delivered: the program has got over what was done to it. */
  readonly caughtUp: (subject: Subject) => Promise<void>;
}

/** What was done. */
export interface Tally {
  faults: number;
  readonly stages: Partial<Record<Stage | 'untold', number>>;
}

export interface RoundResult extends Tally {
  readonly seconds: number;
  /** By sink. */
  readonly verdicts: Partial<Record<SinkKind, Verdict>>;
  /** What kept it from a verdict: the program gave up, or did not get over what was done to it. */
  readonly error: string | null;
}

export function failed(error: unknown): RoundResult {
  return {
    faults: 0,
    stages: {},
    seconds: 0,
    verdicts: {},
    error: error instanceof Error ? error.message : String(error),
  };
}

export async function runRound(options: RoundOptions): Promise<RoundResult> {
  const { servers, name, sinks, evidence } = options;
  const startedAt = performance.now();
  const { url } = servers.mysql;
  const logFile = await beginLog(url);
  await createTables(url);
  const workplace = await Workplace.create({
    source: { url: options.throughProxy ? urlAt(url, servers.proxy.port) : url, from: 'beginning' },
    sinks,
    brokers: servers.kafka.brokers,
    topicPrefix: `${name}.`,
  });
  const tally: Tally = { faults: 0, stages: {} };
  let isAcquitted = false;
  try {
    const acknowledged = await inflictUnderLoad(options, workplace, tally);
    const truth = { acknowledged, logged: await readLog(servers.mysql, logFile), tables: await readTables(url) };
    const verdicts: Partial<Record<SinkKind, Verdict>> = {};
    for (const sink of sinks) {
      const isFile = sink === 'file';
      const delivered = await (isFile ? readLines(workplace.file) : readTopics(servers.kafka.brokers, `${name}.`));
      verdicts[sink] = judge({ ...truth, delivered, exactlyOnce: isFile });
    }
    isAcquitted = Object.values(verdicts).every(({ findings }) => findings.length === 0);
    return { ...tally, seconds: (performance.now() - startedAt) / 1000, verdicts, error: null };
  } finally {
    if (evidence !== undefined && !isAcquitted) await cp(workplace.folder, join(evidence, name), { recursive: true });
  }
}

/** Resolves when all was delivered, to the ledger rows whose commit was acknowledged. */
async function inflictUnderLoad(
  options: RoundOptions,
  workplace: Workplace,
  tally: Tally,
): Promise<ReadonlySet<number>> {
  const { seed, name, twoPhase } = options;
  const { url } = options.servers.mysql;
  const lives: Subject[] = [];
  const start = async (how: SubjectOptions): Promise<Subject> => {
    const subject = await Subject.start(workplace, how);
    lives.push(subject);
    return subject;
  };
  const caughtUp = async (each: Subject): Promise<void> => each.catchUp(GtidSet.parse(await executedGtids(url)));
  const load = Load.start({ url, seed: `${seed}/${name}`, twoPhase });
  try {
    await options.inflict({ ...options, random: new Random(seed, name), tally, start, caughtUp });
    await load.stop();
    const last = lives.at(-1);
    const subject = last?.isRunning ? last : await start({ telling: false });
    await caughtUp(subject);
    await subject.stop();
  } finally {
    // Where it did not get to stop before, something else went wrong that is worth more to be told.
    await load.stop().catch(() => undefined);
    await lives.at(-1)?.remove();
  }
  return load.acknowledged;
}

function urlAt(url: string, port: number): string {
  const address = new URL(url);
  address.port = String(port);
  return address.href;
}

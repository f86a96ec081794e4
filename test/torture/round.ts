/** A round: fresh tables and a fresh sink, a load, faults, and then the verdict. Everything in it follows from its seed. */
import { GtidSet } from '../../src/core/gtid.js';
import { type KafkaNode, startKafka } from '../servers/kafka.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { type FaultProxy, startProxy } from '../servers/proxy.js';
import { readLines, readTopics } from './delivered.js';
import { createTables, Load } from './load.js';
import { judge, type Verdict } from './oracle.js';
import { Random } from './random.js';
import type { Stage } from './stages.js';
import { type SinkKind, Subject, Workplace } from './subject.js';
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
  readonly sinks: readonly SinkKind[];
  /** Does the harm; the program that it leaves running, if any, has to go on from there. */
  inflict(arena: Arena): Promise<Subject | null>;
}

/** What those who do harm have in hand. */
export interface Arena {
  readonly servers: Servers;
  readonly workplace: Workplace;
  readonly random: Random;
  readonly faults: number;
  readonly first: number;
  readonly tally: Tally;
  /** Resolves when everything that is committed now was delivered: the program has got over what was done to it. */
  caughtUp(subject: Subject): Promise<void>;
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
}

export async function runRound(options: RoundOptions): Promise<RoundResult> {
  const { servers, name, seed, sinks } = options;
  const startedAt = performance.now();
  const random = new Random(seed, name);
  const { url } = servers.mysql;
  const file = await beginLog(url);
  await createTables(url);
  const workplace = await Workplace.create({
    source: { url: options.throughProxy ? urlAt(url, servers.proxy.port) : url, from: 'beginning' },
    sinks,
    brokers: servers.kafka.brokers,
    topicPrefix: `${name}.`,
  });
  const tally: Tally = { faults: 0, stages: {} };
  const caughtUp = async (each: Subject): Promise<void> => each.catchUp(GtidSet.parse(await executedGtids(url)));
  const load = Load.start({ url, seed: `${seed}/${name}` });
  let subject: Subject | null = null;
  try {
    subject = await options.inflict({ ...options, workplace, random, tally, caughtUp });
    await load.stop();
    subject ??= await Subject.start(workplace, { telling: false });
    await caughtUp(subject);
    await subject.stop();
  } finally {
    await load.stop();
    await subject?.remove();
  }
  const truth = { logged: await readLog(servers.mysql, file), tables: await readTables(url) };
  const verdicts: Partial<Record<SinkKind, Verdict>> = {};
  for (const sink of sinks) {
    const isFile = sink === 'file';
    const delivered = await (isFile ? readLines(workplace.file) : readTopics(servers.kafka.brokers, `${name}.`));
    verdicts[sink] = judge({ ...truth, acknowledged: load.acknowledged, delivered, exactlyOnce: isFile });
  }
  return { ...tally, seconds: (performance.now() - startedAt) / 1000, verdicts };
}

function urlAt(url: string, port: number): string {
  const address = new URL(url);
  address.port = String(port);
  return address.href;
}

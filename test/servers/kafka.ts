/**
 * Real Apache Kafka in KRaft mode, one process per node: each is broker and controller at once.
 *
 *   await using kafka = await startKafka({ properties: { 'message.max.bytes': '10000000' } });
 *   await using cluster = await startKafkaCluster({ nodes: 3 });   // cluster.nodes[1].kill()
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import type { Command } from './command.js';
import { debian } from './debian.js';
import { java } from './java.js';
import { classArchive, formatNode, propertyLines } from './kafka-data.js';
import { mavenLibraries } from './maven.js';
import { freePort } from './ports.js';
import { ServerProcess } from './process.js';
import { type FaultProxy, startProxy } from './proxy.js';
import { newFolder } from './runs.js';
import { Server } from './server.js';

export const kafkaVersion = '4.3.1';

export type Properties = Readonly<Record<string, string | number | boolean>>;

export interface StartKafkaOptions {
  /** Lines of server.properties. */
  properties?: Properties;
  port?: number;
  /** Has a listener that wants a login, `saslBrokers`, with these passwords by user. */
  users?: Readonly<Record<string, string>>;
  /** Levels of features below those of its version, such as `transaction.version`. */
  features?: Readonly<Record<string, number>>;
}

export interface KafkaAddress {
  brokers: string[];
}

export async function startKafka(start: StartKafkaOptions = {}): Promise<KafkaNode> {
  const { users = {}, properties = {}, features = {} } = start;
  const member = {
    ...(await newMember(1, start.port)),
    saslPort: start.users === undefined ? 0 : await freePort(),
    users,
    features,
  };
  const node = await KafkaNode.create(member, { members: [member], cluster: newUuid(), properties });
  await node.launch();
  return node;
}

export async function startKafkaCluster(start: { nodes: number; properties?: Properties }): Promise<KafkaCluster> {
  const members: Member[] = [];
  for (let id = 1; id <= start.nodes; id++) {
    members.push(await newMember(id));
  }
  const common = { members, cluster: newUuid(), properties: start.properties ?? {} };
  const nodes = await Promise.all(members.map((member) => KafkaNode.create(member, common)));
  // A node answers only once a majority of the controllers is there.
  await Promise.all(nodes.map((node) => node.launch()));
  return new KafkaCluster(nodes);
}

interface Member {
  id: number;
  port: number;
  controllerPort: number;
  /** A second listener, which advertises the proxy in front of it. */
  proxiedPort: number;
  proxy: FaultProxy;
  /** 0: without a listener that wants a login. */
  saslPort: number;
  users: Readonly<Record<string, string>>;
  features: Readonly<Record<string, number>>;
}

interface Membership {
  readonly members: readonly Member[];
  readonly cluster: string;
  readonly properties: Properties;
  /** Of Java, in place of those that take classes from the archive. */
  readonly options?: readonly string[];
}

async function newMember(id: number, port?: number): Promise<Member> {
  const proxiedPort = await freePort();
  const proxy = await startProxy({ target: { port: proxiedPort } });
  return {
    id,
    port: port ?? (await freePort()),
    controllerPort: await freePort(),
    proxiedPort,
    proxy,
    saslPort: 0,
    users: {},
    features: {},
  };
}

export class KafkaNode extends Server implements KafkaAddress {
  readonly version = kafkaVersion;

  private constructor(
    private readonly member: Member,
    folder: string,
    private readonly command: Command,
  ) {
    super(folder);
  }

  static async create(member: Member, { members, cluster, properties, options }: Membership): Promise<KafkaNode> {
    const folder = newFolder(`kafka-${member.id}`);
    const command = await kafkaCommand();
    const lines = { ...nodeProperties(member, members, folder), ...properties };
    await writeFile(join(folder, 'server.properties'), propertyLines(lines));
    const { users, features } = member;
    const identity = { cluster, node: member.id, directory: newUuid() };
    await formatNode(join(folder, 'data'), identity, { version: kafkaVersion, command, format: { users, features } });
    const args = [...command.args, ...(options ?? (await archiveOptions()))];
    return new KafkaNode(member, folder, { ...command, args });
  }

  get id(): number {
    return this.member.id;
  }

  get port(): number {
    return this.member.port;
  }

  get brokers(): string[] {
    return [`127.0.0.1:${this.port}`];
  }

  /** Who starts here talks to the node through `proxy` only, even after asking for metadata. */
  get proxiedBrokers(): string[] {
    return [`127.0.0.1:${this.proxy.port}`];
  }

  get saslBrokers(): string[] {
    return [`127.0.0.1:${this.member.saslPort}`];
  }

  get proxy(): FaultProxy {
    return this.member.proxy;
  }

  get address(): string {
    return this.brokers.join(',');
  }

  override async remove(): Promise<void> {
    await this.proxy.close();
    await super.remove();
  }

  async launch(): Promise<void> {
    this.process = await ServerProcess.start({
      name: `kafka node ${this.id}`,
      command: this.command,
      args: ['kafka.Kafka', join(this.folder, 'server.properties')],
      cwd: this.folder,
      logFile: this.logFile,
      ready: () => this.answer(),
    });
  }

  /** Ready is a broker that is a member of its cluster, not just a listening port. */
  private async answer(): Promise<void> {
    const admin = new Kafka({
      brokers: this.brokers,
      logLevel: logLevel.NOTHING,
      connectionTimeout: 500,
      requestTimeout: 2000,
      retry: { retries: 0 },
    }).admin();
    try {
      await admin.connect();
      const { brokers } = await admin.describeCluster();
      if (!brokers.some((broker) => broker.nodeId === this.id)) throw new Error('not registered yet');
    } finally {
      await admin.disconnect();
    }
  }
}

export class KafkaCluster implements KafkaAddress {
  readonly version = kafkaVersion;

  constructor(readonly nodes: readonly KafkaNode[]) {}

  get brokers(): string[] {
    return this.nodes.flatMap((node) => node.brokers);
  }

  get proxiedBrokers(): string[] {
    return this.nodes.flatMap((node) => node.proxiedBrokers);
  }

  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.remove()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }
}

function nodeProperties(member: Member, members: readonly Member[], folder: string): Properties {
  const replicas = Math.min(3, members.length);
  const plain = `PLAINTEXT://127.0.0.1:${member.port}`;
  const inSync = Math.max(1, replicas - 1);
  const sasl = member.saslPort === 0 ? '' : `,SASL://127.0.0.1:${member.saslPort}`;
  const controller = `CONTROLLER://127.0.0.1:${member.controllerPort}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': member.id,
    listeners: `${plain},PROXIED://127.0.0.1:${member.proxiedPort},${controller}${sasl}`,
    'advertised.listeners': `${plain},PROXIED://127.0.0.1:${member.proxy.port}${sasl}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT',
    ...(sasl === '' ? {} : saslProperties(member.users)),
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': members.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    'log.dirs': join(folder, 'data'),
    'num.partitions': 1,
    'log.retention.ms': -1, // tests write records with timestamps of long ago
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 1,
    // A killed broker may come back only when its last session has run out: nine seconds unless told otherwise.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    'group.initial.rebalance.delay.ms': 0,
  };
}

/** Every mechanism; tokens are believed without a signature. */
function saslProperties(users: Readonly<Record<string, string>>): Properties {
  const plainUsers = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const security = 'org.apache.kafka.common.security';
  const jaas = (mechanism: string, module: string) => ({
    [`listener.name.sasl.${mechanism}.sasl.jaas.config`]: `${security}.${module};`,
  });
  return {
    'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    ...jaas('plain', `plain.PlainLoginModule required ${plainUsers.join(' ')}`),
    ...jaas('scram-sha-256', 'scram.ScramLoginModule required'),
    ...jaas('scram-sha-512', 'scram.ScramLoginModule required'),
    ...jaas('oauthbearer', 'oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker"'),
  };
}

/** Warnings go to stderr, which is the log that a failed start shows. */
const logging = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';

/** Kafka's archives, downloaded; gives the version. */
export async function installKafka(): Promise<string> {
  await archiveOptions();
  return kafkaVersion;
}

const libraries = (): Promise<string> =>
  mavenLibraries(`kafka-${kafkaVersion}`, [
    `org.apache.kafka:kafka_2.13:${kafkaVersion}`,
    'org.slf4j:slf4j-simple:1.7.36',
  ]);

/** The Java command with Kafka's archives; what follows is a class name and its arguments. */
export async function kafkaCommand(): Promise<Command> {
  const [runtime, folder] = await Promise.all([java(), libraries()]);
  const options = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', logging];
  return { ...runtime, args: [...runtime.args, ...options, '-cp', join(folder, '*')] };
}

/** Java's own consumer as a command. */
export async function consoleConsumer(): Promise<Command> {
  const artifacts = [`org.apache.kafka:kafka-tools:${kafkaVersion}`, 'org.slf4j:slf4j-simple:1.7.36'];
  const [runtime, folder] = await Promise.all([java(), mavenLibraries(`kafka-tools-${kafkaVersion}`, artifacts)]);
  const main = 'org.apache.kafka.tools.consumer.ConsoleConsumer';
  return { ...runtime, args: [...runtime.args, '-XX:TieredStopAtLevel=1', logging, '-cp', join(folder, '*'), main] };
}

/** An independent reader and writer, the tests' oracle. */
export async function kcat(): Promise<Command> {
  const root = await debian({ name: 'kcat', suite: 'bookworm', packages: ['kcat'] });
  const { file, args } = root.command(root.path('usr/bin/kcat'));
  // That a topic ends is only said by an answer that has waited this long for more.
  return { file, args: [...args, '-X', 'fetch.wait.max.ms=10'] };
}

async function archiveOptions(): Promise<readonly string[]> {
  const command = await kafkaCommand();
  const record = async (options: readonly string[]): Promise<void> => {
    const member = await newMember(1);
    await using node = await KafkaNode.create(member, {
      members: [member],
      cluster: newUuid(),
      properties: {},
      options,
    });
    await node.launch();
    await node.stop();
  };
  return classArchive(`kafka-${kafkaVersion}`, { command, record });
}

/** 16 bytes in URL-safe base64. */
const newUuid = (): string => randomBytes(16).toString('base64url');

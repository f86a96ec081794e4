import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import mysql from 'mysql2/promise';
import { startKafka } from '../test/servers/kafka.js';
import { startMysql } from '../test/servers/mysql.js';
import { Fold } from './fold.js';
import { rowtide, say, table } from './rowtide.js';
import { openShop, placeOrder, readSums, SUMMED, seeded, type TableSum } from './shop.js';

const ORDERS = 300;
const PATIENCE_MS = 30_000;

/** A real MySQL, a real Kafka, a shop that is open for some seconds, and both ends side by side. */
export async function liveDemo(folder: string): Promise<void> {
  say('Starting MySQL and Kafka (the first time they are downloaded) …');
  const [server, kafka] = await Promise.all([
    startMysql({ version: '9.7', options: ['--binlog-row-metadata=FULL'] }),
    startKafka(),
  ]);
  try {
    say(`MySQL ${server.version} at ${server.host}:${server.port}, Kafka ${kafka.version} at ${kafka.brokers.join()}`);
    const config = join(folder, 'rowtide.yaml');
    await writeFile(config, configOf(server.port, kafka.brokers));
    const running = rowtide('run', '--config', config);
    const connection = await mysql.createConnection({ host: server.host, port: server.port, user: server.user });
    const shopping = { customers: 1000, products: 500, orders: ORDERS, random: seeded(Date.now()) };
    await openShop(connection, shopping);
    for (let i = 1; i <= ORDERS; i++) await placeOrder(connection, shopping, i);
    const expected = await readSums(connection);
    await connection.end();
    say(`${ORDERS} orders were placed; reading the topics …`);
    const fold = await readTopics(kafka.brokers, expected);
    show(expected, fold);
    running.process.kill('SIGTERM');
    const { code, log } = await running.ended;
    if (code !== 0) throw new Error(`rowtide run ended with ${code}\n${log}`);
    say('Stopped by SIGTERM: drained, exit code 0.');
  } finally {
    await Promise.all([server.stop(), kafka.stop()]);
  }
}

function configOf(port: number, brokers: readonly string[]): string {
  return `state: ./state
pipelines:
  shop-to-kafka:
    source: { url: "mysql://root@127.0.0.1:${port}", from: beginning }
    transform: { include: ["shop.*"] }
    sink: { kafka: { brokers: ${JSON.stringify(brokers)}, topic: "{schema}.{table}", format: json } }
`;
}

async function readTopics(brokers: readonly string[], expected: Record<string, TableSum>): Promise<Fold> {
  const fold = new Fold();
  const client = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const topics = Object.keys(SUMMED).map((name) => `shop.${name}`);
  await untilTopics(client, topics);
  const consumer = client.consumer({ groupId: 'rowtide-demo' });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => fold.add(message.value?.toString() ?? '') });
  const until = Date.now() + PATIENCE_MS;
  while (JSON.stringify(fold.sums()) !== JSON.stringify(expected) && Date.now() < until) await sleep(100);
  await consumer.disconnect();
  return fold;
}

async function untilTopics(client: Kafka, topics: readonly string[]): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  const until = Date.now() + PATIENCE_MS;
  while (!(await hasAll(admin, topics))) {
    if (Date.now() > until) throw new Error(`the topics ${topics.join(', ')} did not appear`);
    await sleep(100);
  }
  await admin.disconnect();
}

async function hasAll(admin: { listTopics(): Promise<string[]> }, topics: readonly string[]): Promise<boolean> {
  const there = await admin.listTopics();
  return topics.every((topic) => there.includes(topic));
}

function show(expected: Record<string, TableSum>, fold: Fold): void {
  const sums = fold.sums();
  table(
    ['table', 'rows in MySQL', 'sum in MySQL', 'rows from Kafka', 'sum from Kafka'],
    Object.entries(expected).map(([name, { rows, total }]) => [
      name,
      rows,
      total,
      sums[name]?.rows ?? 0,
      sums[name]?.total ?? '-',
    ]),
  );
  const { insert, update, delete: deletes } = fold.counts;
  say(
    `${fold.changes} changes arrived: ${insert} inserts, ${update} updates, ${deletes} deletes; ${fold.repeats} repeated.`,
  );
  if (JSON.stringify(sums) !== JSON.stringify(expected)) throw new Error('the two ends differ');
  say('Both ends are the same.');
}

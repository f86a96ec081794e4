import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { expect } from 'vitest';
import { run } from './command.js';
import { kcat, startKafka, startKafkaCluster } from './kafka.js';
import { mariadbTool, startMariadb } from './mariadb.js';
import { mysqlTool, startMysql } from './mysql.js';
import { needs, sharedKafka, sharedMariadb, sharedMysql } from './suite.js';

const mysqlbinlog = () => mysqlTool('mysqlbinlog');

const databases = [
  { name: 'MySQL 9', version: /^9\./, start: () => startMysql({ version: '9.7' }), oracle: mysqlbinlog },
  { name: 'MySQL 8.0', version: /^8\.0\.15/, start: () => startMysql({ version: '8.0' }), oracle: mysqlbinlog },
  { name: 'MySQL 5.7', version: /^5\.7\.22/, start: () => startMysql({ version: '5.7' }), oracle: mysqlbinlog },
  {
    name: 'MariaDB 11',
    version: /^11\..*MariaDB/,
    start: () => startMariadb(),
    oracle: () => mariadbTool('mariadb-binlog'),
  },
  {
    name: 'MariaDB 10.11',
    version: /^10\.11\..*MariaDB/,
    start: () => startMariadb({ version: '10.11' }),
    oracle: () => mariadbTool('mariadb-binlog', '10.11'),
  },
];

for (const { name, version, start, oracle } of databases) {
  needs('own').test(`${name} starts, logs what the oracle reads, restarts and survives a kill`, async () => {
    await using server = await start();
    expect(await ask(server, 'SELECT version() AS answer')).toMatch(version);
    await ask(server, 'CREATE DATABASE shop');
    await ask(server, 'CREATE TABLE shop.item (id INT PRIMARY KEY)');
    await ask(server, 'INSERT INTO shop.item VALUES (1), (2)');
    expect(await binaryLogs(server)).toEqual(['binlog.000001']);
    expect(await readdir(server.binlogDir)).toContain('binlog.000001');
    expect(await run(await oracle(), [join(server.binlogDir, 'binlog.000001')])).toContain('CREATE DATABASE shop');

    await server.restart(['--max-connections=77']);
    expect(await ask(server, 'SELECT @@max_connections AS answer')).toBe(77);
    await server.kill();
    await expect(ask(server, 'SELECT 1 AS answer')).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(await ask(server, 'SELECT COUNT(*) AS answer FROM shop.item')).toBe(2);
    expect(await binaryLogs(server)).toHaveLength(3);
  });
}

needs('own').test('each server has an identity and certificates of its own', async () => {
  const servers = await Promise.all([startMysql(), startMysql()]);
  const identities = await Promise.all(servers.map((server) => ask(server, 'SELECT @@server_uuid AS answer')));
  expect(new Set(identities).size).toBe(2);
  for (const server of servers) {
    expect(existsSync(join(server.certDir, 'ca.pem'))).toBe(true);
    await server.remove();
  }
});

needs('own').test('a paused server is silent and goes on, also through its socket', async () => {
  await using server = await startMysql({ gtid: false });
  expect(await ask(server, 'SELECT @@gtid_mode AS answer')).toBe('OFF');
  server.pause();
  const answer = ask(server, 'SELECT 1 AS answer');
  const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 200, 'silence'))]);
  expect(first).toBe('silence');
  server.resume();
  expect(await answer).toBe(1);
  const login = ['--no-defaults', `--socket=${server.socket}`, '--user=root', '-e', 'SHOW DATABASES'];
  expect(await run(await mysqlTool('mysql'), login)).toContain('performance_schema');
});

needs('own').test('a server that does not start shows its log', async () => {
  await expect(startMysql({ options: ['--no-such-option'] })).rejects.toThrow(/did not start.*no-such-option/s);
});

needs('own').test('Kafka keeps records over a restart and a kill, and its proxy stands before it', async () => {
  await using kafka = await startKafka();
  await produce(kafka.brokers, 'over-restarts', 'first');
  await kafka.restart();
  await produce(kafka.brokers, 'over-restarts', 'second');
  await kafka.kill();
  await kafka.restart();
  expect(await consume(kafka.brokers, 'over-restarts', 2)).toEqual(['first', 'second']);
  const read = await run(await kcat(), ['-b', kafka.brokers.join(), '-C', '-t', 'over-restarts', '-e', '-q']);
  expect(read).toBe('first\nsecond\n');

  await produce(kafka.proxiedBrokers, 'by-proxy', 'passed');
  await kafka.proxy.refuse(true);
  kafka.proxy.cutAll();
  await expect(produce(kafka.proxiedBrokers, 'by-proxy', 'stopped')).rejects.toThrow('ECONNREFUSED');
  expect(await consume(kafka.brokers, 'by-proxy', 1)).toEqual(['passed']);
});

needs('own').test('a Kafka cluster outlives its leader', async () => {
  await using cluster = await startKafkaCluster({ nodes: 3 });
  await produce(cluster.brokers, 'led', 'first');
  const admin = client(cluster.brokers).admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: ['led'] });
  await admin.disconnect();
  const leader = topics[0]?.partitions[0]?.leader;
  await cluster.nodes.find((node) => node.id === leader)?.kill();
  // kafkajs gives up when it happens to ask the dead one first.
  const alive = cluster.nodes.filter((node) => node.id !== leader).flatMap((node) => node.brokers);
  await produce(alive, 'led', 'second').catch(() => produce(alive, 'led', 'second'));
  expect(await consume(alive, 'led', 2)).toEqual(['first', 'second']);
});

needs('mysql').test('MySQL 9 is shared', async () => {
  const server = await sharedMysql('9.7');
  expect(await ask(server, 'SELECT 1 AS answer')).toBe(1);
  expect(await sharedMysql('9.7')).toEqual(server);
});

needs('mysql80').test('MySQL 8.0 is shared', async () => {
  expect(await ask(await sharedMysql('8.0'), 'SELECT version() AS answer')).toMatch(/^8\./);
});

needs('mysql57').test('MySQL 5.7 is shared', async () => {
  expect(await ask(await sharedMysql('5.7'), 'SELECT version() AS answer')).toMatch(/^5\.7/);
});

needs('mariadb').test('MariaDB is shared', async () => {
  expect(await ask(await sharedMariadb(), 'SELECT version() AS answer')).toContain('MariaDB');
});

needs('mariadb1011').test('MariaDB 10.11 is shared', async () => {
  expect(await ask(await sharedMariadb('10.11'), 'SELECT version() AS answer')).toMatch(/^10\.11\..*MariaDB/);
});

needs('kafka').test('Kafka is shared', async () => {
  const { brokers } = await sharedKafka();
  const topic = `shared-${process.pid}`;
  await produce(brokers, topic, 'hello');
  expect(await consume(brokers, topic, 1)).toEqual(['hello']);
});

async function query(server: { url: string }, sql: string): Promise<RowDataPacket[]> {
  const connection = await mysql.createConnection(server.url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    connection.destroy();
  }
}

async function ask(server: { url: string }, sql: string): Promise<unknown> {
  return (await query(server, sql))[0]?.answer;
}

async function binaryLogs(server: { url: string }): Promise<string[]> {
  return (await query(server, 'SHOW BINARY LOGS')).map((row) => String(row.Log_name));
}

const client = (brokers: string[]): Kafka =>
  new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 200, retries: 9 } });

async function produce(brokers: string[], topic: string, value: string): Promise<void> {
  const producer = client(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  try {
    await producer.connect();
    await producer.send({ topic, messages: [{ value }], acks: -1 });
  } finally {
    await producer.disconnect();
  }
}

async function consume(brokers: string[], topic: string, count: number): Promise<string[]> {
  const consumer = client(brokers).consumer({ groupId: `read-${topic}`, maxWaitTimeInMs: 100 });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: { message: { value: Buffer | null } }): Promise<void> => {
      if (values.push(String(message.value)) === count) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return values;
}

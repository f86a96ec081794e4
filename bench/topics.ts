import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import { type KafkaAddress, kcat } from '../test/servers/kafka.js';

const PARTITIONS = 6;

/** One for each run: made before it, counted after it, and deleted, since ten runs would fill some disks. */
export class Topics {
  readonly #kafka: KafkaAddress;
  readonly #rows: number;
  #count = 0;

  constructor(kafka: KafkaAddress, rows: number) {
    this.#kafka = kafka;
    this.#rows = rows;
  }

  async next(): Promise<string> {
    const topic = `bench-${++this.#count}`;
    await this.#ask(async (admin) => {
      await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: false });
      // kafkajs's own waiting gives up where the broker does not know the topic yet.
      while (!(await this.#isThere(admin, topic))) await sleep(100);
    });
    return topic;
  }

  async #isThere(admin: Admin, topic: string): Promise<boolean> {
    try {
      return (await admin.fetchTopicOffsets(topic)).length === PARTITIONS;
    } catch {
      return false;
    }
  }

  async check(): Promise<void> {
    const topic = `bench-${this.#count}`;
    const offsets = await this.#ask((admin) => admin.fetchTopicOffsets(topic));
    await this.drop();
    const records = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    if (records !== this.#rows) throw new Error(`${topic} has ${records} records of ${this.#rows} rows`);
  }

  async drop(): Promise<void> {
    await this.#ask((admin) => admin.deleteTopics({ topics: [`bench-${this.#count}`] }));
  }

  /** Over all keys and values that are committed, in the order of each partition. */
  async hash(): Promise<string> {
    const { file, args } = await kcat();
    const hash = createHash('sha256');
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const from = ['-b', this.#kafka.brokers.join(','), '-t', `bench-${this.#count}`, '-p', String(partition)];
      const read = ['-C', '-e', '-q', '-o', 'beginning', '-f', '%k\t%s\n'];
      const child = spawn(file, [...args, ...from, ...read], { stdio: ['ignore', 'pipe', 'inherit'] });
      const closed = once(child, 'close');
      for await (const chunk of child.stdout) hash.update(chunk);
      const [code] = await closed;
      if (code !== 0) throw new Error(`kcat ended with ${code}`);
    }
    return hash.digest('hex');
  }

  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = new kafkajs.Kafka({ brokers: this.#kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      return await question(admin);
    } finally {
      await admin.disconnect();
    }
  }
}

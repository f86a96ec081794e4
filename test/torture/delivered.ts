/** What arrived: the lines of the file, the records of Kafka's topics as kcat reads them. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Kafka, logLevel } from 'kafkajs';
import { kcat } from '../servers/kafka.js';
import type { LoggedChange } from './truth.js';

export interface DeliveredChange extends LoggedChange {
  readonly body: string;
  /** The whole record. */
  readonly text: string;
}

/** Changes in the order in which they stand there; `torn` are pieces that are not whole records. */
export interface Delivery {
  readonly changes: readonly DeliveredChange[];
  readonly torn: readonly string[];
}

export async function readLines(path: string): Promise<Delivery> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  // Every line ends, so nothing stands behind the last end.
  const rest = lines.pop() ?? '';
  return parsed(rest === '' ? lines : [...lines, rest]);
}

/** All topics whose names begin with `prefix`; order holds within a partition, and so for each key. */
export async function readTopics(brokers: readonly string[], prefix: string): Promise<Delivery> {
  const texts: string[] = [];
  for (const topic of await topicsOf(brokers, prefix)) texts.push(...(await consume(brokers, topic)));
  return parsed(texts);
}

async function topicsOf(brokers: readonly string[], prefix: string): Promise<string[]> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  } finally {
    await admin.disconnect();
  }
}

async function consume(brokers: readonly string[], topic: string): Promise<string[]> {
  const tool = await kcat();
  const options = ['-C', '-b', brokers.join(), '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '%s\\n'];
  const child = spawn(tool.file, [...tool.args, ...options], {
    env: { ...process.env, ...tool.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const texts: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) texts.push(line);
  const status = await exit;
  if (status !== 0) throw new Error(`kcat ended with ${status} while it read ${topic}`);
  return texts;
}

function parsed(texts: readonly string[]): Delivery {
  const changes: DeliveredChange[] = [];
  const torn: string[] = [];
  for (const text of texts) {
    const change = parse(text);
    if (change === null) torn.push(text);
    else changes.push(change);
  }
  return { changes, torn };
}

function parse(text: string): DeliveredChange | null {
  try {
    const { gtid, row, op, table = '', before, after } = JSON.parse(text);
    const { id = '', version = '', body = '' } = after ?? before ?? {};
    return { gtid, row, op, table, id: String(id), version: String(version), body, text };
  } catch {
    return null;
  }
}

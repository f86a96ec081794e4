import { execFile, spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { kcat } from '../../servers/kafka.js';

export interface ReadRecord {
  readonly partition: number;
  /** Null when the record has none. */
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** As `name=value`, a comma between. */
  readonly headers: string;
}

const NEWLINE = 0x0a;
const execute = promisify(execFile);

/** Reads a whole topic with a client that is not ours. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<ReadRecord[]> {
  const command = await kcat();
  const args = ['-C', '-q', '-e', '-o', 'beginning', '-b', brokers.join(','), '-t', topic, '-f', '%p %K %S %k%s%h\\n'];
  const child = spawn(command.file, [...command.args, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [bytes, status] = await Promise.all([
    buffer(child.stdout),
    new Promise((resolve) => child.on('close', resolve)),
  ]);
  if (status !== 0) throw new Error(`kcat failed with ${String(status)}`);
  return parse(bytes);
}

/**
 * A topic of one partition, once nothing in it is undecided: a commit is answered before the broker has written where it
 * ends, and until then nobody is shown what was committed.
 */
export async function readDecided(brokers: readonly string[], topic: string): Promise<ReadRecord[]> {
  const endOf = (isolation: string) => lastOffset(brokers, topic, isolation);
  for (;;) {
    const [decided, last] = await Promise.all([endOf('read_committed'), endOf('read_uncommitted')]);
    if (decided === last) return readTopic(brokers, topic);
    await setTimeout(10);
  }
}

/** The line of kcat that says where the topic's first partition ends, as readers of this isolation are told. */
async function lastOffset(brokers: readonly string[], topic: string, isolation: string): Promise<string> {
  const { file, args } = await kcat();
  const query = ['-Q', '-b', brokers.join(','), '-t', `${topic}:0:-1`, '-X', `isolation.level=${isolation}`];
  const { stdout } = await execute(file, [...args, ...query]);
  return stdout;
}

function parse(bytes: Buffer): ReadRecord[] {
  const records: ReadRecord[] = [];
  let at = 0;
  const number = (): number => {
    const end = bytes.indexOf(0x20, at);
    const value = Number(bytes.toString('latin1', at, end));
    at = end + 1;
    return value;
  };
  const blob = (length: number): Buffer | null => {
    if (length < 0) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const partition = number();
    const keyBytes = number();
    const valueBytes = number();
    const [key, value] = [blob(keyBytes), blob(valueBytes)];
    const end = bytes.indexOf(NEWLINE, at);
    records.push({ partition, key, value, headers: bytes.toString('utf8', at, end) });
    at = end + 1;
  }
  return records;
}

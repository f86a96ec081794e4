import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
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

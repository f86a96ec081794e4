/** A log file beyond 4 GiB, where the offsets that events carry begin anew. One huge transaction makes such files. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changes } from '../../src/column/changes.js';
import type { Position } from '../../src/core/position.js';
import { fileLog } from '../../src/source/files.js';
import { eventsOf } from '../binlog/recording.js';
import { fixture } from '../fixtures/files.js';
import { stream } from '../roundtrip/stream.js';
import { MAGIC } from './log-bytes.js';

/** The second event that is written there lies across the edge. */
const FAR = 2 ** 32 - 100;
const [format, ...events] = eventsOf(fixture('annotated-9.7.binlog'));

let folder: string;
let path: string;

/** With its place and its checksum. */
function placed(event: Buffer, start: number): Buffer {
  const bytes = Buffer.concat([event, Buffer.alloc(4)]);
  bytes.writeUInt32LE((start + bytes.length) % 2 ** 32, 13);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowtide-far-'));
  path = join(folder, 'binlog.000001');
  const file = await open(path, 'w');
  await file.write(Buffer.concat([MAGIC, placed(format!, 4)]), 0);
  // The file system keeps nothing of what lies between.
  let at = FAR;
  for (const event of events) {
    const bytes = placed(event, at);
    await file.write(bytes, 0, bytes.length, at);
    at += bytes.length;
  }
  await file.close();
});
afterAll(() => rm(folder, { recursive: true }));

async function read(offset: number): Promise<{ end: number; kinds: string[] }[]> {
  const log = fileLog({ paths: [path] });
  const { signal } = new AbortController();
  const source = await log.identity(signal);
  const from: Position = { source, log: { kind: 'file', file: 'binlog.000001', offset }, held: [] };
  const found: { end: number; kinds: string[] }[] = [];
  for await (const transaction of stream(log, { from })) {
    found.push({ end: transaction.span.end, kinds: [...changes(transaction)].map(({ kind }) => kind) });
  }
  return found;
}

it('is read, and resumed, by offsets of 64 bits', async () => {
  const all = await read(FAR);
  expect(all.map(({ kinds }) => kinds.join())).toEqual(['statement', 'statement', 'insert,insert', 'update', 'delete']);
  expect(all[0]!.end).toBeGreaterThan(2 ** 32);
  for (const [i, { end }] of all.entries()) expect(await read(end)).toEqual(all.slice(i + 1));
});

it('does not take a place below 4 GiB for the same place above', async () => {
  await expect(read(FAR + 20)).rejects.toMatchObject({ code: 'EVENT_MALFORMED' });
  const third = (await read(FAR))[2]!;
  await expect(read(third.end - 2 ** 32)).rejects.toMatchObject({ code: 'BINLOG_TRUNCATED' });
});

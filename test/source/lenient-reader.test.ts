import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openInput } from '../../src/source/input.js';
import { LenientReader } from '../../src/source/lenient-reader.js';
import { fixture } from '../fixtures/files.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-lenient-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of several blocks, with an event larger than one in the middle. */
function largeFile(): string {
  const whole = readFileSync(fixture('types-9.7.binlog'));
  const head = whole.readUInt32LE(4 + 9) + 4;
  const body = whole.subarray(head, whole.length - 44);
  const huge = Buffer.alloc(3 * 2 ** 20, 'x');
  huge[4] = 29;
  huge.writeUInt32LE(huge.length, 9);
  const many = Array.from({ length: Math.ceil((4 * 2 ** 20) / body.length) }, () => body);
  const path = join(folder, 'binlog.000001');
  writeFileSync(path, Buffer.concat([whole.subarray(0, head), ...many, huge, ...many]));
  return path;
}

async function eventsOf(path: string, reusesMemory: boolean): Promise<string[]> {
  const input = await openInput(path, new AbortController().signal);
  const reader = new LenientReader(input, {
    startOffset: 4,
    verifyChecksums: false,
    eventBytesMax: 2 ** 30,
    reusesMemory,
    warn: () => undefined,
  });
  const events: string[] = [];
  for (let block = await reader.next(); block !== null; block = await reader.next()) {
    for (const { event, raw, format } of block) {
      const facts = [event.type, event.start, event.end, format.postHeaderBytes(19)].join(' ');
      events.push(`${facts} ${raw.toString('latin1').slice(0, 300)}`);
    }
  }
  await input.close();
  return events;
}

it('reads the same events into memory that is used again, until the next block is asked for', async () => {
  const path = largeFile();
  const kept = await eventsOf(path, false);
  expect(kept.length).toBeGreaterThan(1000);
  expect(await eventsOf(path, true)).toEqual(kept);
});

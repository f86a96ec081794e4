import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { HeldEvents } from '../../src/binlog/held-events.js';
import type { Spool } from '../../src/binlog/spool.js';
import type { RawEvent } from '../../src/core/event.js';
import { diskSpool } from '../../src/source/spool.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-held-'));
afterAll(() => rmSync(folder, { recursive: true }));

const event: RawEvent = {
  type: 30,
  timestamp: 1,
  serverId: 2,
  flags: 3,
  bytes: Buffer.from('forty bytes of an event that nobody reads'),
  start: 4,
  end: 5,
};

test('events stay in memory up to the bound', () => {
  const { spool, held } = holding({ memoryBytesMax: 2 * event.bytes.length });
  held.expect(2 * event.bytes.length);
  held.push(event);
  held.push(event);
  expect(spool.files).toBe(0);
  held.push(event);
  expect(spool.files).toBe(1);
  expect([...held.events()]).toEqual([event, event, event]);
  held.release();
});

test('what is known to be too large goes to disk from its first event on', () => {
  const { spool, held } = holding({ memoryBytesMax: 2 * event.bytes.length });
  held.push(event);
  held.expect(event.bytes.length + 1);
  expect(spool.files).toBe(1);
  held.push(event);
  expect([...held.events()]).toEqual([event, event]);
  held.release();
});

function holding({ memoryBytesMax }: { memoryBytesMax: number }): {
  spool: Spool & { files: number };
  held: HeldEvents;
} {
  const disk = diskSpool(folder);
  const spool = {
    files: 0,
    create() {
      spool.files++;
      return disk.create();
    },
  };
  return { spool, held: new HeldEvents(spool, memoryBytesMax) };
}

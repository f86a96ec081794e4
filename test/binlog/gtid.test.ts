import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeGtid, decodeGtidTagged } from '../../src/binlog/gtid.js';
import * as type from '../../src/binlog/types.js';
import type { RawEvent } from '../../src/core/event.js';
import { fileLog } from '../../src/source/files.js';

const FIXTURES = join(import.meta.dirname, '../fixtures');
/** Servers write the length since 8.0.2. */
const recordings = readdirSync(FIXTURES).filter((name) => /^(?!encrypted).*-(8\.0|9\.7)\.binlog$/.test(name));

const ENDS: readonly number[] = [type.ROTATE_EVENT, type.STOP_EVENT];

test.each(recordings)('%s: the GTID tells the length of its transaction as it was logged', async (recording) => {
  const events = await eventsOf(join(FIXTURES, recording));
  const starts = events.flatMap((event, i) => (decodeAny(event) === null ? [] : [i]));
  expect(starts.length).toBeGreaterThan(0);
  for (const [n, first] of starts.entries()) {
    const behind = starts[n + 1] ?? events.findIndex((event, i) => i > first && ENDS.includes(event.type));
    const last = events[behind === -1 ? events.length - 1 : behind - 1];
    expect(decodeAny(events[first])?.transactionBytes).toBe((last?.end ?? 0) - (events[first]?.start ?? 0));
  }
});

function decodeAny(event: RawEvent | undefined): { transactionBytes: number } | null {
  switch (event?.type) {
    case type.GTID_LOG_EVENT:
      return decodeGtid(event, false);
    case type.ANONYMOUS_GTID_LOG_EVENT:
      return decodeGtid(event, true);
    case type.GTID_TAGGED_LOG_EVENT:
      return decodeGtidTagged(event);
    default:
      return null;
  }
}

async function eventsOf(path: string): Promise<RawEvent[]> {
  const log = fileLog({ paths: [path] });
  const { signal } = new AbortController();
  const source = await log.identity(signal);
  const events: RawEvent[] = [];
  for await (const block of log.read({ source, log: await log.tail(signal), held: [] }, signal)) {
    events.push(...block.events);
  }
  return events;
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { eventTypeName } from '../../src/binlog/types.js';
import { RowtideError } from '../../src/core/errors.js';
import { type Input, openInput, StreamInput } from '../../src/source/input.js';
import { LenientReader } from '../../src/source/lenient-reader.js';
import { fixture } from '../fixtures/files.js';
import { event, FORMAT_END, formatDescription, logFile, MAGIC } from './log-bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-lenient-'));
afterAll(() => rmSync(folder, { recursive: true }));

const XIDS = logFile([Buffer.alloc(8, 1), Buffer.alloc(8, 2), Buffer.alloc(8, 3)]);
const XID_BYTES = 31;
const STOP = 3;
const xid = (i: number): string => `${FORMAT_END + i * XID_BYTES} XID_EVENT`;

interface Read {
  readonly events: string[];
  readonly warnings: string[];
  readonly code: string | null;
}

async function read(
  bytes: Buffer | Input,
  options: { startOffset?: number; verifyChecksums?: boolean } = {},
): Promise<Read> {
  const path = join(folder, 'log.000001');
  if (Buffer.isBuffer(bytes)) writeFileSync(path, bytes);
  const input = Buffer.isBuffer(bytes) ? await openInput(path, new AbortController().signal) : bytes;
  const [events, warnings]: [string[], string[]] = [[], []];
  const reader = new LenientReader(input, {
    startOffset: 4,
    verifyChecksums: false,
    eventBytesMax: 2 ** 30,
    warn: (message) => warnings.push(message),
    ...options,
  });
  let code: string | null = null;
  try {
    for (let block = await reader.next(); block !== null; block = await reader.next()) {
      for (const { event: each, raw } of block) {
        expect(raw.readUInt32LE(9)).toBe(raw.length);
        events.push(`${each.start} ${eventTypeName(each.type)}`);
      }
    }
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    code = error.code;
  } finally {
    await input.close();
  }
  return { events, warnings, code };
}

const format = '4 FORMAT_DESCRIPTION_EVENT';

describe('reading a log to look at it', () => {
  it('gives every event with its raw bytes', async () => {
    expect(await read(XIDS)).toEqual({ events: [format, xid(0), xid(1), xid(2)], warnings: [], code: null });
  });

  it('begins at an offset, behind the format', async () => {
    const { events } = await read(XIDS, { startOffset: FORMAT_END + 2 * XID_BYTES });
    expect(events).toEqual([`${FORMAT_END} FORMAT_DESCRIPTION_EVENT`, xid(2)]);
  });

  it('looks at checksums only on request', async () => {
    const damaged = Buffer.from(XIDS);
    damaged[FORMAT_END + XID_BYTES + 22]! ^= 1;
    expect((await read(damaged)).events).toHaveLength(4);
    expect(await read(damaged, { verifyChecksums: true })).toMatchObject({
      events: [format, xid(0)],
      code: 'EVENT_CHECKSUM',
    });
  });

  it('shows what stands before a damage, and names it', async () => {
    expect(await read(XIDS.subarray(0, -5))).toMatchObject({
      events: [format, xid(0), xid(1)],
      code: 'BINLOG_TRUNCATED',
    });
    expect(await read(Buffer.concat([XIDS, Buffer.alloc(40)]))).toMatchObject({ code: 'EVENT_MALFORMED' });
    expect(await read(Buffer.from('hello'))).toMatchObject({ events: [], code: 'NOT_A_BINLOG' });
  });

  it('only warns of a half event where the server still writes', async () => {
    const open = Buffer.from(XIDS.subarray(0, -5));
    open[4 + 17] = 1;
    const { events, warnings, code } = await read(open);
    expect({ events: events.length, warnings: warnings.length, code }).toEqual({ events: 3, warnings: 1, code: null });
  });

  it('goes on with the next file of a pipe, and counts on', async () => {
    const file = Buffer.concat([MAGIC, formatDescription(), event({ type: STOP })]);
    const input = new StreamInput('-', Readable.from([file.subarray(0, 20), Buffer.concat([file.subarray(20), file])]));
    const { events, code } = await read(input);
    expect({ events, code }).toEqual({
      events: [
        format,
        `${FORMAT_END} STOP_EVENT`,
        `${file.length} FORMAT_DESCRIPTION_EVENT`,
        `${file.length + FORMAT_END} STOP_EVENT`,
      ],
      code: null,
    });
  });
});

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

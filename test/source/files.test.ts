import { appendFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventTypeName, STOP_EVENT } from '../../src/binlog/types.js';
import { RowtideError } from '../../src/core/errors.js';
import { GtidSet } from '../../src/core/gtid.js';
import type { LogPosition, Position } from '../../src/core/position.js';
import { type FileLogOptions, fileLog } from '../../src/source/files.js';
import { event, FORMAT_END, formatDescription, logFile, MAGIC, rotate } from './log-bytes.js';

const never = new AbortController().signal;
const source = { flavour: 'mysql', id: 'server-id:1' } as const;
const at = (log: LogPosition): Position => ({ source, log, held: [] });
const begin = at({ kind: 'gtid', executed: GtidSet.empty });

/** Reads to the end, or to what stops it; events as `file:start TYPE`. */
async function read(options: FileLogOptions, from = begin): Promise<{ events: string[]; error: RowtideError | null }> {
  const events: string[] = [];
  try {
    for await (const block of fileLog(options).read(from, never)) {
      for (const each of block.events) events.push(`${block.file}:${each.start} ${eventTypeName(each.type)}`);
    }
    return { events, error: null };
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    return { events, error };
  }
}

describe('fileLog', () => {
  let folder: string;
  let serial = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowtide-files-'));
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function file(name: string, ...parts: Buffer[]): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, Buffer.concat(parts));
    return path;
  }

  async function subfolder(): Promise<string> {
    const name = join(folder, `sub-${serial++}`);
    await mkdir(name);
    return `${name.slice(folder.length + 1)}/`;
  }

  const body = (length: number): Buffer => Buffer.alloc(length, 5);
  const eventBytes = (length: number): number => 19 + length + 4;

  it('reads several files in order', async () => {
    const paths = [await file('a.000001', logFile([body(8), body(8)])), await file('a.000002', logFile([body(8)]))];
    expect(await read({ paths })).toEqual({
      events: [
        'a.000001:4 FORMAT_DESCRIPTION_EVENT',
        `a.000001:${FORMAT_END} XID_EVENT`,
        `a.000001:${FORMAT_END + eventBytes(8)} XID_EVENT`,
        'a.000002:4 FORMAT_DESCRIPTION_EVENT',
        `a.000002:${FORMAT_END} XID_EVENT`,
      ],
      error: null,
    });
  });

  it('says what it is, where it begins and ends', async () => {
    const log = fileLog({ paths: [await file('b.000001', logFile([body(8)])), await file('b.000002', logFile([]))] });
    expect(await log.identity(never)).toEqual(source);
    expect(await log.tail(never)).toEqual({ kind: 'file', file: 'b.000001', offset: 4 });
    expect(await log.head(never)).toEqual({ kind: 'file', file: 'b.000002', offset: FORMAT_END });
  });

  it('resumes in the middle of the second file, after its format', async () => {
    const paths = [await file('c.000001', logFile([body(8)])), await file('c.000002', logFile([body(8), body(9)]))];
    const from = at({ kind: 'file', file: 'c.000002', offset: FORMAT_END + eventBytes(8) });
    expect((await read({ paths }, from)).events).toEqual([
      'c.000002:4 FORMAT_DESCRIPTION_EVENT',
      `c.000002:${FORMAT_END + eventBytes(8)} XID_EVENT`,
    ]);
  });

  it('resumes at the end with nothing but the format', async () => {
    const paths = [await file('c2.000001', logFile([body(8)]))];
    const from = at({ kind: 'file', file: 'c2.000001', offset: FORMAT_END + eventBytes(8) });
    expect(await read({ paths }, from)).toEqual({ events: ['c2.000001:4 FORMAT_DESCRIPTION_EVENT'], error: null });
  });

  it('reads events larger than a block, and around its edges', async () => {
    const sizes = [2 ** 20 - 200, 300, 3 * 2 ** 20, 2 ** 20 - 23, 7];
    const { events, error } = await read({ paths: [await file('d.000001', logFile(sizes.map(body)))] });
    expect(error).toBeNull();
    expect(events.length).toBe(1 + sizes.length);
  });

  it('reads a pipe with several files in it', async () => {
    const first = Buffer.concat([
      logFile([body(8)]),
      rotate('e.000002', { artificial: false, end: FORMAT_END + eventBytes(8) + 39 }),
    ]);
    const stop = event({ type: STOP_EVENT, end: FORMAT_END + 23 });
    const second = Buffer.concat([logFile([]), stop, logFile([body(1)])]);
    const bytes = Buffer.concat([first, second]);
    const events = [
      '-:4 FORMAT_DESCRIPTION_EVENT',
      `-:${FORMAT_END} XID_EVENT`,
      `-:${FORMAT_END + eventBytes(8)} ROTATE_EVENT`,
      'e.000002:4 FORMAT_DESCRIPTION_EVENT',
      `e.000002:${FORMAT_END} STOP_EVENT`,
      '-:4 FORMAT_DESCRIPTION_EVENT',
      `-:${FORMAT_END} XID_EVENT`,
    ];
    for (const size of [1, 50, 100_000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(await read({ paths: ['-'], stdin: Readable.from(chunks, { objectMode: false }) })).toEqual({
        events,
        error: null,
      });
    }
  });

  it('looks at a pipe without taking from it, and reads it once', async () => {
    const log = fileLog({ paths: ['-'], stdin: Readable.from([logFile([body(8)])], { objectMode: false }) });
    expect(await log.identity(never)).toEqual(source);
    await expect(log.head(never)).rejects.toThrow('nobody knows the end of a pipe');
    const types: number[] = [];
    for await (const block of log.read(begin, never)) types.push(...block.events.map(({ type }) => type));
    expect(types).toEqual([15, 16]);
    await expect(log.read(begin, never)[Symbol.asyncIterator]().next()).rejects.toThrow('cannot be read again');
  });

  describe('stops by name at', () => {
    const bytes = logFile([body(8), body(30)]);
    const ends = [FORMAT_END, FORMAT_END + eventBytes(8), bytes.length];

    it('a file cut at any byte, after all events before', async () => {
      for (let length = 0; length < bytes.length; length++) {
        const path = await file('f.000001', bytes.subarray(0, length));
        const { events, error } = await read({ paths: [path] });
        const whole = ends.filter((end) => end <= length);
        expect(events.length).toBe(whole.length);
        if (whole.at(-1) === length) {
          expect(error).toBeNull();
        } else {
          const offset = whole.at(-1) ?? (length < 4 ? 0 : 4);
          expect(error).toMatchObject({ code: 'BINLOG_TRUNCATED' });
          // What is missing of the beginning is said without the place in front when not even a name was read.
          expect(error!.message).toContain(`${path}:${offset}: the file ends`);
        }
      }
    });

    it('a flipped byte anywhere, after all events before', async () => {
      for (let i = 0; i < bytes.length; i++) {
        const flipped = Buffer.from(bytes);
        flipped[i]! ^= 0x40;
        const { events, error } = await read({ paths: [await file('g.000001', flipped)] });
        expect(error, `byte ${i}`).not.toBeNull();
        expect(['NOT_A_BINLOG', 'LOG_GAP', 'EVENT_CHECKSUM', 'EVENT_MALFORMED', 'BINLOG_TRUNCATED']).toContain(
          error!.code,
        );
        expect(events.length).toBe(ends.filter((end) => end <= i).length);
      }
    });

    it('zeros that a crash left behind the end', async () => {
      const path = await file('h.000001', bytes, Buffer.alloc(3 * 2 ** 20));
      const { events, error } = await read({ paths: [path] });
      expect(events.length).toBe(3);
      expect(error).toMatchObject({ code: 'BINLOG_TRUNCATED' });
      expect(error!.message).toContain(`h.000001:${bytes.length}: the file ends inside`);
    });

    it('an event whose length cannot be', async () => {
      for (const length of [5, 2 ** 30 + 1]) {
        const wrong = Buffer.from(bytes);
        wrong.writeUInt32LE(length, FORMAT_END + 9);
        const { error } = await read({ paths: [await file('i.000001', wrong)] });
        expect(error).toMatchObject({ code: 'EVENT_MALFORMED' });
        expect(error!.message).toContain(`i.000001:${FORMAT_END}: an event of ${length} bytes`);
      }
    });

    it('a file of another kind', async () => {
      const path = await file('j.txt', Buffer.from('id,name\n1,a\n'));
      const { error } = await read({ paths: [path] });
      expect(error).toMatchObject({
        code: 'NOT_A_BINLOG',
        message: `${path} is not a binary log: it begins with 69 64 2c 6e`,
      });
    });

    it('an encrypted file, with the way out', async () => {
      const { error } = await read({ paths: [await file('k.000001', Buffer.from('fd62696e01', 'hex'))] });
      expect(error).toMatchObject({
        code: 'BINLOG_ENCRYPTED',
        hint: expect.stringContaining('read it through the server'),
      });
    });

    it('a path without a file', async () => {
      const { error } = await read({ paths: [join(folder, 'missing')] });
      expect(error).toMatchObject({ code: 'IO', message: expect.stringContaining('missing') });
    });

    it('files that do not follow each other', () => {
      const codes = (...paths: string[]): void => void fileLog({ paths });
      expect(() => codes('x/a.000001', 'x/a.000003')).toThrow(
        'after a.000001 comes a.000003, and a.000002 is expected',
      );
      expect(() => codes('a.000002', 'a.000001')).toThrow('after a.000002 comes a.000001');
      expect(() => codes('a.999999', 'a.1000000')).not.toThrow();
      expect(() => codes('copy-of-1', 'copy-of-3')).not.toThrow();
      expect(() => codes()).toThrow('no binlog file is given');
      expect(() => codes('a', '-')).toThrow('cannot be mixed');
    });

    it('a position of another server, of a file that is not given, or outside of its file', async () => {
      const paths = [await file('l.000001', bytes)];
      const other = { flavour: 'mysql', id: 'server-id:2' } as const;
      const log = { kind: 'file', file: 'l.000001', offset: FORMAT_END } as const;
      expect((await read({ paths }, { source: other, log, held: [] })).error).toMatchObject({ code: 'SOURCE_FOREIGN' });
      expect((await read({ paths }, at({ ...log, file: 'l.000000' }))).error).toMatchObject({ code: 'SOURCE_PURGED' });
      for (const offset of [3, bytes.length + 1]) {
        expect((await read({ paths }, at({ ...log, offset }))).error).toMatchObject({ code: 'SOURCE_DIVERGED' });
      }
      const inside = (await read({ paths }, at({ ...log, offset: FORMAT_END + 1 }))).error;
      expect(inside).toMatchObject({
        code: 'EVENT_MALFORMED',
        message: expect.stringContaining(`l.000001:${FORMAT_END + 1}`),
      });
    });
  });

  describe('follows', () => {
    /** What was read so far, and a way to wait for more. */
    function following(paths: string[]): {
      events: string[];
      until: (count: number) => Promise<void>;
      end: () => Promise<void>;
    } {
      const events: string[] = [];
      const stop = new AbortController();
      let wake = (): void => undefined;
      const reading = (async () => {
        for await (const block of fileLog({ paths, follow: true, pollMs: 2 }).read(begin, stop.signal)) {
          events.push(...block.events.map((each) => `${block.file}:${each.start}`));
          wake();
        }
      })();
      return {
        events,
        until: async (count) => {
          while (events.length < count) {
            const more = new Promise<void>((resolve) => {
              wake = resolve;
            });
            await Promise.race([reading, more]);
          }
        },
        end: async () => {
          stop.abort();
          await reading;
        },
      };
    }

    it('a file that grows in pieces of any size, and goes on to the file that ROTATE names', async () => {
      const sub = await subfolder();
      const path = await file(`${sub}m.000001`);
      const { events, until, end } = following([path]);
      const bytes = logFile([body(8), body(30)]);
      for (let i = 0; i < bytes.length; i += 37) await appendFile(path, bytes.subarray(i, i + 37));
      await until(3);
      await appendFile(path, rotate('m.000007', { artificial: false, end: bytes.length + 39 }));
      await file(`${sub}m.000007`, MAGIC);
      await until(4);
      await appendFile(join(folder, `${sub}m.000007`), formatDescription());
      await until(5);
      await end();
      expect(events.slice(-2)).toEqual([`m.000001:${bytes.length}`, 'm.000007:4']);
    });

    it('goes on by number after a crash, which leaves no ROTATE', async () => {
      const sub = await subfolder();
      const path = await file(`${sub}n.000001`, logFile([body(8)]));
      const { events, until, end } = following([path]);
      await until(2);
      await file(`${sub}n.000002`, logFile([body(9)]));
      await until(4);
      await end();
      expect(events.at(-1)).toBe(`n.000002:${FORMAT_END}`);
    });

    it('stops when a file ends inside of an event and the next one is there', async () => {
      const sub = await subfolder();
      const path = await file(`${sub}o.000001`, logFile([body(8)]).subarray(0, -1));
      await file(`${sub}o.000002`, logFile([]));
      await expect(following([path]).until(9)).rejects.toMatchObject({ code: 'BINLOG_TRUNCATED' });
    });

    it('stops when a file becomes shorter than what was read', async () => {
      const path = await file('p.000001', logFile([body(8)]));
      const { until } = following([path]);
      await until(2);
      await truncate(path, FORMAT_END + 5);
      await expect(until(9)).rejects.toMatchObject({ code: 'SOURCE_DIVERGED' });
    });
  });
});

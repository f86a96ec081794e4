import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpointed, type Files, jsonFormat, memoryStore, type SinkState, systemFiles } from 'rowtide';
import { insertsOf, itemTransaction, largeTransaction, positionAfter, sinkSuite } from 'rowtide/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import file from '../../../connectors/file/index.js';
import { FileSink, type FileSinkOptions } from '../../../connectors/file/sink.js';
import { quietLog } from '../../checkpoint/quiet.js';

const never = new AbortController().signal;
let folder = '';
let path = '';

beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'rowtide-file-'));
  path = join(folder, 'changes.jsonl');
});

const made: FileSink[] = [];

afterEach(async () => {
  for (const sink of made.splice(0)) await sink.close();
  await fs.rm(folder, { recursive: true });
});

function make(options: Partial<FileSinkOptions> = {}): FileSink {
  const sink = new FileSink({ path, format: jsonFormat, log: quietLog(), ...options });
  made.push(sink);
  return sink;
}

const batch = (...sequences: number[]) => ({
  transactions: sequences.map((sequence) => insertsOf(sequence, [sequence])),
  position: positionAfter(sequences.at(-1) ?? 0),
});

async function lines(): Promise<{ op: string; sql?: string; row: number; after?: { id: number } }[]> {
  const text = await fs.readFile(path, 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const ids = async () => (await lines()).flatMap((line) => (line.op === 'insert' ? [line.after!.id] : []));

/** Opens a sink, writes batches, and closes it; what a checkpoint would hold then. */
async function run(saved: SinkState | undefined, sequences: readonly number[] = []): Promise<SinkState> {
  const sink = make();
  try {
    await sink.open(saved);
    for (const sequence of sequences) await sink.write(batch(sequence), never);
    return sink.state();
  } finally {
    await sink.close();
  }
}

describe('the file sink', () => {
  sinkSuite({
    test,
    delivery: 'exactly-once',
    async make() {
      const store = memoryStore();
      return {
        sink: () => checkpointed(make(), store),
        ids,
        statements: async () => (await lines()).flatMap((line) => line.sql ?? []),
        forgetful: () => make(),
      };
    },
  });

  test('writes a line for each change, numbered within its transaction', async () => {
    const sink = make();
    await sink.open(undefined);
    const [before, after] = [
      { id: 1, name: 'a' },
      { id: 1, name: 'b' },
    ];
    const changes = [
      { op: 'insert', after: before },
      { op: 'update', before, after },
      { op: 'delete', before: after },
    ] as const;
    await sink.write({ transactions: [itemTransaction(1, changes)], position: positionAfter(1) }, never);
    await sink.close();
    expect(await lines()).toMatchObject([
      { op: 'insert', row: 0, after: before },
      { op: 'update', row: 1, before, after },
      { op: 'delete', row: 2, before: after },
    ]);
  });

  test('is declared with options that are checked', () => {
    expect(file.options.parse({ path: 'x' })).toEqual({
      path: 'x',
      format: { name: 'json', options: {} },
      append: false,
    });
    expect(file.options.safeParse({ path: 'x', apend: true }).success).toBe(false);
    expect(file.options.safeParse({}).success).toBe(false);
  });

  test('makes a file that only its owner reads, and leaves the rights of one that was there', async () => {
    await run(undefined);
    expect((await fs.stat(path)).mode & 0o777).toBe(0o600);
    await fs.writeFile(path, '');
    await fs.chmod(path, 0o644);
    await run(undefined, [1]);
    expect((await fs.stat(path)).mode & 0o777).toBe(0o644);
  });

  test('holds a row that is larger than its buffer', async () => {
    const sink = make();
    await sink.open(undefined);
    const name = '"'.repeat(30_000);
    const rows = Array.from({ length: 100 }, (_, id) => ({ op: 'insert', after: { id, name } }) as const);
    await sink.write({ transactions: [itemTransaction(1, rows)], position: positionAfter(1) }, never);
    await sink.close();
    expect(await ids()).toEqual(rows.map((row) => row.after.id));
  });
});

describe('after a crash', () => {
  test('what was written after the checkpoint is cut off, and that is said', async () => {
    const state = await run(undefined, [1, 2]);
    await fs.appendFile(path, '{"op":"ins');
    const log = quietLog();
    const sink = make({ log });
    await sink.open(state);
    await sink.write(batch(3), never);
    await sink.close();
    expect(await ids()).toEqual([1, 2, 3]);
    expect(log.heard).toMatchObject([{ level: 'warn', facts: { file: path, bytes: 10 } }]);
  });

  test('a batch whose checkpoint was not saved is written again, not twice', async () => {
    const state = await run(undefined, [1]);
    await run(state, [2]);
    await run(state, [2, 3]);
    expect(await ids()).toEqual([1, 2, 3]);
  });
});

describe('a file that is not the one of the checkpoint is refused', () => {
  test('when it is gone', async () => {
    const state = await run(undefined, [1]);
    await fs.rm(path);
    await expect(run(state)).rejects.toMatchObject({
      code: 'SINK_CHANGED',
      message: expect.stringContaining('is gone'),
    });
    expect(await fs.readdir(folder)).toEqual([]);
  });

  test('when it is shorter', async () => {
    const state = await run(undefined, [1]);
    await fs.truncate(path, 10);
    await expect(run(state)).rejects.toMatchObject({
      code: 'SINK_CHANGED',
      message: `${path} should have at least ${Number(state.bytes)} bytes by the checkpoint, but has 10`,
    });
  });

  test('when it has another content', async () => {
    const state = await run(undefined, [1]);
    await fs.writeFile(path, 'x'.repeat(10_000));
    await expect(run(state)).rejects.toMatchObject({
      code: 'SINK_CHANGED',
      message: expect.stringContaining('something else'),
    });
    expect((await fs.stat(path)).size).toBe(10_000);
  });

  test('when it has content that no checkpoint knows', async () => {
    await fs.writeFile(path, 'mine\n');
    await expect(run(undefined)).rejects.toMatchObject({
      code: 'SINK_CHANGED',
      message: `${path} has 5 bytes already, and no checkpoint says what they are`,
      hint: expect.stringContaining('append: true'),
    });
    expect(await fs.readFile(path, 'utf8')).toBe('mine\n');
  });

  test('unless it is to be appended to, at the end of a line', async () => {
    await fs.writeFile(path, '{"op":"begun"}\n');
    const sink = make({ append: true });
    await sink.open(undefined);
    await sink.write(batch(1), never);
    await sink.close();
    expect(await lines()).toMatchObject([{ op: 'begun' }, { op: 'insert' }]);
    await fs.appendFile(path, 'torn');
    await expect(make({ append: true }).open(undefined)).rejects.toMatchObject({ code: 'SINK_CHANGED' });
  });

  test('when it is no file at all', async () => {
    await expect(make({ path: '/dev/null' }).open(undefined)).rejects.toMatchObject({ code: 'SINK_REFUSED' });
    await expect(make({ path: folder }).open(undefined)).rejects.toMatchObject({ code: 'IO' });
    await expect(make({ path: join(folder, 'none', 'x') }).open(undefined)).rejects.toMatchObject({ code: 'IO' });
  });

  test('while it is written: another process writes too', async () => {
    const sink = make();
    await sink.open(undefined);
    await sink.write(batch(1), never);
    await fs.appendFile(path, 'mine\n');
    await expect(sink.write(batch(2), never)).rejects.toMatchObject({ code: 'SINK_FENCED' });
    await sink.close();
    expect(await fs.readFile(path, 'utf8')).toMatch(/mine\n$/);
  });

  test('while it is written: it was moved away', async () => {
    const sink = make();
    await sink.open(undefined);
    await sink.write(batch(1), never);
    await fs.rename(path, `${path}.1`);
    await expect(sink.write(batch(2), never)).rejects.toMatchObject({ code: 'SINK_CHANGED' });
    await fs.writeFile(path, '');
    await expect(sink.write(batch(2), never)).rejects.toMatchObject({ code: 'SINK_CHANGED' });
    await sink.close();
  });
});

describe('a failing disk', () => {
  function failing(method: 'write' | 'datasync', code: string): Files {
    return {
      ...systemFiles,
      async open(...args: Parameters<Files['open']>) {
        const handle = await systemFiles.open(...args);
        handle[method] = () => Promise.reject(Object.assign(new Error(`${code}: made up`), { code }));
        return handle;
      },
    };
  }

  test('without space may be tried again: the next sink cuts off what was half written', async () => {
    const state = await run(undefined, [1]);
    const full = make({ files: failing('write', 'ENOSPC') });
    await full.open(state);
    await expect(full.write(batch(2), never)).rejects.toMatchObject({
      code: 'IO',
      message: `cannot write ${path}: no space left (ENOSPC)`,
      retryable: true,
    });
    await full.close();
    await run(state, [2]);
    expect(await ids()).toEqual([1, 2]);
  });

  test('whose fsync fails ends the pipeline', async () => {
    const sink = make({ files: failing('datasync', 'EIO') });
    await sink.open(undefined);
    await expect(sink.write(batch(1), never)).rejects.toMatchObject({ code: 'IO', retryable: false });
    await sink.close();
  });
});

test('a large transaction streams through in bounded memory', async () => {
  const sink = make();
  await sink.open(undefined);
  const before = process.memoryUsage().rss;
  await sink.write({ transactions: [largeTransaction(1, 1, 300_000)], position: positionAfter(1) }, never);
  await sink.close();
  const { size } = await fs.stat(path);
  expect(size).toBeGreaterThan(80 * 1024 * 1024);
  expect(process.memoryUsage().rss - before).toBeLessThan(size);
});

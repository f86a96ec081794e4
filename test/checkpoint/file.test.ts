import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileStore, readCheckpointFile, replaceCheckpointFile } from '../../src/checkpoint/file.js';
import { type Files, systemFiles } from '../../src/checkpoint/files.js';
import { memoryStore } from '../../src/checkpoint/memory.js';
import type { Checkpoint, CheckpointStore } from '../../src/checkpoint/store.js';
import { storeSuite } from '../../src/testing/store-suite.js';
import { positionAfter } from '../../src/testing/transactions.js';
import { quietLog } from './quiet.js';

let folder = '';
let path = '';

beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'rowtide-checkpoint-'));
  path = join(folder, 'shop.json');
});

afterEach(() => fs.rm(folder, { recursive: true }));

function open(options: { pipeline?: string; files?: Files; log?: ReturnType<typeof quietLog> } = {}): CheckpointStore {
  return fileStore({ path, pipeline: 'shop', log: quietLog(), ...options });
}

const at = (sequence: number): Checkpoint => ({ position: positionAfter(sequence), sink: { written: sequence } });

async function save(...checkpoints: readonly Checkpoint[]): Promise<void> {
  const store = open();
  await store.load();
  for (const checkpoint of checkpoints) await store.save(checkpoint);
  await store.close();
}

async function load(options: Parameters<typeof open>[0] = {}): Promise<unknown> {
  const store = open(options);
  try {
    return (await store.load())?.sink.written;
  } finally {
    await store.close();
  }
}

describe('the memory store', () => {
  storeSuite({
    test,
    async make() {
      const store = memoryStore();
      return { store: () => store };
    },
  });
});

describe('the file store', () => {
  storeSuite({ test, make: async () => ({ store: () => open() }) });

  test('keeps the checkpoint before, private to its owner, and leaves nothing else behind', async () => {
    await save(at(1), at(2));
    expect(await fs.readdir(folder)).toEqual(['shop.json', 'shop.json.prev']);
    expect((await readCheckpointFile(path))?.sink).toEqual({ written: 2 });
    expect((await readCheckpointFile(`${path}.prev`))?.sink).toEqual({ written: 1 });
    expect((await fs.stat(path)).mode & 0o777).toBe(0o600);
  });

  test('counts generations, over restarts too', async () => {
    await save(at(1), at(2));
    await save(at(3));
    expect((await readCheckpointFile(path))?.generation).toBe(3);
  });

  test('refuses the checkpoint of another pipeline', async () => {
    await save(at(1));
    await expect(load({ pipeline: 'stock' })).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      message: `${path} belongs to pipeline "shop", not to "stock"`,
    });
  });

  test('refuses a symbolic link', async () => {
    await fs.symlink('/etc/passwd', path);
    await expect(load()).rejects.toMatchObject({ code: 'IO', message: `${path} is a symbolic link` });
  });

  test('ignores what a crash left half written', async () => {
    await save(at(1));
    await fs.writeFile(`${path}.tmp`, '{"format": 1, "pipel');
    expect(await load()).toBe(1);
    await save(at(2));
    expect(await fs.readdir(folder)).toEqual(['shop.json', 'shop.json.prev']);
  });

  test('is replaced on purpose, even if it is damaged', async () => {
    await fs.writeFile(path, 'damaged');
    await replaceCheckpointFile(path, { pipeline: 'shop', generation: 1, ...at(7) });
    expect(await load()).toBe(7);
  });
});

describe('damage', () => {
  test('cut off anywhere: the checkpoint before it is taken, and that is said', async () => {
    await save(at(1), at(2));
    const text = await fs.readFile(path, 'utf8');
    for (let length = 0; length < text.length - 1; length += 7) {
      await fs.writeFile(path, text.slice(0, length));
      const log = quietLog();
      expect(await load({ log }), `${length} characters`).toBe(1);
      expect(log.heard).toMatchObject([{ level: 'warn', message: expect.stringContaining('may come twice') }]);
    }
  });

  test('a missing file beside a previous one is what a crash between two renames leaves', async () => {
    await save(at(1), at(2));
    await fs.rename(path, `${path}.prev`);
    expect(await load()).toBe(2);
  });

  test('of the newest checkpoint never spreads to the one before it', async () => {
    await save(at(1), at(2));
    await fs.writeFile(path, 'damaged');
    await save(at(3));
    expect((await readCheckpointFile(`${path}.prev`))?.sink).toEqual({ written: 1 });
    expect(await load()).toBe(3);
  });

  test('of both is an error that names both, never a new beginning', async () => {
    await save(at(1), at(2));
    await fs.writeFile(path, '');
    await fs.writeFile(`${path}.prev`, '{}');
    await expect(load()).rejects.toMatchObject({
      code: 'CHECKPOINT_CORRUPT',
      message: `no usable checkpoint: ${path} is damaged: it is empty; ${path}.prev is damaged: its checksum does not match`,
    });
    expect(await fs.readFile(path, 'utf8')).toBe('');
  });

  test('without a previous checkpoint is an error', async () => {
    await fs.writeFile(path, '{');
    await expect(load()).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
  });
});

describe('ownership', () => {
  test('a second store is refused while the first one lives, and told whom to stop', async () => {
    const first = open();
    await first.load();
    await expect(load()).rejects.toMatchObject({
      code: 'CHECKPOINT_LOCKED',
      message: `${path}.lock is held by process ${process.pid}`,
    });
    await first.close();
    expect(await load()).toBe(undefined);
  });

  test('the lock of a dead process is taken over', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    await fs.writeFile(`${path}.lock`, JSON.stringify({ pid: child.pid, startedAt: '1', boot: null, token: 'x' }));
    expect(await load()).toBe(undefined);
  });

  test('so is that of a process whose id was given to another one', async () => {
    await fs.writeFile(`${path}.lock`, JSON.stringify({ pid: process.pid, startedAt: '1', boot: null, token: 'x' }));
    expect(await load()).toBe(undefined);
  });

  test('and that of a machine that was started again, or whatever is no lock', async () => {
    await fs.writeFile(
      `${path}.lock`,
      JSON.stringify({ pid: process.pid, startedAt: null, boot: 'before', token: 'x' }),
    );
    expect(await load()).toBe(undefined);
    await fs.writeFile(`${path}.lock`, '');
    expect(await load()).toBe(undefined);
  });

  test('a process that stood still while another took over does not overwrite the newer checkpoint', async () => {
    const stale = open();
    await stale.load();
    await stale.save(at(1));
    await fs.rm(`${path}.lock`);
    await save(at(2), at(3));
    await expect(stale.save(at(2))).rejects.toMatchObject({ code: 'CHECKPOINT_LOCKED' });
    await stale.close();
    expect(await load()).toBe(3);
  });

  test('nor if it still has the lock', async () => {
    const store = open();
    await store.load();
    await store.save(at(1));
    await fs.copyFile(path, `${path}.old`);
    await store.save(at(2));
    await fs.rename(`${path}.old`, path);
    await expect(store.save(at(3))).rejects.toMatchObject({
      code: 'CHECKPOINT_LOCKED',
      message: `${path} was changed by another process`,
    });
    await store.close();
  });
});

describe('a failing disk', () => {
  const failure = (code: string) => Object.assign(new Error(`${code}: made up`), { code });

  /** Files whose `method` fails from the nth use on. */
  function failingHandles(method: 'sync' | 'writeFile', code: string): Files {
    return {
      ...systemFiles,
      async open(...args: Parameters<Files['open']>) {
        const handle = await systemFiles.open(...args);
        handle[method] = () => Promise.reject(failure(code));
        return handle;
      },
    };
  }

  test('without space keeps the old checkpoint, and may be tried again', async () => {
    await save(at(1), at(2));
    const store = open({ files: failingHandles('writeFile', 'ENOSPC') });
    await store.load();
    await expect(store.save(at(3))).rejects.toMatchObject({
      code: 'IO',
      message: `cannot save ${path}: no space left (ENOSPC)`,
      retryable: true,
    });
    await store.close();
    expect(await fs.readdir(folder)).toEqual(['shop.json', 'shop.json.prev']);
    expect(await load()).toBe(2);
  });

  test('whose fsync fails ends it: the same store never saves again', async () => {
    await save(at(1));
    const files = failingHandles('sync', 'EIO');
    const store = open({ files });
    await store.load();
    const failed = { code: 'IO', message: `cannot save ${path}: EIO: made up`, retryable: false };
    await expect(store.save(at(2))).rejects.toMatchObject(failed);
    files.open = systemFiles.open;
    await expect(store.save(at(2))).rejects.toMatchObject(failed);
    await store.close();
    expect(await load()).toBe(1);
  });

  test.each(['first', 'second'])('that fails at the %s rename leaves a whole checkpoint', async (which) => {
    await save(at(1), at(2));
    let renames = which === 'first' ? 1 : 2;
    const rename: Files['rename'] = async (...args) => {
      if (--renames === 0) throw failure('EIO');
      await systemFiles.rename(...args);
    };
    const store = open({ files: { ...systemFiles, rename } });
    await store.load();
    await expect(store.save(at(3))).rejects.toMatchObject({ code: 'IO' });
    await store.close();
    expect(await load()).toBe(2);
  });
});

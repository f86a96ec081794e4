import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RelayFolder } from '../../src/relay/folder.js';
import { Relay } from '../../src/relay/relay.js';
import { newFolder, silent } from './relays.js';

const nameOf = (n: number): string => `binlog.${String(n).padStart(6, '0')}`;

/** A folder that has so many files. */
async function folderOf(files: number): Promise<RelayFolder> {
  const folder = new RelayFolder(newFolder());
  for (let n = 1; n <= files; n++) await begin(folder, nameOf(n));
  return folder;
}

async function begin(folder: RelayFolder, file: string): Promise<void> {
  writeFileSync(folder.pathOf(file), `what ${file} holds`);
  await folder.add(file);
}

async function loaded(path: string): Promise<RelayFolder> {
  const folder = new RelayFolder(path);
  await folder.load();
  return folder;
}

test('files may be begun while others are removed', async () => {
  const folder = await folderOf(4);
  const changes = [5, 6, 7].flatMap((n) => [folder.remove([nameOf(n - 4)]), begin(folder, nameOf(n))]);
  await Promise.all(changes);
  const wanted = [4, 5, 6, 7].map(nameOf);
  expect(folder.files).toEqual(wanted);
  expect((await loaded(folder.path)).files).toEqual(wanted);
  expect(readdirSync(folder.path).sort()).toEqual([...wanted, 'binlog.index']);
});

test('an index that lacks the file in which the log was durable is damage', async () => {
  const folder = await folderOf(2);
  writeFileSync(folder.pathOf('relay.end'), `${nameOf(2)} 0000000000000120\n`);
  expect((await loaded(folder.path)).files).toHaveLength(2);
  const index = folder.pathOf('binlog.index');
  const whole = readFileSync(index, 'utf8');
  const damaged = {
    code: 'RELAY_DAMAGED',
    message: expect.stringContaining(folder.pathOf(nameOf(2))) as unknown,
    hint: expect.stringContaining('index') as unknown,
  };
  writeFileSync(index, whole.slice(0, whole.indexOf('\n') + 1));
  await expect(loaded(folder.path)).rejects.toMatchObject(damaged);
  rmSync(index);
  await expect(new Relay({ folder: folder.path, log: silent }).open()).rejects.toMatchObject(damaged);
});

test('what nobody needs makes room on a full disk, where no new index can be written', async () => {
  const folder = await folderOf(3);
  const next = folder.pathOf('binlog.index.new');
  symlinkSync('/dev/full', next);
  await expect(folder.remove([nameOf(1)])).rejects.toMatchObject({ code: 'IO', retryable: true });
  expect([1, 2, 3].map((n) => statSync(folder.pathOf(nameOf(n))).size > 0)).toEqual([false, true, true]);
  // Whether or not there was a crash.
  const later = await loaded(folder.path);
  expect(later.files).toHaveLength(3);
  rmSync(next);
  await later.removeLeft();
  expect(later.files).toEqual([nameOf(2), nameOf(3)]);
  await folder.remove([nameOf(1)]);
  expect(readdirSync(folder.path).sort()).toEqual([nameOf(2), nameOf(3), 'binlog.index']);
});

test('a folder is made with those above it', async () => {
  const path = join(newFolder(), 'a', 'b');
  const relay = new Relay({ folder: path, log: silent });
  await relay.open();
  expect(readdirSync(path)).toContain('relay.end');
  await relay.close();
});

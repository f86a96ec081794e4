import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { GtidSet } from '../../src/core/gtid.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { Relay } from '../../src/relay/relay.js';
import { nextFileName } from '../../src/source/file-names.js';
import { serverLog } from '../../src/source/server.js';
import { headersIn } from '../inspect/comparison/input.js';
import { startProxy } from '../servers/proxy.js';
import { needs, sharedMariadb, sharedMysql } from '../servers/suite.js';
import { failureOf, logEnd, sql } from '../source/reading.js';
import { unprivileged } from '../unprivileged.js';
import { newFolder, Receiving, silent } from './relays.js';
import { hashesWaiting, positionBehind, transactionsIn } from './transactions.js';

const never = new AbortController().signal;

for (const [title, kind, shared] of [
  ['MySQL 9.7', 'mysql', () => sharedMysql('9.7')],
  ['MySQL 5.7', 'mysql57', () => sharedMysql('5.7')],
  ['MariaDB 11.8', 'mariadb', () => sharedMariadb('11.8')],
] as const) {
  needs(kind).describe(`a relay of ${title}`, () => {
    test('gives its readers what the source gave, also across a restart and torn ends', async () => {
      const { url } = await shared();
      const folder = newFolder();
      await sql(url, 'DROP DATABASE IF EXISTS relayed', 'CREATE DATABASE relayed', 'FLUSH LOGS');
      await sql(url, 'CREATE TABLE relayed.t (id INT AUTO_INCREMENT PRIMARY KEY, v LONGTEXT)');
      {
        await using receiving = await Receiving.start(url, folder);
        await insert(url, 20);
        await sql(url, 'FLUSH LOGS');
        await insert(url, 20);
        // More than is read at once of a file that is gone on with.
        for (let i = 0; i < 30; i++) {
          await sql(url, `INSERT INTO relayed.t (v) VALUES (REPEAT('${i % 10}', ${i % 10 === 0 ? 300_000 : 60_000}))`);
        }
        await insert(url, 20);
        await receiving.caughtUp(url);
      }
      tear(folder);
      await insert(url, 20);
      {
        await using receiving = await Receiving.start(url, folder);
        await receiving.caughtUp(url);
        const reader = receiving.relay.reader({ stopAtEnd: true });
        const tail = { source: await reader.identity(never), log: await reader.tail(never), held: [] };
        const own = serverLog({ address: parseServerUrl(url), stopAtEnd: true });
        const wanted = await transactionsIn(own, tail);
        expect(wanted.length).toBeGreaterThan(60);
        expect(await transactionsIn(reader, tail)).toEqual(wanted);
        expect(await reader.head(never)).toEqual(await own.head(never));
        // Its memory is written to again, and transactions that wait keep what they hold.
        const reused = receiving.relay.reader({ stopAtEnd: true, reusesMemory: true });
        expect(await hashesWaiting(reused, tail)).toEqual(await hashesWaiting(reader, tail));
        // From the middle on, as a consumer goes on from its checkpoint.
        const half = wanted.slice(0, 30);
        const position = await positionBehind(own, tail, 30);
        expect([...half, ...(await transactionsIn(reader, position))]).toEqual(wanted);
      }
    });
  });
}

needs('mysql', 'mysql57').describe('a relay', () => {
  test('lets each of its readers go on as soon as more is durable, at its own pace', async () => {
    const { url } = await sharedMysql();
    await using receiving = await Receiving.start(url, newFolder());
    await receiving.caughtUp(url);
    const log = receiving.relay.reader();
    const from = { source: await log.identity(never), log: await log.head(never), held: [] };
    const first = transactionsIn(log, from, { count: 3 });
    await sql(url, 'CREATE DATABASE IF NOT EXISTS paces', 'DROP DATABASE paces', 'CREATE DATABASE paces');
    const found = await first;
    expect(await transactionsIn(receiving.relay.reader(), from, { count: 2 })).toEqual(found.slice(0, 2));
  });

  test('that is stopped while it asks its source has not failed', async () => {
    const { host, port } = await sharedMysql();
    await using proxy = await startProxy({ target: { host, port } });
    proxy.blackHole(true);
    const receiving = await Receiving.start(`mysql://root@127.0.0.1:${proxy.port}`, newFolder());
    await expect.poll(() => proxy.connections).toBe(1);
    await receiving.stop();
    expect(await receiving.ended).toBeNull();
  });

  test('refuses positions that it cannot honour, by name', async () => {
    const { url } = await sharedMysql();
    await using receiving = await Receiving.start(url, newFolder());
    await receiving.caughtUp(url);
    const log = receiving.relay.reader({ stopAtEnd: true });
    expect(await failureOf(log, { kind: 'gtid', executed: GtidSet.empty })).toMatchObject({ code: 'SOURCE_PURGED' });
    expect(await failureOf(log, { kind: 'file', file: 'binlog.000000', offset: 4 })).toMatchObject({
      code: 'SOURCE_PURGED',
    });
    const { file } = receiving.relay.end.point!;
    expect(await failureOf(log, { kind: 'file', file, offset: 4 }, 'another')).toMatchObject({
      code: 'SOURCE_FOREIGN',
    });
  });

  test('whose source has purged what comes next says so, and still gives what it has', async () => {
    const { url } = await sharedMysql();
    const folder = newFolder();
    {
      await using receiving = await Receiving.start(url, folder);
      await sql(url, 'CREATE DATABASE IF NOT EXISTS purged', 'DROP DATABASE purged');
      await receiving.caughtUp(url);
    }
    await sql(url, 'FLUSH LOGS');
    const { file } = await logEnd(url);
    await sql(url, `PURGE BINARY LOGS TO '${file}'`);
    await using receiving = await Receiving.start(url, folder);
    expect(await receiving.ended).toMatchObject({ code: 'SOURCE_PURGED', retryable: false });
    expect(await transactionsIn(receiving.relay.reader({ stopAtEnd: true }))).not.toEqual([]);
  });

  test('is of one source, and of one process at a time', async () => {
    const [{ url }, other] = [await sharedMysql(), await sharedMysql('5.7')];
    const folder = newFolder();
    {
      await using receiving = await Receiving.start(url, folder);
      await receiving.caughtUp(url);
      await expect(new Relay({ folder, log: silent }).open()).rejects.toMatchObject({ code: 'CHECKPOINT_LOCKED' });
    }
    await using receiving = await Receiving.start(other.url, folder);
    expect(await receiving.ended).toMatchObject({ code: 'SOURCE_FOREIGN' });
  });

  test('that lacks a file, or has a damaged one, says so and leaves all as it is', async () => {
    const { url } = await sharedMysql();
    const folder = newFolder();
    await sql(url, 'FLUSH LOGS', 'CREATE DATABASE IF NOT EXISTS damage', 'DROP DATABASE damage', 'FLUSH LOGS');
    {
      await using receiving = await Receiving.start(url, folder, { from: 'beginning' });
      await receiving.caughtUp(url);
    }
    const files = logFilesOf(folder);
    const [first, last] = [join(folder, files.at(-2)!), join(folder, files.at(-1)!)];
    const [kept, whole] = [readFileSync(first), readFileSync(last)];

    rmSync(first);
    await expect(opened(folder)).rejects.toMatchObject({
      code: 'RELAY_DAMAGED',
      message: expect.stringContaining(first),
    });
    writeFileSync(first, kept);

    const flipped = Buffer.from(whole);
    flipped[headersIn(whole)[1]!.start + 20]! ^= 1;
    writeFileSync(last, flipped);
    await expect(opened(folder)).rejects.toMatchObject({
      code: 'RELAY_DAMAGED',
      message: expect.stringContaining(last),
    });
    expect(readFileSync(last).equals(flipped)).toBe(true);
    writeFileSync(last, whole);

    writeFileSync(`${last}.unsynced`, '');
    await expect(opened(folder)).rejects.toMatchObject({
      code: 'RELAY_DAMAGED',
      hint: expect.stringContaining('unsynced'),
    });
    rmSync(`${last}.unsynced`);

    const older = Buffer.from(kept);
    older[headersIn(kept).at(-2)!.start + 20]! ^= 1;
    writeFileSync(first, older);
    const relay = await opened(folder);
    await expect(transactionsIn(relay.reader({ stopAtEnd: true }))).rejects.toMatchObject({ code: 'EVENT_CHECKSUM' });
    await relay.close();
  });
});

needs('mysql').describe('a relay on a disk', () => {
  const fileNow = async (url: string): Promise<string> => (await logEnd(url)).file;

  test('that is full stops by name, and goes on once there is space', async () => {
    const { url } = await sharedMysql();
    const folder = newFolder();
    const file = join(folder, nextFileName(await fileNow(url))!);
    {
      await using receiving = await Receiving.start(url, folder);
      await receiving.caughtUp(url);
      symlinkSync('/dev/full', file);
      await sql(url, 'FLUSH LOGS');
      const message = expect.stringContaining(folder) as unknown;
      expect(await receiving.ended).toMatchObject({ code: 'IO', retryable: true, message });
    }
    rmSync(file);
    await using receiving = await Receiving.start(url, folder);
    await receiving.caughtUp(url);
  });

  test('that does not take what is written is not acknowledged, nor believed by a later start', async () => {
    const { url } = await sharedMysql();
    const folder = newFolder();
    const file = join(folder, await fileNow(url));
    // Takes all, and cannot be synced.
    symlinkSync('/dev/null', file);
    {
      await using receiving = await Receiving.start(url, folder);
      expect(await receiving.ended).toMatchObject({ code: 'RELAY_DAMAGED', message: expect.stringContaining(file) });
      expect(receiving.relay.end.point).toBeNull();
    }
    await expect(opened(folder)).rejects.toMatchObject({
      code: 'RELAY_DAMAGED',
      hint: expect.stringContaining('unsynced'),
    });
  });

  test('that may not be written to is refused, also while it receives, and goes on once it may', async () => {
    const { url } = await sharedMysql();
    const folder = newFolder();
    await unprivileged(folder, async () => {
      const refused = { code: 'IO', message: expect.stringContaining(folder), hint: expect.stringContaining('write') };
      chmodSync(folder, 0o500);
      await expect(opened(folder)).rejects.toMatchObject(refused);
      chmodSync(folder, 0o700);
      {
        await using receiving = await Receiving.start(url, folder);
        await receiving.caughtUp(url);
        chmodSync(folder, 0o500);
        await sql(url, 'FLUSH LOGS');
        expect(await receiving.ended).toMatchObject(refused);
      }
      await expect(opened(folder)).rejects.toMatchObject(refused);
      chmodSync(folder, 0o700);
      await using receiving = await Receiving.start(url, folder);
      await receiving.caughtUp(url);
    });
  });

  test('where no folder can be made is refused', async () => {
    const folder = join(newFolder(), 'a file', 'relay');
    writeFileSync(dirname(folder), '');
    const message = expect.stringContaining(folder) as unknown;
    await expect(new Relay({ folder, log: silent }).open()).rejects.toMatchObject({ code: 'IO', message });
  });
});

async function opened(folder: string): Promise<Relay> {
  const relay = new Relay({ folder, log: silent });
  try {
    await relay.open();
    return relay;
  } catch (error) {
    await relay.close();
    throw error;
  }
}

const logFilesOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.\d{6}$/.test(name))
    .sort();

function insert(url: string, rows: number): Promise<unknown> {
  const values = (i: number): string => `REPEAT('${String.fromCharCode(97 + (i % 26))}', ${(i * 977) % 5000})`;
  const statements = Array.from({ length: rows }, (_, i) => `INSERT INTO relayed.t (v) VALUES (${values(i)}), ('')`);
  return sql(url, ...statements);
}

/** As a crash leaves the last file: some of what was not durable is missing, or is something else. */
function tear(folder: string): void {
  const path = join(folder, logFilesOf(folder).at(-1)!);
  const bytes = readFileSync(path);
  const last = headersIn(bytes).at(-1)!;
  // The power went before the end was noted, and with it a part of the last transaction.
  if (existsSync(join(folder, 'relay.end'))) rmSync(join(folder, 'relay.end'));
  truncateSync(path, last.start + 3);
  appendFileSync(path, Buffer.alloc(100, 7));
}

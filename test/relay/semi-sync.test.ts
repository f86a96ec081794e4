import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { expect } from 'vitest';
import { withConnection } from '../../src/mysql/connect.js';
import { semiSyncOf } from '../../src/mysql/semi-sync.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import type { DatabaseServer } from '../servers/database.js';
import { needs, sharedMysql } from '../servers/suite.js';
import { logEnd, sql } from '../source/reading.js';
import { newFolder, Receiving } from './relays.js';
import { SEMI_SYNC_SOURCES } from './sources.js';
import { transactionsIn } from './transactions.js';

const never = new AbortController().signal;
const CLIENTS = 4;
const COMMITS = 25;

for (const { title, start } of SEMI_SYNC_SOURCES) {
  needs('own').test(
    `a commit on ${title} is durable in the relay before its client hears of it, whatever its readers do`,
    async () => {
      await using server = await start();
      const folder = newFolder();
      await using receiving = await Receiving.start(server.url, folder, { semiSync: true });
      // Somebody who reads, and has stopped to look.
      const slow = receiving.relay.reader();
      const reading = slow
        .read({ source: await slow.identity(never), log: await slow.tail(never), held: [] }, never)
        [Symbol.asyncIterator]();
      await reading.next();

      const seen = await Promise.all(Array.from({ length: CLIENTS }, (_, client) => commit(server, receiving, client)));
      expect(seen.flat()).toEqual(Array.from({ length: CLIENTS * COMMITS }, () => true));
      const facts = await withConnection(parseServerUrl(server.url), never, semiSyncOf);
      expect(facts).toMatchObject({
        enabled: true,
        active: true,
        waitPoint: 'AFTER_SYNC',
        unacknowledged: 0,
        timeouts: 0,
      });
      // Those that commit as one group are waited for as one.
      expect(facts?.acknowledged).toBeGreaterThan(0);
      expect(receiving.relay.acknowledged).toBeGreaterThan(0);
      await receiving.caughtUp(server.url);
      expect((await transactionsIn(receiving.relay.reader({ stopAtEnd: true }))).length).toBeGreaterThanOrEqual(100);
      await reading.return?.();
      await receiving.stop();
      await waitsForADisk(server);
    },
  );
}

needs('mysql').test('a source without semi-synchronous replication is refused', async () => {
  const { url } = await sharedMysql();
  await using receiving = await Receiving.start(url, newFolder(), { semiSync: true });
  expect(await receiving.ended).toMatchObject({
    code: 'SOURCE_SETTINGS',
    hint: expect.stringMatching(/INSTALL PLUGIN/),
  });
});

/** What the disk does not take is not acknowledged: its commit waits until another relay has it. */
async function waitsForADisk(server: DatabaseServer): Promise<void> {
  const folder = newFolder();
  const before = await logEnd(server.url);
  // Takes all, and cannot be synced.
  symlinkSync('/dev/null', join(folder, before.file));
  let isDone = false;
  const done = sql(server.url, 'CREATE DATABASE waits').then(() => (isDone = true));
  while ((await logEnd(server.url)).offset === before.offset) await sleep(10);
  const failing = await Receiving.start(server.url, folder, { semiSync: true });
  expect(await failing.ended).toMatchObject({ code: 'RELAY_DAMAGED' });
  expect(failing.relay.acknowledged).toBe(0);
  await failing.stop();
  expect(isDone).toBe(false);
  await using _ = await Receiving.start(server.url, newFolder(), { semiSync: true });
  await done;
}

/** Commits one after the other, and says of each whether the relay had moved when its client heard of it. */
async function commit({ host, port, user }: DatabaseServer, { relay }: Receiving, client: number): Promise<boolean[]> {
  const connection = await mysql.createConnection({ host, port, user });
  const seen: boolean[] = [];
  try {
    await connection.query(`CREATE DATABASE c${client}`);
    await connection.query(`CREATE TABLE c${client}.t (n INT PRIMARY KEY)`);
    for (let n = 0; n < COMMITS; n++) {
      const { point } = relay.end;
      await connection.query(`INSERT INTO c${client}.t VALUES (${n})`);
      seen.push(relay.end.point !== point);
    }
  } finally {
    await connection.end();
  }
  return seen;
}

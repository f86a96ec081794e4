import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseServerUrl } from '../../src/mysql/url.js';
import { expired, type StoredFile } from '../../src/relay/retention.js';
import { serverLog } from '../../src/source/server.js';
import { needs, sharedMariadb, sharedMysql } from '../servers/suite.js';
import { sql } from '../source/reading.js';
import { newFolder, Receiving } from './relays.js';
import { positionBehind, transactionsIn } from './transactions.js';

const never = new AbortController().signal;

const files: readonly StoredFile[] = [1, 2, 3, 4].map((n) => ({
  name: `binlog.00000${n}`,
  sizeBytes: 100,
  modifiedMs: n * 1000,
}));

test.each([
  ['nothing without bounds', {}, 'binlog.000004', []],
  ['what is older than its time', { timeMs: 2500 }, 'binlog.000004', ['binlog.000001', 'binlog.000002']],
  ['what is too much', { sizeBytes: 300 }, 'binlog.000004', ['binlog.000001']],
  [
    'all but what is needed, however much that is',
    { sizeBytes: 1 },
    'binlog.000003',
    ['binlog.000001', 'binlog.000002'],
  ],
  ['nothing while nobody knows what is needed', { sizeBytes: 1, timeMs: 1 }, null, []],
] as const)('retention removes %s', (_, retention, needed, gone) => {
  expect(expired(files, { retention, needed, nowMs: 5000 })).toEqual(gone);
});

for (const [title, kind, shared] of [
  ['MySQL 9.7', 'mysql', () => sharedMysql()],
  ['MariaDB 11.8', 'mariadb', () => sharedMariadb()],
] as const) {
  needs(kind).test(
    `a relay of ${title} keeps what each of its consumers still needs, and what has no end yet`,
    async () => {
      const { url } = await shared();
      const folder = newFolder();
      await sql(url, 'FLUSH LOGS');
      await using receiving = await Receiving.start(url, folder);
      for (let i = 0; i < 4; i++) await sql(url, `CREATE DATABASE kept${i}`, `DROP DATABASE kept${i}`, 'FLUSH LOGS');
      await receiving.caughtUp(url);
      const { relay } = receiving;
      const log = relay.reader({ stopAtEnd: true });
      const beginning = { source: await log.identity(never), log: await log.tail(never), held: [] };
      const [slow, quick] = [await positionBehind(log, beginning, 3), await positionBehind(log, beginning, 7)];
      const wanted = (await transactionsIn(log, beginning)).slice(3);
      const purge = (...consumers: Parameters<typeof relay.purge>[1]) =>
        relay.purge({ sizeBytes: 1 }, consumers, { nowMs: Date.now(), signal: never });

      expect(await purge(slow, undefined)).toEqual([]);
      const [first] = relay.folder.files;
      expect(await purge(slow, quick)).toEqual([first]);
      expect(readdirSync(folder)).not.toContain(first);
      expect(await transactionsIn(relay.reader({ stopAtEnd: true }), slow)).toEqual(wanted);

      expect((await purge(quick)).length).toBe(2);
      await expect(transactionsIn(relay.reader({ stopAtEnd: true }), slow)).rejects.toMatchObject({
        code: 'SOURCE_PURGED',
      });
      // The source has it still.
      const own = serverLog({ address: parseServerUrl(url), stopAtEnd: true });
      expect(await transactionsIn(own, slow)).toEqual(wanted);
    },
  );
}

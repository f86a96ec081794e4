import { tmpdir } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import { composeSource } from '../../src/daemon/compose.js';
import { HeartbeatWriter } from '../../src/daemon/heartbeat-writer.js';
import { parseServerUrl, placeOf } from '../../src/mysql/url.js';
import { PositionFold } from '../../src/pipeline/fold.js';
import { Heartbeats } from '../../src/pipeline/heartbeats.js';
import { memoryHistoryStore } from '../../src/schema/history/store.js';
import { execute, select, silent } from '../connectors/replica/replicating.js';
import type { DatabaseAddress } from '../servers/database.js';
import { needs, sharedMariadb, sharedMysql } from '../servers/suite.js';

const TABLE = { schema: 'beating', table: 'heartbeat' };
const never = new AbortController().signal;

/** A writer that runs until it is disposed of. */
function writing(...servers: readonly Pick<DatabaseAddress, 'url'>[]) {
  const stop = new AbortController();
  const config = { ...TABLE, intervalMs: 50 };
  const writer = new HeartbeatWriter({ servers: servers.map(({ url }) => parseServerUrl(url)), config, log: silent });
  const ended = writer.run(stop.signal);
  return {
    /** Resolves when it writes to that one. */
    async isAt({ url }: Pick<DatabaseAddress, 'url'>): Promise<void> {
      while (writer.stats.server !== placeOf(parseServerUrl(url)))
        await new Promise((resolve) => setTimeout(resolve, 10));
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

const beats = async (server: DatabaseAddress): Promise<string> =>
  String((await select(server, 'SELECT MAX(ts) FROM beating.heartbeat'))[0]?.[0]);

/** What a stream of the server sees that wants none of the table, from now until a heartbeat of `wanted` has come. */
async function seen(
  { url }: DatabaseAddress,
  write: () => Promise<void>,
  wanted: (us: number) => boolean,
): Promise<void> {
  const heartbeats = new Heartbeats();
  const { source } = composeSource(
    { kind: 'server', address: parseServerUrl(url), from: { kind: 'now' }, schema: 'auto' },
    {
      transform: { include: ['shop.*'] },
      spoolDir: tmpdir(),
      history: memoryHistoryStore(),
      logger: silent,
      heartbeats: { table: TABLE, seen: heartbeats },
    },
  );
  const from = await source.start(never);
  const fold = new PositionFold(from);
  await write();
  for await (const transaction of source.read(from, never)) {
    fold.add(transaction);
    transaction.release();
    heartbeats.moved(fold.take());
    if (heartbeats.durableUs !== null && wanted(heartbeats.durableUs)) return;
  }
}

needs('mariadb', 'mysql').describe('heartbeats', () => {
  afterAll(async () => {
    for (const server of [await sharedMariadb(), await sharedMysql()]) {
      await execute(server, 'SET GLOBAL read_only = 0', 'DROP DATABASE IF EXISTS beating');
    }
  });

  test('are written on MariaDB, by its own clock, and seen in its log', async () => {
    const server = await sharedMariadb();
    const begunAt = Date.now() - 1000;
    await using writer = writing(server);
    // Its table is there then, which a stream that begins just before it is made does not know.
    await writer.isAt(server);
    await seen(
      server,
      async () => {},
      (us) => us / 1000 > begunAt && us / 1000 < Date.now() + 1000,
    );
    const [[ts, serverId] = []] = await select(server, 'SELECT ts, server_id FROM beating.heartbeat');
    expect(ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    expect(serverId).toBe((await select(server, 'SELECT @@server_id'))[0]?.[0]);
  });

  test('go on at the server that takes writes, after each failover', async () => {
    const [east, west] = [await sharedMariadb(), await sharedMysql()];
    // One of the servers that were named is gone for good.
    const gone = { url: 'mysql://root@127.0.0.1:1' };
    await execute(east, 'SET GLOBAL read_only = 1');
    await using writer = writing(gone, east, west);
    await writer.isAt(west);
    await execute(west, 'SET GLOBAL read_only = 1');
    await execute(east, 'SET GLOBAL read_only = 0');
    await writer.isAt(east);
    const last = await beats(west);
    await execute(west, 'SET GLOBAL read_only = 0');
    await execute(east, 'SET GLOBAL read_only = 1');
    await writer.isAt(west);
    expect((await beats(west)) > last).toBe(true);
    await execute(east, 'SET GLOBAL read_only = 0');
  });

  test.each(['mariadb', 'mysql'] as const)(
    'of pt-heartbeat are understood, as it writes them on %s',
    async (flavour) => {
      const server = flavour === 'mariadb' ? await sharedMariadb() : await sharedMysql();
      await execute(
        server,
        'CREATE DATABASE IF NOT EXISTS beating',
        'DROP TABLE IF EXISTS beating.heartbeat',
        // With --create-table.
        `CREATE TABLE beating.heartbeat (
         ts varchar(26) NOT NULL, server_id int unsigned NOT NULL PRIMARY KEY, file varchar(255) DEFAULT NULL,
         position bigint unsigned DEFAULT NULL, relay_master_log_file varchar(255) DEFAULT NULL,
         exec_master_log_pos bigint unsigned DEFAULT NULL)`,
        "INSERT INTO beating.heartbeat (ts, server_id) VALUES ('2026-11-22T01:00:00.000000', 7)",
      );
      const values = "file='binlog.000003', position='1234', relay_master_log_file=NULL, exec_master_log_pos=NULL";
      const update = `UPDATE beating.heartbeat SET ts='2026-11-22T01:02:03.004500', ${values} WHERE server_id='7'`;
      const replace = `REPLACE INTO beating.heartbeat SET ts='2026-11-22T01:02:04.000500', server_id='7', ${values}`;
      const at = (text: string): number => Date.parse(text) * 1000;
      await seen(
        server,
        () => execute(server, update),
        (us) => us === at('2026-11-22T01:02:03.004Z') + 500,
      );
      await seen(
        server,
        () => execute(server, replace),
        (us) => us === at('2026-11-22T01:02:04.000Z') + 500,
      );
      // After a failover the new primary writes a row of its own.
      await seen(
        server,
        () => execute(server, replace.replace("'7'", "'8'")),
        (us) => us === at('2026-11-22T01:02:04.000Z') + 500,
      );
    },
  );
});

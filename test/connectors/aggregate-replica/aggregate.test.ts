import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect } from 'vitest';
import { rowtide } from '../../cli/rowtide.js';
import { startProxy } from '../../servers/proxy.js';
import { needs, sharedMariadb, sharedMysql } from '../../servers/suite.js';
import { ORDERS, Scene, SHARDS, type ShardedSource } from './scene.js';

const NEEDED = ['mysql', 'mysql80', 'mariadb'] as const;

needs(...NEEDED).describe('many sources in one target', () => {
  let scene: Scene;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let sources: ShardedSource[];

  beforeEach(async () => {
    const [newest, older, mariadb] = [await sharedMysql('9.7'), await sharedMysql('8.0'), await sharedMariadb('11.8')];
    proxy = await startProxy({ target: { port: older.port } });
    sources = [
      { name: 'east', url: newest.url },
      { name: 'west', url: older.url, through: `mysql://root@127.0.0.1:${proxy.port}` },
      { name: 'south', url: mariadb.url },
    ];
    const prefix = `agg${randomUUID().slice(0, 6)}`;
    scene = new Scene({ sources, target: newest.url, prefix, sink: { workers: 2 } });
    await scene.prepare();
  });
  afterEach(async () => {
    await scene.close();
    await proxy.close();
  });

  const each = async (sql: string, names = sources.map(({ name }) => name)): Promise<void> => {
    for (const name of names) for (const shard of SHARDS) await scene.run(name, sql, shard);
  };
  const place = (note: string): string =>
    `INSERT INTO orders (note, total, placed) VALUES ('${note}', 1.25, '2026-11-20 10:15:00.125'), ('ü', NULL, NULL)`;

  const replica = (...args: readonly string[]) => rowtide(['replica', ...args, '--config', scene.config]);

  needs(...NEEDED).test(
    'are together what they are apart: altered one after the other, one of them away for a while, one standing still',
    async () => {
      scene.start();
      await each(ORDERS);
      await each(place('first'));
      await scene.caughtUp();
      expect(await scene.differences('orders', 'id, note, total, placed')).toEqual([]);

      // One cannot be reached, and one stands still; the first one alters its tables meanwhile.
      await scene.ask('pause', 'south');
      await scene.until('south', ({ state }) => state === 'paused');
      await proxy.refuse(true);
      proxy.cutAll();
      await each('ALTER TABLE orders ADD paid BOOLEAN NOT NULL DEFAULT FALSE, CHANGE note remark VARCHAR(60)', [
        'east',
      ]);
      await each('ALTER TABLE orders DROP total', ['east']);
      await each("INSERT INTO orders (remark, paid) VALUES ('altered', TRUE)", ['east']);
      await scene.caughtUp(['east']);
      await scene.until('east', ({ lagMs }) => lagMs !== null && lagMs < 5000);
      expect(await scene.differences('orders', 'id, remark, placed, paid', [sources[0]!])).toEqual([]);

      // Rows from before their own statements find the tables as they are by then.
      await each(place('late'), ['west', 'south']);
      await each("UPDATE orders SET note = 'later', total = 2 WHERE id % 2 = 1", ['west', 'south']);
      await each('DELETE FROM orders WHERE id = 2', ['west', 'south']);
      await proxy.refuse(false);
      await scene.ask('resume', 'south');
      await scene.stop('SIGKILL');
      scene.start();
      await scene.caughtUp();
      const missing = await scene.differences('orders', 'id, placed');
      expect(missing).toEqual([]);
      await each('ALTER TABLE orders ADD paid BOOLEAN NOT NULL DEFAULT FALSE, CHANGE note remark VARCHAR(60)', [
        'west',
        'south',
      ]);
      await each('ALTER TABLE orders DROP total', ['west', 'south']);
      await each("INSERT INTO orders (remark, paid) VALUES ('as well', TRUE)");
      await scene.caughtUp();
      expect(await scene.differences('orders', 'id, remark, placed, paid')).toEqual([]);
      const { counters, workers } = await scene.statusOf('west');
      expect(counters).toMatchObject({ 'statements recognised': 4, rows: expect.any(Number) });
      expect(workers[0]).toMatchObject({ doing: 'idle', counters: { transactions: expect.any(Number) } });
    },
  );

  needs(...NEEDED).test(
    'do not stop each other: one that differs says so by name, and goes on when it is told to',
    async () => {
      scene.start();
      await each(ORDERS);
      await each('ALTER TABLE orders ADD z INT', ['east']);
      await scene.caughtUp();
      await scene.run('west', 'ALTER TABLE orders ADD z BIGINT', 1);
      await scene.until('west', ({ state }) => state === 'failed');
      await each(place('goes on'), ['east', 'south']);
      await scene.caughtUp(['east', 'south']);
      expect(await scene.differences('orders', 'id, note', [sources[0]!, sources[2]!])).toEqual([]);

      const west = JSON.parse((await replica('status', '--pipeline', 'all.west', '--json')).stdout)[0];
      expect(west).toMatchObject({ state: 'failed', errorCode: 'SINK_REFUSED', lagMs: null });
      expect(west.error).toMatch(
        /^all\.west: ALTER TABLE orders ADD z BIGINT at .* makes another table of .*\.orders than it is/,
      );
      const [gtid = ''] = /[0-9a-f-]{36}:\d+/.exec(west.error) ?? [];
      expect(await replica('skip', gtid, '--pipeline', 'all.west')).toMatchObject({ status: 0 });
      await each("INSERT INTO orders (note) VALUES ('after it')", ['west']);
      await scene.caughtUp();
      expect(await scene.differences('orders', 'id, note')).toEqual([]);

      // Right behind the second of three.
      expect((await replica('pause', '--pipeline', 'all.west')).status).toBe(0);
      await scene.until('west', ({ state }) => state === 'paused');
      for (const note of ['one', 'two', 'three'])
        await scene.run('west', `INSERT INTO orders (note) VALUES ('${note}')`, 1);
      const last = String((await scene.rows('west', 'SELECT @@GLOBAL.gtid_executed'))[0]);
      const [, uuid, n] = /^([^:]+):.*?(\d+)$/s.exec(last) ?? [];
      const second = `${uuid}:${Number(n) - 1}`;
      expect((await replica('until', second, '--pipeline', 'all.west')).stdout).toContain(second);
      await scene.until('west', ({ state, until }) => state === 'paused' && until === null);
      const notes = await scene.rows(
        'target',
        `SELECT note FROM ${scene.target}.orders WHERE note IN ('one', 'two', 'three')`,
      );
      expect(notes.flat()).toEqual(['one', 'two']);
    },
  );

  needs(...NEEDED).test('whose keys would collide are found before a row is written', async () => {
    const alone = new Scene({ sources, target: sources[0]!.url, prefix: scene.target, route: { add: {} } });
    try {
      await alone.prepare();
      for (const shard of SHARDS) {
        await alone.run('east', ORDERS, shard);
        await alone.run('east', place('there already'), shard);
      }
      alone.start();
      const { error } = await alone.until('east', ({ state }) => state === 'failed');
      expect(error).toMatch(
        /keys of sources collide in \w+\.orders: id: all\.east \(\w+\.orders\) has 1 to 2 and goes on with 3, and all\.east/,
      );
      await alone.until('west', ({ state }) => state === 'streaming');
      await expect(alone.rows('target', `SELECT 1 FROM ${alone.target}.orders`)).rejects.toThrow(
        /Unknown database|doesn't exist/,
      );
    } finally {
      await alone.close();
    }
  });
});

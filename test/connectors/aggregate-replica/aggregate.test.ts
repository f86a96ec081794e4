import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect } from 'vitest';
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
    scene = new Scene({ sources, target: newest.url, prefix: `agg${randomUUID().slice(0, 6)}` });
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
      expect((await scene.statusOf('east')).lagMs).toBeLessThan(5000);
      expect(await scene.differences('orders', 'id, remark, placed, paid', [sources[0]!])).toEqual([]);

      // Rows from before their own statements find the tables as they are by then.
      await each(place('late'), ['west', 'south']);
      await each("UPDATE orders SET note = 'later', total = 2 WHERE id % 2 = 1", ['west', 'south']);
      await each('DELETE FROM orders WHERE id = 2', ['west', 'south']);
      await proxy.refuse(false);
      await scene.ask('resume', 'south');
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
      const { counters } = await scene.statusOf('west');
      expect(counters).toMatchObject({ 'statements recognised': 6 });
    },
    120_000,
  );
});

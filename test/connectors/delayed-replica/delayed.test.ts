import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../../servers/suite.js';
import { executed, select } from '../replica/replicating.js';
import { Scene } from './scene.js';

needs('own').describe('a delayed replica', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open();
    await scene.write(
      'CREATE DATABASE shop',
      'CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT, item TEXT)',
    );
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  const pipeline = null;

  it('applies nothing before its time, tells what waits, and gives what waits another delay', async () => {
    const gtid = await scene.write("INSERT INTO shop.orders (item) VALUES ('ink')");
    await using replica = await scene.run({ delay: '1h' });
    const { delayed } = await replica.until(({ delayed: { waiting } }) => waiting.transactions === 3);
    expect(delayed).toMatchObject({ delayMs: 3_600_000, mode: 'delayed', isIdle: false, held: null });
    expect(delayed.notable.map(({ what }) => what[0])).toEqual([
      'CREATE DATABASE shop',
      expect.stringContaining('CREATE TABLE shop.orders'),
    ]);
    const { committedAt, releaseAt, transaction } = delayed.next!;
    expect(transaction).toBe(`${gtid.split(':')[0]}:1`);
    const second = Math.ceil(Date.parse(committedAt) / 1000) * 1000;
    // The commit is known to the microsecond, and shown to the millisecond.
    expect([second, second + 1000].map((ms) => ms + 3_600_000)).toContain(Date.parse(releaseAt));
    await expect(scene.rowsOf('shop.orders')).rejects.toThrow('Unknown database');

    await replica.ask({ command: 'delay', delayMs: 1000, pipeline });
    await replica.until(({ delayed: { isIdle } }) => isIdle);
    expect(await executed(scene.target)).toBe(await executed(scene.source));
  });

  it('catches up at once, and is late again then', async () => {
    await using replica = await scene.run({ delay: '1h' });
    await scene.write("INSERT INTO shop.orders (item) VALUES ('pen')");
    await replica.until(({ delayed: { waiting } }) => waiting.transactions === 1);
    await replica.ask({ command: 'catch-up', pipeline });
    await replica.until(({ delayed: { isIdle, mode } }) => isIdle && mode === 'delayed');
    expect(await scene.rowsOf('shop.orders')).toBe(2);
    await scene.write("INSERT INTO shop.orders (item) VALUES ('cup')");
    await replica.until(({ delayed: { next } }) => next !== null);
    expect(await scene.rowsOf('shop.orders')).toBe(2);
  });

  it('applies everything before a place at once, and stands still there, also after a restart', async () => {
    const bad = await scene.write("UPDATE shop.orders SET item = 'oops' WHERE id > 0");
    await scene.write("INSERT INTO shop.orders (item) VALUES ('after')");
    {
      await using replica = await scene.run({ delay: '1h' });
      await replica.until(({ delayed: { waiting } }) => waiting.transactions === 3);
      await expect(replica.ask({ command: 'apply', before: `${bad}9`, pipeline })).rejects.toThrow(
        'not among what waits',
      );
      await expect(replica.ask({ command: 'apply', before: '2999-01-01', pipeline })).rejects.toThrow('not come yet');
      await replica.ask({ command: 'apply', before: bad, pipeline });
      await replica.until(({ state, delayed: { mode } }) => state === 'paused' && mode === 'delayed');
      expect(await select(scene.target, 'SELECT item FROM shop.orders')).toEqual([['ink'], ['pen'], ['cup']]);
    }
    {
      // Due by now, as far as the delay is concerned.
      await using replica = await scene.run({ delay: '1ms' });
      const { state, delayed } = await replica.until(({ delayed: { waiting } }) => waiting.transactions === 2);
      expect([state, delayed.next?.transaction]).toEqual(['paused', bad]);
      await replica.ask({ command: 'skip', gtid: bad, pipeline });
      await replica.until(({ delayed: { isIdle } }) => isIdle);
    }
    expect(await executed(scene.target)).toBe(await executed(scene.source));
    const items = await select(scene.target, 'SELECT item FROM shop.orders');
    expect(items.flat()).toEqual(['ink', 'pen', 'cup', 'after']);
  });

  it('applies what was committed before a time', async () => {
    await using replica = await scene.run({ delay: '1h' });
    await scene.write("INSERT INTO shop.orders (item) VALUES ('in time')");
    const [[time] = []] = await select(scene.source, 'SELECT DATE_FORMAT(UTC_TIMESTAMP(6), "%Y-%m-%d %T.%fZ")');
    await scene.write("INSERT INTO shop.orders (item) VALUES ('late')");
    await replica.until(({ delayed: { waiting } }) => waiting.transactions === 2);
    await replica.ask({ command: 'apply', before: String(time), pipeline });
    await replica.until(({ state }) => state === 'paused');
    const items = await select(scene.target, "SELECT item FROM shop.orders WHERE item IN ('in time', 'late')");
    expect(items).toEqual([['in time']]);
    await replica.ask({ command: 'catch-up', pipeline });
    await replica.until(({ delayed: { isIdle } }) => isIdle);
  });

  it('stands still before what its guard holds, alerts, and waits for a person, over restarts', async () => {
    await using hook = await Hook.open();
    const guard = { webhook: hook.url, deleteRows: 3, exclude: ['shop.tmp_*'] };
    await scene.write('CREATE TABLE shop.tmp_1 (id INT)', 'DROP TABLE shop.tmp_1');
    const drop = await scene.write('CREATE TABLE shop.old (id INT)', 'DROP TABLE shop.old');
    const truncate = await scene.write(
      'CREATE TABLE shop.audit (id INT)',
      'INSERT INTO shop.audit VALUES (1)',
      'TRUNCATE shop.audit',
    );
    const held = `"transaction":"${drop}","rule":"drop"`;
    for (let i = 0; i < 2; i++) {
      await using replica = await scene.run({ delay: '1ms', guard });
      const { delayed } = await replica.until((status) => status.state === 'paused' && status.delayed.held !== null);
      expect(JSON.stringify(delayed.held)).toContain(held);
      await expect(replica.ask({ command: 'resume', pipeline })).rejects.toThrow(`before ${drop}`);
      await expect(scene.rowsOf('shop.tmp_1')).rejects.toThrow("doesn't exist");
      expect(await scene.rowsOf('shop.old')).toBe(0);
      // The first one to be posted was not taken, and comes again, as long as there is a replica to say it.
      const alert = expect.objectContaining({ event: 'held', pipeline: 'rescue', gtid: drop, rule: 'drop' });
      await expect.poll(() => hook.alerts).toContainEqual(alert);
    }
    {
      await using replica = await scene.run({ delay: '1ms', guard });
      await replica.until(({ delayed: { held } }) => held !== null);
      await replica.ask({ command: 'allow', transaction: drop, pipeline });
      await replica.until(({ delayed }) => delayed.held?.transaction === truncate);
      await replica.ask({ command: 'skip', gtid: truncate, pipeline });
      await replica.until(({ delayed: { isIdle } }) => isIdle);
      expect(await scene.rowsOf('shop.audit')).toBe(1);
      const every = await scene.write(
        "INSERT INTO shop.orders (item) VALUES ('y')",
        "UPDATE shop.orders SET item = 'z'",
      );
      const status = await replica.until(({ delayed }) => delayed.held !== null);
      expect(status.delayed.held).toMatchObject({ transaction: every, rule: 'missingWhere' });
    }
  });

  it('counts the part of a table that a delete takes on the target, once all in front of it is there', async () => {
    const bad = await scene.write(
      'CREATE TABLE shop.many (id INT PRIMARY KEY)',
      'INSERT INTO shop.many WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n',
      'DELETE FROM shop.many WHERE id <= 500',
      'DELETE FROM shop.many WHERE id <= 900',
    );
    const guard = { drop: false, truncate: false, missingWhere: false, deletePercent: 60 };
    await using replica = await scene.run({ delay: '1ms', guard });
    const { delayed } = await replica.until(({ delayed: { held } }) => held !== null);
    const what = 'DELETE of 400 rows of shop.many, which has 500';
    expect(delayed.held).toEqual({ transaction: bad, rule: 'deletePercent', what });
    expect(await scene.rowsOf('shop.many')).toBe(500);
    await replica.ask({ command: 'allow', transaction: bad, pipeline });
    await replica.until(({ delayed: { isIdle } }) => isIdle);
    expect(await scene.rowsOf('shop.many')).toBe(100);
  });

  it('does all that in mode sql, too', async () => {
    const options = { delay: '1h', mode: 'sql' };
    {
      await using replica = await scene.run(options);
      await replica.until(({ position }) => position !== null);
    }
    await mistakenlyDropped(scene, options);
    await expect.poll(() => itemsOf(scene, 'carts')).toEqual(['kept', 'late']);
  });
});

needs('own').describe('a delayed replica of MariaDB', () => {
  it('is late, held before a mistake, and goes on behind it, as that of MySQL', async () => {
    await using scene = await Scene.open('mariadb');
    await scene.write('CREATE DATABASE shop');
    await mistakenlyDropped(scene, { delay: '1h', mode: 'binlog' });
    await expect.poll(() => itemsOf(scene, 'carts')).toEqual(['kept', 'late']);

    const every = await scene.write("UPDATE shop.carts SET item = 'all'");
    await using replica = await scene.run({ delay: '1ms', mode: 'binlog' });
    const { delayed } = await replica.until(({ delayed: { held } }) => held !== null);
    expect(delayed.held).toMatchObject({ transaction: every, rule: 'missingWhere' });
    await replica.ask({ command: 'allow', transaction: every, pipeline: null });
    await replica.until(({ delayed: { isIdle } }) => isIdle);
    // The row that the source has no more is not in the event.
    expect(await select(scene.target, 'SELECT item FROM shop.carts')).toEqual([['kept'], ['all']]);
  });
});

async function itemsOf(scene: Scene, table: string): Promise<unknown[]> {
  return (await select(scene.target, `SELECT item FROM shop.${table}`)).flat();
}

/** A table is dropped at the source, an hour before the replica is to know of it; the drop is left out there. */
async function mistakenlyDropped(scene: Scene, options: Record<string, unknown>): Promise<void> {
  const pipeline = null;
  await scene.write(
    'CREATE TABLE shop.carts (id INT PRIMARY KEY, item TEXT)',
    "INSERT INTO shop.carts VALUES (1, 'kept')",
  );
  const drop = await scene.write('DROP TABLE shop.carts');
  await scene.write('CREATE TABLE IF NOT EXISTS shop.other (id INT)');
  {
    await using replica = await scene.run(options);
    const { delayed } = await replica.until(
      ({ delayed: { waiting, notable } }) => waiting.transactions >= 4 && notable.length >= 3,
    );
    expect(delayed.notable.find(({ rule }) => rule === 'drop')).toMatchObject({ transaction: drop });
    const { committedAt = '', releaseAt = '' } = delayed.next ?? {};
    expect(Date.parse(releaseAt) - Date.parse(committedAt)).toBeGreaterThanOrEqual(3_600_000);
    await expect(scene.rowsOf('shop.carts')).rejects.toThrow();
    await replica.ask({ command: 'apply', before: 'before:DROP TABLE shop.carts', pipeline });
    await replica.until(({ state, delayed: { mode } }) => state === 'paused' && mode === 'delayed');
    expect(await scene.rowsOf('shop.carts')).toBe(1);
  }
  // Stands still there after a restart, also when all is due.
  await using replica = await scene.run({ ...options, delay: '1ms' });
  const { state, delayed } = await replica.until(({ delayed: { waiting } }) => waiting.transactions === 2);
  expect([state, delayed.next?.transaction]).toEqual(['paused', drop]);
  await replica.ask({ command: 'skip', gtid: drop, pipeline });
  await scene.write(
    'CREATE TABLE IF NOT EXISTS shop.carts (id INT PRIMARY KEY, item TEXT)',
    "INSERT INTO shop.carts VALUES (2, 'late')",
  );
  await replica.until(({ delayed: { isIdle, waiting } }) => isIdle && waiting.transactions === 0);
}

/** Takes alerts, from the second try on. */
class Hook implements AsyncDisposable {
  readonly #server: Server;
  readonly #bodies: unknown[] = [];

  private constructor() {
    let tries = 0;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        tries++;
        if (tries > 1) this.#bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
        response.writeHead(tries > 1 ? 204 : 503).end();
      });
    });
  }

  static async open(): Promise<Hook> {
    const hook = new Hook();
    await new Promise<void>((resolve) => hook.#server.listen(0, '127.0.0.1', resolve));
    return hook;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/alerts`;
  }

  get alerts(): readonly unknown[] {
    return this.#bodies;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

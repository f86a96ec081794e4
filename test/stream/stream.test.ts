/** The library's stream of changes, and the TypeScript types that `rowtide types` writes for it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { memoryStore, type StreamOptions, stream } from 'rowtide';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowtide } from '../cli/rowtide.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { compile, here, output } from './compile.js';
import type { ShopDb } from './shop.js';
import { SHOP } from './tables.js';

needs('own').describe('a typed stream', () => {
  let server: MysqlServer;
  let sql: mysql.Connection;

  beforeAll(async () => {
    server = await startMysql({ options: ['--binlog-row-metadata=FULL'] });
    sql = await mysql.createConnection(server.url);
    for (const statement of SHOP) await sql.query(statement);
  });
  afterAll(async () => {
    await sql?.end();
    await server?.remove();
  });

  const orders = { include: ['shop.orders'] };

  function insert(...totals: readonly number[]): Promise<unknown> {
    const rows = totals.map((total) => `(1, ${total})`).join(', ');
    return sql.query(`INSERT INTO shop.orders (customer, total) VALUES ${rows}`);
  }

  /** The totals of orders as they are inserted, until there are `enough` or the stream ends. */
  async function totals(options: StreamOptions & { rowImage?: 'full' }, enough = Infinity): Promise<number[]> {
    const found: number[] = [];
    for await (const change of stream<ShopDb>(server.url, { ...orders, ...options })) {
      if (change.table === 'shop.orders' && change.kind === 'insert') found.push(Number(change.after.total));
      if (found.length >= enough) break;
    }
    return found;
  }

  test('has the type that the server’s tables have', async () => {
    const args = ['types', server.url, '--include', 'shop.*', '--name', 'ShopDb'];
    const first = await rowtide(args);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toBe(readFileSync(here('shop.ts'), 'utf8'));
    expect((await rowtide(args)).stdout).toBe(first.stdout);
    expect(await rowtide(['types', server.url, '--include', 'shop.paid'])).toMatchObject({ status: 2, stdout: '' });
    expect(await rowtide(['types', server.url, '--name', 'my db'])).toMatchObject({ status: 2, stdout: '' });
  });

  test('says of each change which table it is of, and holds its values', async () => {
    const from = await begin();
    await sql.query("INSERT INTO shop.orders (customer, total, status) VALUES (7, 9.5, 'paid')");
    await sql.query("UPDATE shop.orders SET status = 'it''s sent' WHERE customer = 7");
    await sql.query('DELETE FROM shop.orders WHERE customer = 7');
    await sql.query('CREATE TABLE shop.other (id INT)');
    await sql.query("INSERT INTO shop.`odd.name ``s` (`it's */ \"odd\"`, 日本, kind) VALUES (1, 2026, '*/')");
    const seen = await collect(stream<ShopDb>(server.url, { include: ['shop.*'], from, until: 'now' }));
    expect(seen.map(({ kind, table }) => [kind, table])).toEqual([
      ['insert', 'shop.orders'],
      ['update', 'shop.orders'],
      ['delete', 'shop.orders'],
      ['statement', null],
      ['insert', 'shop.`odd.name ``s`'],
    ]);
    const [, update] = seen;
    if (update?.table !== 'shop.orders' || update.kind !== 'update') throw new Error('the update is missing');
    const { before, after, definition, transaction } = update;
    expect([before.status, after.status, after.total, after.gross]).toEqual(['paid', "it's sent", '9.50', '11.40']);
    expect(definition.primaryKey).toEqual([0]);
    expect(transaction.committedAtUs).toBeGreaterThan(1e15);
    expect(transaction.gtid).not.toBeNull();
  });

  test('is as well made from the log’s files', async () => {
    const from = await begin();
    await insert(41, 42);
    await sql.query('FLUSH BINARY LOGS');
    const files = [join(server.binlogDir, from.split(':')[0] ?? '')];
    const changes = await collect(stream<ShopDb>({ files }, { ...orders, from }));
    expect(changes.map((change) => change.table === 'shop.orders' && change.kind)).toEqual(['insert', 'insert']);
  });

  test('ends when it is left, when it is aborted, and at its end, and leaves no connection open', async () => {
    const from = await begin();
    await insert(1, 2, 3);
    await insert(4);
    expect(await totals({ from }, 2)).toEqual([1, 2]);
    expect(await totals({ from, until: 'now' })).toEqual([1, 2, 3, 4]);
    await expect(
      (async () => {
        for await (const _ of stream(server.url, { from })) throw new Error('of the loop');
      })(),
    ).rejects.toThrow('of the loop');

    const stop = new AbortController();
    const taken: unknown[] = [];
    const waiting = (async () => {
      for await (const change of stream<ShopDb>(server.url, { ...orders, from, signal: stop.signal }))
        taken.push(change);
    })();
    await expect.poll(() => taken).toHaveLength(4);
    await dumps((count) => count === 1);
    stop.abort();
    await waiting;
    expect(taken).toHaveLength(4);
    expect(await totals({ from, signal: stop.signal })).toEqual([]);
    await dumps((count) => count === 0);
  });

  test('goes on where its store says: transactions that were taken whole do not come again', async () => {
    const store = memoryStore();
    const options = { store, from: await begin() };
    const all = Array.from({ length: 20 }, (_, i) => [10 * i, 10 * i + 1]);
    for (const two of all) await insert(...two);
    expect(await totals(options, 1)).toEqual([0]);
    // Left in the middle of the 15th, of what came with it in one batch: the 14 before it are done.
    expect(await totals(options, 29)).toEqual(all.flat().slice(0, 29));
    expect(await totals(options, 2)).toEqual(all[14]);
    expect(await totals({ ...options, until: 'now' })).toEqual(all.slice(14).flat());
    expect(await totals({ ...options, until: 'now' })).toEqual([]);
  });

  test('is as README.md says', async () => {
    const example =
      /```ts\n(import \{ stream \}.*?)```/s.exec(readFileSync(here('../../README.md'), 'utf8'))?.[1] ?? '';
    expect(example.split('\n').length).toBeLessThan(20);
    const folder = mkdtempSync(here('./readme-'));
    try {
      writeFileSync(join(folder, 'shop.ts'), readFileSync(here('shop.ts')));
      writeFileSync(join(folder, 'example.ts'), example.replace(/mysql:[^']*/, server.url));
      await compile(folder);
      await insert(99.5);
      await sql.query("UPDATE shop.orders SET status = 'paid' WHERE total = 99.5");
      await sql.query('DELETE FROM shop.orders WHERE total = 99.5');
      const said = await output(join(folder, 'example.ts'), /of 99\.50.*gone/s);
      expect(said).toMatch(/new order \d+ of 99\.50\n/);
      expect(said).toMatch(/order \d+: new → paid\n/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('has rows with all their columns, or says by type and by name that it has not', async () => {
    const from = await begin();
    await insert(1);
    await sql.query("SET SESSION binlog_row_image = 'MINIMAL'");
    await sql.query('UPDATE shop.orders SET total = 2.5 ORDER BY id DESC LIMIT 1');
    await sql.query("SET SESSION binlog_row_image = 'FULL'");
    await expect(totals({ from, until: 'now' })).rejects.toMatchObject({
      code: 'SOURCE_SETTINGS',
      message: expect.stringMatching(/^binlog\.\d+:\d+: rows of shop\.orders lack columns/),
      hint: expect.stringContaining("rowImage: 'partial'"),
    });

    const whole = { ...orders, from, until: 'now', rowImage: 'partial' } as const;
    for await (const change of stream<ShopDb>(server.url, whole)) {
      if (change.kind !== 'update' || change.table !== 'shop.orders') continue;
      expect(Object.keys(change.before)).toEqual(['id']);
      expect(change.after).toEqual({ total: '2.50', gross: '3.00' });
    }
  });

  /** Where the log ends now. */
  async function begin(): Promise<string> {
    const [rows] = await sql.query<mysql.RowDataPacket[]>('SHOW BINARY LOG STATUS');
    return `${rows[0]?.File}:${rows[0]?.Position}`;
  }

  /** Waits until the number of connections that read the log is right. */
  async function dumps(isRight: (count: number) => boolean): Promise<void> {
    for (;;) {
      const [rows] = await sql.query<mysql.RowDataPacket[]>('SHOW PROCESSLIST');
      if (isRight(rows.filter(({ Command }) => String(Command).startsWith('Binlog Dump')).length)) return;
      await sleep(20);
    }
  }
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

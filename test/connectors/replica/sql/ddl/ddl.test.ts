/** Statements about tables in mode sql: executed once, at their place between rows, whatever is cut off around them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { needs, sharedMysql } from '../../../../servers/suite.js';
import { logged, type Replication, replicate } from '../replicate.js';
import { connect, ORDERS, rowsOf, Sides } from '../sides.js';

needs('own').describe('statements in mode sql', () => {
  let sides: Sides;

  beforeAll(async () => {
    sides = await Sides.open(await sharedMysql('9.7'));
  });

  afterEach(() => sides.clear('shop', 'old', 'rowtide'));

  afterAll(() => sides[Symbol.asyncDispose]());

  const definitionOf = async (side: 'origin' | 'copy', table: string): Promise<unknown> =>
    (await rowsOf(sides[side], `show create table ${table}`))[0]![1];

  test('are executed between the rows around them', async () => {
    await sides.replicated([
      'create database shop',
      'use shop',
      'create table a (id int primary key, name varchar(10))',
      "insert into a values (1, 'x'), (2, 'y')",
      'alter table a add column n int default 7, rename column name to title',
      "insert into a values (3, 'z', 8)",
      'create index by_title on a (title)',
      'create table b like a',
      'insert into b select * from a',
      'truncate table a',
      "insert into a values (4, 'after', 4)",
      'rename table b to c, a to b, c to a',
      'create table c as select id, title from a',
      'drop table b',
      'create view v as select 1',
    ]);
    expect(await rowsOf(sides.copy, 'show tables from shop')).toEqual([['a'], ['c']]);
    for (const table of ['shop.a', 'shop.c']) {
      const select = `select * from ${table} order by id`;
      expect(await rowsOf(sides.copy, select)).toEqual(await rowsOf(sides.origin, select));
      expect(await definitionOf('copy', table)).toEqual(await definitionOf('origin', table));
    }
  });

  test('name the tables as their routes do', async () => {
    await sides.copy.query('create database shop');
    await sides.replicated(
      [
        'create database old',
        'use old',
        'create table parents (id int primary key)',
        'create table `odd ``name` (id int primary key, parent int, foreign key (parent) references parents (id)) comment "old.x"',
        'insert into parents values (1)',
        'insert into `odd ``name` values (1, 1)',
        'alter table old . `odd ``name` /* here */ add column more int',
        'drop table `odd ``name`',
      ],
      { options: { routes: [{ match: 'old.*', to: 'shop.{table}_2', add: {} }] } },
    );
    expect(await rowsOf(sides.copy, 'show tables from shop')).toEqual([['parents_2']]);
    expect(await rowsOf(sides.copy, 'select id from shop.parents_2')).toEqual([[1]]);
  });

  test('are left out or refused by option', async () => {
    await sides.both(...ORDERS);
    const log = logged();
    const statements = ['alter table shop.orders add column more int', 'insert into shop.orders (id) values (1)'];
    const replication = await sides.replicated(statements.slice(0, 1), { log, options: { ddl: 'ignore' } });
    expect(log.of('info')).toContain('a statement is left out, as the option ddl says');
    await sides.origin.query('alter table shop.orders drop column more');
    await expect(replicate({ ...replication, options: { ddl: 'refuse' } })).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      message: expect.stringContaining('alter table shop.orders drop column more'),
    });
  });

  test('that the target refuses stop by name, and are tried again', async () => {
    await sides.both(...ORDERS);
    await sides.copy.query('alter table shop.orders add column more int');
    const replication = await sides.begin();
    await sides.origin.query('alter table shop.orders add column more int');
    await expect(replicate(replication)).rejects.toMatchObject({
      message: expect.stringContaining('Duplicate column'),
    });
    await sides.copy.query('alter table shop.orders drop column more');
    await replicate(replication);
    expect(await definitionOf('copy', 'shop.orders')).toEqual(await definitionOf('origin', 'shop.orders'));
  });

  /** Somebody reads the table, so that the statement waits; we are gone while it does. */
  async function cutOff(replication: Replication, meanwhile: (statement: number) => Promise<void>): Promise<void> {
    const reader = await connect(sides.target.url);
    await reader.query('start transaction');
    await reader.query('select * from shop.orders');
    const gone = new AbortController();
    const running = replicate({ ...replication, signal: gone.signal, shutdownTimeoutMs: 1 });
    running.catch(() => undefined);
    const statement = await waiting();
    gone.abort();
    await running.catch(() => undefined);
    await meanwhile(statement);
    await reader.query('commit');
    await reader.end();
  }

  async function waiting(): Promise<number> {
    for (;;) {
      const [found] = await rowsOf(
        sides.copy,
        "select id from information_schema.processlist where info like 'alter table shop.orders add column more%'",
      );
      if (found !== undefined) return Number(found[0]);
      await sleep(20);
    }
  }

  const ALTER = ['alter table shop.orders add column more int', "insert into shop.orders values (2, 'b', 2, 3)"];

  test.each([
    ['that the server finishes later', async () => undefined],
    ['that the server gives up', (id: number) => sides.copy.query(`kill ${id}`).then(() => undefined)],
  ])('we do not see the end of one %s: it is executed once', async (_, meanwhile) => {
    await sides.both(...ORDERS);
    const replication = await sides.begin();
    for (const sql of ["insert into shop.orders values (1, 'a', 1)", ...ALTER]) await sides.origin.query(sql);
    await cutOff(replication, meanwhile);
    await replicate(replication);
    const select = 'select * from shop.orders order by id';
    expect(await rowsOf(sides.copy, select)).toEqual(await rowsOf(sides.origin, select));
  });

  test('we do not see the end of one, and its tables do not say: DDL_AMBIGUOUS', async () => {
    await sides.both(...ORDERS);
    const replication = await sides.begin();
    for (const sql of ALTER) await sides.origin.query(sql);
    await cutOff(replication, async (id) => {
      await sides.copy.query(`kill ${id}`);
    });
    await sides.copy.query('drop table shop.orders');
    await expect(replicate(replication)).rejects.toMatchObject({ code: 'DDL_AMBIGUOUS' });
    await sides.copy.query(ORDERS[1]!);
    await replicate(replication);
    expect(await rowsOf(sides.copy, 'select id, more from shop.orders')).toEqual([[2, 3]]);
  });
});

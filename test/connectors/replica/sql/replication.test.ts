/** Mode sql between real servers: rows, tables by other names, keys or none, statements, and what stops it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sinkSuite } from '../../../../src/testing/sink-suite.js';
import { needs, sharedMariadb, sharedMysql } from '../../../servers/suite.js';
import { logged, replicate, sqlSink } from './replicate.js';
import { connect, ORDERS, rowsOf, Sides } from './sides.js';

needs('own').describe('mode sql', () => {
  let sides: Sides;

  beforeAll(async () => {
    sides = await Sides.open(await sharedMysql('9.7'));
  });

  afterEach(() => sides.clear('shop', 'shop_1', 'shop_2', 'rowtide'));

  afterAll(() => sides[Symbol.asyncDispose]());

  test('rows arrive, and a restart goes on where the row of the stream says', async () => {
    await sides.both(...ORDERS);
    const replication = await sides.replicated([
      "insert into shop.orders values (1, 'a', 1.50), (2, 'b', 2), (3, 'c', 3)",
      "update shop.orders set name = 'x' where id in (1, 3)",
      'update shop.orders set id = 20 where id = 2',
      'delete from shop.orders where id = 3',
    ]);
    const select = 'select * from shop.orders order by id';
    expect(await rowsOf(sides.copy, select)).toEqual(await rowsOf(sides.origin, select));
    await sides.origin.query("insert into shop.orders values (4, 'd', 4)");
    await replicate(replication);
    expect(await rowsOf(sides.copy, select)).toEqual(await rowsOf(sides.origin, select));
    const [[epoch, checkpoint, intent]] = (await rowsOf(
      sides.copy,
      'select epoch, checkpoint, intent from rowtide.checkpoint',
    )) as [[number, string, null]];
    const [[executed]] = (await rowsOf(sides.origin, 'select @@global.gtid_executed')) as [[string]];
    expect({ epoch, intent }).toEqual({ epoch: 2, intent: null });
    expect(JSON.parse(checkpoint)).toMatchObject({ pipeline: 'shop', position: { log: { gtid: executed } } });
  });

  test('an older writer of the stream is fenced', async () => {
    await sides.both(...ORDERS);
    const replication = await sides.replicated(["insert into shop.orders values (1, 'a', 1)"]);
    const never = new AbortController().signal;
    const [older, newer] = [sqlSink(replication), sqlSink(replication)];
    const position = (await older.open(never))!;
    await newer.open(never);
    await expect(older.write({ transactions: [], position }, never)).rejects.toMatchObject({ code: 'SINK_FENCED' });
    await newer.write({ transactions: [], position }, never);
    await older.close();
    await newer.close();
  });

  test('a writer that is cut off, and alive for the target, is ended by the one that follows', async () => {
    await sides.both(...ORDERS, "insert into shop.orders values (1, 'a', 1), (2, 'b', 2)");
    const replication = await sides.begin();
    await sides.origin.query("update shop.orders set name = 'c' where id in (1, 2)");
    await sides.copy.query('start transaction');
    await sides.copy.query('select * from shop.orders where id = 2 for update');
    const older = replicate(replication).catch((error: unknown) => error);
    // It has changed row 1, and waits for row 2.
    await expect.poll(() => rowsOf(sides.copy, LOCK_WAITS)).toHaveLength(1);
    const newer = replicate(replication);
    expect(await older).toMatchObject({ code: 'SINK_FENCED' });
    await sides.copy.query('commit');
    await newer;
    expect(await rowsOf(sides.copy, 'select id, name from shop.orders')).toEqual([
      [1, 'c'],
      [2, 'c'],
    ]);
  });

  test('tables of shards come together under another name, with a column that says whose rows they are', async () => {
    const both = [
      'create database shop',
      'create table shop.orders (shard int, id int, name varchar(10), primary key (shard, id))',
    ];
    const shards = ['shop_1', 'shop_2'].flatMap((shard) => [
      `create database ${shard}`,
      `create table ${shard}.orders (id int primary key, name varchar(10))`,
      `insert into ${shard}.orders values (1, '${shard} a'), (2, '${shard} b')`,
      `update ${shard}.orders set name = 'c' where id = 2`,
      `delete from ${shard}.orders where id = 1`,
    ]);
    const route = { match: '/^shop_(\\d+)\\.orders$/', to: 'shop.orders', add: { shard: '{1}' } };
    await sides.both(...both);
    await sides.replicated(shards, { options: { routes: [route], ddl: 'ignore' } });
    expect(await rowsOf(sides.copy, 'select shard, id, name from shop.orders order by shard')).toEqual([
      [1, 2, 'c'],
      [2, 2, 'c'],
    ]);
  });

  test('rows of a table without a key are found by all that they hold, one at a time', async () => {
    const both = ['create database shop', 'create table shop.notes (n int, f float, t text, b blob, j json)'];
    const row = (n: number): string => `(${n}, 0.1, 'Note', x'00ff', '{"a": 1}')`;
    const log = logged();
    await sides.both(...both);
    await sides.replicated(
      [
        `insert into shop.notes values ${row(1)}, ${row(1)}, ${row(1)}, (1, 0.1, 'note', x'00ff', '{"a": 1}'), (null, null, null, null, null)`,
        "delete from shop.notes where binary t = 'Note' limit 1",
        "update shop.notes set n = 2 where binary t = 'Note' limit 1",
        'update shop.notes set n = 3 where n is null',
      ],
      { log },
    );
    const select = 'select n, f, t, hex(b), j from shop.notes order by n, binary t';
    expect(await rowsOf(sides.copy, select)).toEqual(await rowsOf(sides.origin, select));
    expect(log.of('warn')).toEqual(['the table has no key at the target: each row is looked for by all that it holds']);
  });

  test('rows that foreign keys changed at the source are not changed twice', async () => {
    const both = [
      'create database shop',
      'create table shop.parents (id int primary key, name varchar(10))',
      `create table shop.children (id int primary key, parent int,
        foreign key (parent) references shop.parents (id) on delete cascade on update cascade)`,
    ];
    await sides.both(...both);
    const log = logged();
    await sides.replicated(
      [
        "insert into shop.parents values (1, 'a'), (2, 'b'), (3, 'c')",
        'insert into shop.children values (1, 1), (2, 1), (3, 2), (4, 3)',
        'update shop.parents set id = 10 where id = 1',
        'delete from shop.parents where id = 2',
      ],
      { log },
    );
    // Nothing stood in the way, so that nothing was written twice.
    expect(log.of('debug')).toEqual([]);
    for (const table of ['parents', 'children']) {
      const select = `select * from shop.${table} order by id`;
      expect(await rowsOf(sides.copy, select)).toEqual(await rowsOf(sides.origin, select));
    }
  });

  test('documents of which only changes are logged arrive whole, or stop by name', async () => {
    await sides.both('create database shop', 'create table shop.docs (id int primary key, doc json)');
    const edit = [
      "set session binlog_row_value_options = 'PARTIAL_JSON'",
      "update shop.docs set doc = json_set(doc, '$.a', 2)",
    ];
    const replication = await sides.replicated([
      `insert into shop.docs values (1, '{"a": 1, "b": "${'x'.repeat(100)}"}')`,
      ...edit,
    ]);
    const select = 'select id, doc from shop.docs';
    expect(await rowsOf(sides.copy, select)).toEqual(await rowsOf(sides.origin, select));
    for (const sql of [
      "set session binlog_row_image = 'MINIMAL'",
      "update shop.docs set doc = json_set(doc, '$.a', 3)",
    ]) {
      await sides.origin.query(sql);
    }
    await expect(replicate(replication)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      message: 'only changes of the document shop.docs.doc were logged',
    });
    await sides.origin.query("set session binlog_row_image = 'FULL', binlog_row_value_options = ''");
  });

  test('XA transactions arrive when they are committed', async () => {
    const xa = (id: string, sql: string, end: string): string[] => [
      `xa start '${id}'`,
      sql,
      `xa end '${id}'`,
      `xa prepare '${id}'`,
      `xa ${end} '${id}'`,
    ];
    await sides.both(...ORDERS);
    await sides.replicated([
      ...xa('one', "insert into shop.orders values (1, 'a', 1)", 'commit'),
      ...xa('two', "insert into shop.orders values (2, 'b', 1)", 'rollback'),
    ]);
    expect(await rowsOf(sides.copy, 'select id from shop.orders')).toEqual([[1]]);
  });

  test.each([
    ['a table', 'drop table shop.orders', 'the target has no table shop.orders'],
    ['a column', 'alter table shop.orders drop column name', 'has no column name; it has id, price'],
    ['a trigger', 'create trigger shop.t before insert on shop.orders for each row set @a = 1', 'has triggers: t'],
    ['another engine', 'alter table shop.orders engine = myisam', 'has the engine MyISAM'],
  ])('it stops by name at %s, and goes on when that is mended', async (_, harm, message) => {
    await sides.both(...ORDERS);
    const replication = await sides.begin();
    await sides.origin.query("insert into shop.orders values (1, 'a', 1)");
    await sides.copy.query(harm);
    await expect(replicate(replication)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      message: expect.stringContaining(message),
    });
    await sides.copy.query('drop database shop');
    for (const sql of ORDERS) await sides.copy.query(sql);
    await replicate(replication);
    expect(await rowsOf(sides.copy, 'select id from shop.orders')).toEqual([[1]]);
  });

  sinkSuite({
    test: (name, body) => test(`MariaDB: ${name}`, body),
    delivery: 'exactly-once',
    largeRows: 5000,
    make: async () => {
      const mariadb = await sharedMariadb();
      const connection = await connect(mariadb.url);
      for (const schema of ['testing', 'rowtide']) await connection.query(`drop database if exists ${schema}`);
      await connection.query('create database testing');
      await connection.query('create table testing.items (id int primary key, name varchar(8000))');
      return {
        sink: () => sqlSink({ target: mariadb, stream: 'suite', options: { ddl: 'ignore' } }),
        ids: async () =>
          (await rowsOf(connection, 'select id from testing.items order by id')).map((row) => Number(row[0])),
        close: () => connection.end(),
      };
    },
  });
});

const LOCK_WAITS = "select id from information_schema.processlist where info like 'update `shop`.`orders`%'";

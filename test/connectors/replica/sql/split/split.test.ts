/** Large transactions in several commits, between real servers: cut off in the middle, changed meanwhile, left out. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import replica from '../../../../../connectors/replica/index.js';
import { SinkStats } from '../../../../../src/core/sink-stats.js';
import { withEachEntry } from '../../../../../src/transform/filter.js';
import { needs, sharedMysql } from '../../../../servers/suite.js';
import { logged, type Replication, replicate } from '../replicate.js';
import { rowsOf, Sides } from '../sides.js';

test('mode binlog refuses splitRows by name: one GTID has one commit', () => {
  const options = { url: 'mysql://root@db2', mode: 'binlog', splitRows: 100 };
  const { error } = replica.options.safeParse(options);
  expect(error?.issues).toMatchObject([{ path: ['splitRows'], message: expect.stringMatching(/Use mode sql/) }]);
});

/** One has no key, so that a row that came twice would be there twice. */
const TABLES = [
  'create database shop',
  'create table shop.notes (n int, t varchar(10))',
  'create table shop.orders (id int primary key, name varchar(10))',
  "insert into shop.orders values (1, 'a'), (2, 'b'), (3, 'c')",
];
const LARGE = [
  'start transaction',
  "insert into shop.notes values (1, 'x'), (2, 'x'), (3, 'x'), (4, 'x'), (5, 'x'), (6, 'x'), (7, 'x'), (8, 'x')",
  'delete from shop.notes where n = 1',
  "update shop.orders set name = concat(name, '!')",
  "insert into shop.notes values (9, 'x'), (10, 'x')",
  'commit',
];
const AFTER = ["insert into shop.orders values (4, 'd')"];
const NOTES = 'select * from shop.notes order by n';
const ORDERS = 'select * from shop.orders order by id';
/** Its own, and not those of InnoDB, which may be of others and from a moment ago. */
const LOCK_WAITS = "select id from information_schema.processlist where info like 'update `shop`.`orders`%'";

needs('own').describe('splitRows', () => {
  let sides: Sides;

  beforeAll(async () => {
    sides = await Sides.open(await sharedMysql('9.7'));
  });

  afterEach(() => sides.clear('shop', 'rowtide'));

  afterAll(() => sides[Symbol.asyncDispose]());

  const split = (splitRows: number, more: object = {}): Pick<Replication, 'options'> => ({
    options: { splitRows, ...more },
  });

  async function expectEqual(): Promise<void> {
    for (const select of [NOTES, ORDERS]) {
      expect(await rowsOf(sides.copy, select)).toEqual(await rowsOf(sides.origin, select));
    }
    const [[checkpoint]] = (await rowsOf(sides.copy, 'select checkpoint from rowtide.checkpoint')) as [[string]];
    expect(JSON.parse(checkpoint).sink).toEqual({});
  }

  /** Stops in the middle of the large transaction: 9 of its 14 rows are there. */
  async function cutOff(replication: Replication): Promise<void> {
    for (const sql of [...LARGE, ...AFTER]) await sides.origin.query(sql);
    await sides.copy.query('start transaction');
    await sides.copy.query('select * from shop.orders where id = 3 for update');
    const stop = new AbortController();
    const running = replicate({ ...replication, signal: stop.signal, shutdownTimeoutMs: 0 });
    await Promise.race([running, expect.poll(() => rowsOf(sides.copy, LOCK_WAITS)).toHaveLength(1)]);
    // What its readers see is no state that the source ever had.
    expect(await rowsOf(sides.copy, 'select count(*) from shop.notes')).toEqual([[7]]);
    stop.abort();
    await running.catch(() => undefined);
    await sides.copy.query('rollback');
  }

  test.each([1, 4])('a transaction of more rows is cut, others are not (%i workers)', async (workers) => {
    await sides.both(...TABLES);
    const stats = new SinkStats();
    await sides.replicated([...AFTER, ...LARGE, 'delete from shop.orders where id = 1'], {
      ...split(4, { workers }),
      stats,
    });
    await expectEqual();
    expect(stats.counters).toMatchObject({ fragments: 3, rows: 17 });
  });

  test('it goes on where it was cut off, and takes no rows that are filtered otherwise for those that were written', async () => {
    await sides.both(...TABLES);
    const replication = await sides.begin(split(3));
    await cutOff(replication);
    const transform: Replication['transform'] = (transaction) =>
      withEachEntry(transaction, (entry) => (entry.kind === 'rows' && entry.table.name === 'notes' ? null : entry));
    await expect(replicate({ ...replication, transform })).rejects.toMatchObject({ code: 'SINK_DIVERGED' });
    await replicate(replication);
    await expectEqual();
  });

  test('several workers go on as well, and without the option', async () => {
    await sides.both(...TABLES);
    const replication = await sides.begin(split(3, { workers: 4 }));
    await cutOff(replication);
    await replicate({ ...replication, options: { workers: 4 } });
    await expectEqual();
  });

  test('what was written of it stays where it is left out then, and the log says so', async () => {
    await sides.both(...TABLES);
    const replication = await sides.begin(split(3));
    await cutOff(replication);
    const log = logged();
    const transform: Replication['transform'] = (transaction) =>
      [...transaction.entries].length > 1 ? withEachEntry(transaction, () => null) : transaction;
    await replicate({ ...replication, transform, log });
    expect(log.of('warn')).toContain(
      'a transaction is left out of which the first rows were written before: they stay',
    );
    expect(await rowsOf(sides.copy, 'select count(*) from shop.notes')).toEqual([[7]]);
    expect(await rowsOf(sides.copy, 'select id from shop.orders order by id')).toEqual([[1], [2], [3], [4]]);
  });

  test('of a table that is made and filled as one, the statement comes once', async () => {
    await sides.both('create database shop');
    const rows = 'with recursive r (n) as (select 1 union all select n + 1 from r where n < 10)';
    await sides.replicated([`create table shop.orders (id int primary key) ${rows} select n as id from r`], split(3));
    expect(await rowsOf(sides.copy, 'select count(*) from shop.orders')).toEqual([[10]]);
  });
});

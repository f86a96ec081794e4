/** What mode sql does about rows that are not at the target as changes of the source expect them. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { needs, sharedMariadb, sharedMysql } from '../../../servers/suite.js';
import { type Replication, replicate } from './replicate.js';
import { rowsOf, Sides } from './sides.js';

const BOTH = [
  'create database shop',
  'create table shop.orders (id int primary key, code varchar(10) unique, name varchar(10))',
  "insert into shop.orders values (1, 'one', 'a'), (2, 'two', 'b'), (3, 'three', 'c')",
];

/** Behind our back the target loses row 1, and gets another row 4. */
const HARM = ['delete from shop.orders where id = 1', "insert into shop.orders values (4, 'four', 'theirs')"];

for (const flavour of ['mysql', 'mariadb'] as const) {
  needs('own').describe(`conflicts on ${flavour}`, () => {
    let sides: Sides;

    beforeAll(async () => {
      sides = await Sides.open(flavour === 'mysql' ? await sharedMysql('9.7') : await sharedMariadb('11.8'));
    });

    afterEach(() => sides.clear('shop', 'rowtide'));

    afterAll(() => sides[Symbol.asyncDispose]());

    async function harmed(conflicts: 'stop' | 'overwrite' | 'ignore' | 'log'): Promise<Replication> {
      await sides.both(...BOTH);
      const replication = await sides.begin({ options: { conflicts } });
      for (const sql of HARM) await sides.copy.query(sql);
      return replication;
    }

    const rows = (): Promise<unknown[][]> => rowsOf(sides.copy, 'select id, code, name from shop.orders order by id');

    const stops = (): void => {
      test.each([
        [
          "update shop.orders set name = 'x'",
          'update in shop.orders',
          "expected the row (id = 1, code = 'one', name = 'a'), and there is no row where `id` = 1",
        ],
        [
          'delete from shop.orders where id = 1',
          'delete in shop.orders',
          "expected the row (id = 1, code = 'one', name = 'a')",
        ],
        [
          "insert into shop.orders values (5, 'five', 'd'), (4, 'x', 'ours')",
          'insert in shop.orders',
          "there is the row (id = '4', code = 'four', name = 'theirs')",
        ],
        ["insert into shop.orders values (6, 'four', 'ours')", 'insert in shop.orders', "Duplicate entry 'four'"],
      ])('names the row at %s', async (change, what, there) => {
        const replication = await harmed('stop');
        await sides.origin.query(change);
        const before = await rows();
        const error = await replicate(replication).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: 'SINK_CONFLICT' });
        const { message } = error as Error;
        expect(message).toContain(`${what}, at GTID`);
        expect(message).toContain(there);
        expect(await rows()).toEqual(before);
        // Mended, it goes on.
        await sides.copy.query("replace into shop.orders values (1, 'one', 'a')");
        await sides.copy.query('delete from shop.orders where id = 4');
        await replicate(replication);
        expect(await rows()).toEqual(await rowsOf(sides.origin, 'select id, code, name from shop.orders order by id'));
      });
    };
    // The words are the same.
    if (flavour === 'mysql') describe('stop', stops);

    const CHANGES = [
      "update shop.orders set name = concat(name, '!')",
      "insert into shop.orders values (4, 'fourth', 'ours'), (5, 'five', 'd')",
      'delete from shop.orders where id = 2',
    ];

    test('overwrite makes the rows what the source has', async () => {
      const replication = await harmed('overwrite');
      for (const sql of CHANGES) await sides.origin.query(sql);
      await sides.copy.query('delete from shop.orders where id = 2');
      await replicate(replication);
      expect(await rows()).toEqual(await rowsOf(sides.origin, 'select id, code, name from shop.orders order by id'));
    });

    test('overwrite stops where a row of another key would have to go', async () => {
      const replication = await harmed('overwrite');
      await sides.origin.query("insert into shop.orders values (6, 'four', 'ours')");
      await expect(replicate(replication)).rejects.toMatchObject({ code: 'SINK_CONFLICT' });
      expect((await rows()).at(-1)).toEqual([4, 'four', 'theirs']);
    });

    test.each(['ignore', 'log'] as const)('%s leaves the rows as they are, and does the rest', async (conflicts) => {
      const replication = await harmed(conflicts);
      for (const sql of CHANGES) await sides.origin.query(sql);
      await replicate(replication);
      expect(await rows()).toEqual([
        [3, 'three', 'c!'],
        [4, 'four', 'theirs'],
        [5, 'five', 'd'],
      ]);
      if (conflicts === 'ignore') return;
      const logged = await rowsOf(
        sides.copy,
        'select stream, table_schema, table_name, op, row_before, row_after, found from rowtide.conflict order by id',
      );
      expect(logged).toEqual([
        [
          'shop',
          'shop',
          'orders',
          'update',
          "(id = 1, code = 'one', name = 'a')",
          "(id = 1, code = 'one', name = 'a!')",
          'no row where `id` = 1',
        ],
        [
          'shop',
          'shop',
          'orders',
          'insert',
          null,
          "(id = 4, code = 'fourth', name = 'ours')",
          expect.stringContaining("name = 'theirs'"),
        ],
      ]);
    });

    test('the policy is that of the table', async () => {
      const replication = await harmed('stop');
      await sides.origin.query("update shop.orders set name = 'x'");
      const routes = [{ match: 'shop.orders', add: {}, conflicts: 'ignore' as const }];
      await replicate({ ...replication, options: { routes } });
      expect(await rows()).toHaveLength(3);
    });
  });
}

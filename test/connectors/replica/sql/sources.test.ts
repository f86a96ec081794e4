/** Mode sql behind sources of every kind: MariaDB, logs without GTIDs; and targets that do not let it write. */
import type mysql from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parseServerUrl } from '../../../../src/mysql/url.js';
import { serverLog } from '../../../../src/source/server.js';
import { headOf } from '../../../roundtrip/stream.js';
import { attachedNow } from '../../../schema/attached.js';
import type { DatabaseAddress, DatabaseServer } from '../../../servers/database.js';
import { startMariadb } from '../../../servers/mariadb.js';
import { startMysql } from '../../../servers/mysql.js';
import { needs, sharedMysql } from '../../../servers/suite.js';
import { replicate } from './replicate.js';
import { connect, ORDERS, rowsOf, Sides } from './sides.js';

const WORK = [
  ...ORDERS,
  "insert into shop.orders values (1, 'a', 1), (2, 'b', 2)",
  'alter table shop.orders add column more int default 3',
  "update shop.orders set name = 'x', more = 4 where id = 1",
  "xa start 'x'",
  "insert into shop.orders values (3, 'c', 3, 3)",
  "xa end 'x'",
  "xa prepare 'x'",
  "xa commit 'x'",
  'create table shop.notes (n int, t text)',
  'insert into shop.notes values (1, null), (1, null)',
  'delete from shop.notes limit 1',
];
const MORE = [
  'rename table shop.notes to shop.remarks',
  "insert into shop.remarks values (2, 'é')",
  'truncate table shop.orders',
];

const SOURCES: Readonly<Record<string, () => Promise<DatabaseServer>>> = {
  'MariaDB 11.8': () => startMariadb({ version: '11.8' }),
  'MySQL without GTIDs': () => startMysql({ options: ['--gtid-mode=OFF', '--enforce-gtid-consistency=OFF'] }),
};

needs('own').describe('mode sql into MySQL', () => {
  let target: DatabaseAddress;
  let copy: mysql.Connection;

  beforeAll(async () => {
    target = await sharedMysql('9.7');
    copy = await connect(target.url);
  });

  afterEach(async () => {
    for (const schema of ['shop', 'rowtide']) await copy.query(`drop database if exists ${schema}`);
  });

  afterAll(() => copy.end());

  for (const [name, start] of Object.entries(SOURCES)) {
    test(`from ${name}, with a restart between`, async () => {
      await using source = await start();
      const origin = await connect(source.url);
      const from = await headOf(serverLog({ address: parseServerUrl(source.url) }));
      const replication = { source, target, stream: 'shop', from, mode: await attachedNow(source) };
      for (const sql of WORK) await origin.query(sql);
      await replicate(replication);
      for (const sql of MORE) await origin.query(sql);
      await replicate(replication);
      expect(await rowsOf(copy, 'show tables from shop')).toEqual([['orders'], ['remarks']]);
      for (const select of ['select * from shop.orders', 'select * from shop.remarks order by n']) {
        expect(await rowsOf(copy, select)).toEqual(await rowsOf(origin, select));
      }
      await origin.end();
    });
  }

  test.each([
    [
      'read only',
      'set global super_read_only = on',
      'read-only option',
      'set global super_read_only = off, global read_only = off',
    ],
    [
      'a privilege is missing',
      "revoke insert on shop.* from 'writer'@'%'",
      'INSERT command denied',
      "grant insert on shop.* to 'writer'@'%'",
    ],
  ])('stops by name where the target is %s, and goes on when that is mended', async (_, harm, message, mend) => {
    await using sides = await Sides.open(target);
    await sides.both(...ORDERS);
    await sides.copy.query("create user if not exists 'writer'@'%'");
    const all = 'select, insert, update, delete, create, alter, drop, index, trigger';
    await sides.copy.query(`grant ${all} on shop.* to 'writer'@'%'`);
    await sides.copy.query(`grant ${all} on rowtide.* to 'writer'@'%'`);
    const { host, port } = target;
    const writer = { url: `mysql://writer@${host}:${port}` };
    const replication = await sides.replicated(["insert into shop.orders values (1, 'a', 1)"], { target: writer });
    await sides.copy.query(harm);
    await sides.origin.query("insert into shop.orders values (2, 'b', 2)");
    const failed = await replicate(replication).catch((error: unknown) => error);
    await sides.copy.query(mend);
    expect(failed).toMatchObject({ code: 'SINK_REFUSED', message: expect.stringContaining(message) });
    expect(await rowsOf(copy, 'select id from shop.orders')).toEqual([[1]]);
    await replicate(replication);
    expect(await rowsOf(copy, 'select id from shop.orders order by id')).toEqual([[1], [2]]);
    await sides.copy.query("drop user 'writer'@'%'");
  });
});

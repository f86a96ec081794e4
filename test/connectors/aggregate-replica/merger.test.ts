import { randomUUID } from 'node:crypto';
import mysql from 'mysql2/promise';
import { Connection, parseServerUrl, SinkStats, type Statement } from 'rowtide';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { MergeMemory } from '../../../connectors/aggregate-replica/merge-memory.js';
import { Merger, type RouteOf } from '../../../connectors/aggregate-replica/merger.js';
import { quietLog } from '../../checkpoint/quiet.js';
import { needs, sharedMysql } from '../../servers/suite.js';
import { event, transaction } from '../../transform/stream.js';

const signal = new AbortController().signal;
const dialect = {
  flavour: 'mysql',
  version: 90_700,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
} as const;

/** A source that gets its statements one after the other. */
interface Shard {
  readonly stats: SinkStats;
  /** Whether the target was altered. */
  run(sql: string): Promise<boolean>;
  /** Where no statements are wanted. */
  refuse(sql: string): void;
  /** The last one once more, as after a crash before its checkpoint. */
  again(): Promise<boolean>;
}

needs('mysql').describe('statements of several sources', () => {
  let sql: mysql.Connection;
  let connection: Connection;
  let target: string;
  const shards: Shard[] = [];

  beforeAll(async () => {
    const { url } = await sharedMysql('9.7');
    sql = await mysql.createConnection(url);
    connection = await Connection.open(parseServerUrl(url), signal);
  });
  beforeEach(() => {
    target = `merged_${randomUUID().slice(0, 8)}`;
    shards.length = 0;
  });
  afterAll(async () => {
    await connection.close();
    await sql.end();
  });

  async function shard(schema: string, added: Readonly<Record<string, string>> = {}): Promise<Shard> {
    const stream = `aggregate.${schema}`;
    const memory = new MergeMemory(connection, { stateSchema: `${target}_state`, stream });
    await memory.create();
    const routeOf: RouteOf = ({ name }) => ({ schema: target, name, added: new Map(Object.entries(added)) });
    const stats = new SinkStats();
    const source = { wants: (_: string, name: string) => !name.startsWith('tmp') };
    let alterations = 0;
    const altering = async (work: () => Promise<void>): Promise<void> => {
      alterations++;
      await work();
    };
    const make = () => new Merger({ connection, memory, routeOf, source, stream, log: quietLog(), stats, altering });
    let n = 0;
    let last = '';
    const merge = async (text: string): Promise<boolean> => {
      const statement: Statement = { kind: 'statement', schema, sql: text, dialect, event };
      const before = alterations;
      await make().merge(statement, transaction(n), signal);
      return alterations > before;
    };
    return {
      stats,
      run(text) {
        n++;
        last = text;
        return merge(text);
      },
      again: () => merge(last),
      refuse: (text) => make().refuse({ kind: 'statement', schema, sql: text, dialect, event }, transaction(++n)),
    };
  }

  async function columns(table: string): Promise<string> {
    const [rows] = await sql.query(
      'SELECT COLUMN_NAME, COLUMN_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION',
      [target, table],
    );
    return (rows as { COLUMN_NAME: string; COLUMN_TYPE: string }[])
      .map(({ COLUMN_NAME, COLUMN_TYPE }) => `${COLUMN_NAME} ${COLUMN_TYPE}`)
      .join(', ');
  }

  needs('mysql').test('are made once, by whichever source is first, under the names of the target', async () => {
    const [east, west] = [await shard('east'), await shard('west')];
    const create = 'CREATE TABLE orders (id INT PRIMARY KEY, note VARCHAR(20))';
    expect(await east.run(create)).toBe(true);
    expect(await west.run(create)).toBe(false);
    expect(await west.run('ALTER TABLE west.orders ADD total INT')).toBe(true);
    expect(await west.run('ALTER TABLE orders DROP COLUMN note')).toBe(true);
    expect(await columns('orders')).toBe('id int, total int');
    // Two statements of one are one of the other.
    expect(await east.run('ALTER TABLE `east`.`orders` DROP note, ADD COLUMN total INTEGER')).toBe(false);
    expect(await east.run('CREATE INDEX t ON orders (total)')).toBe(true);
    expect(await west.run('CREATE INDEX t ON  orders (total)')).toBe(false);
    expect(east.stats.counters).toEqual({ 'statements made': 2, 'statements recognised': 1 });
  });

  needs('mysql').test('stop only the source that differs, by name', async () => {
    const [east, west] = [await shard('east'), await shard('west')];
    for (const each of [east, west]) await each.run('CREATE TABLE orders (id INT PRIMARY KEY)');
    await east.run('ALTER TABLE orders ADD total INT');
    const differs = west.run('ALTER TABLE orders ADD total BIGINT');
    await expect(differs).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      message: expect.stringMatching(
        /^aggregate\.west: ALTER TABLE orders ADD total BIGINT at .*:2 makes another table of merged_\w+\.orders than it is: column total is bigint in one, and int in the other/,
      ),
    });
    expect(await east.run('ALTER TABLE orders ADD more INT')).toBe(true);
    await expect(east.run('DROP TABLE orders')).rejects.toThrow('DROP TABLE takes all rows');
    await expect(east.run('TRUNCATE orders')).rejects.toThrow('TRUNCATE takes all rows');
    expect(await columns('orders')).toBe('id int, total int, more int');
  });

  needs('mysql').test('about no table that is wanted are left out', async () => {
    const east = await shard('east');
    for (const text of [
      'CREATE TABLE tmp1 (id INT)',
      'DROP TABLE tmp1',
      'CREATE VIEW v AS SELECT 1',
      'CREATE DATABASE x',
    ])
      expect(await east.run(text)).toBe(false);
    expect(east.stats.counters).toEqual({ 'statements left out': 4 });
    expect(await columns('tmp1')).toBe('');
    east.refuse('DROP TABLE tmp1');
    expect(() => east.refuse('ALTER TABLE orders ADD x INT')).toThrow('ALTER TABLE orders ADD x INT at');
  });

  needs('mysql').test('are not made twice by a source that comes again, at whatever moment it was killed', async () => {
    const [east, west] = [await shard('east'), await shard('west')];
    await east.run('CREATE TABLE orders (id INT PRIMARY KEY)');
    expect(await east.again()).toBe(false);
    await west.run('CREATE TABLE orders (id INT PRIMARY KEY)');
    await east.run('ALTER TABLE orders ADD total INT');
    // Killed behind the statement, before anybody was told; then before the statement.
    const state = `${target}_state`;
    await sql.query(`UPDATE ${state}.merged_version SET is_made = 0 WHERE version = 1`);
    await sql.query(`UPDATE ${state}.merged_source SET version = 0, place = '' WHERE stream = 'aggregate.east'`);
    expect(await east.again()).toBe(false);
    await sql.query(`ALTER TABLE ${target}.orders DROP total`);
    await sql.query(`UPDATE ${state}.merged_version SET is_made = 0 WHERE version = 1`);
    expect(await west.run('ALTER TABLE orders ADD total INT')).toBe(true);
    expect(await columns('orders')).toBe('id int, total int');
  });

  needs('mysql').test('of a table that a person made are merged from what it is', async () => {
    await sql.query(`CREATE DATABASE ${target}`);
    await sql.query(`CREATE TABLE ${target}.orders (id INT PRIMARY KEY, note VARCHAR(20))`);
    const [east, west] = [await shard('east'), await shard('west')];
    expect(await east.run('ALTER TABLE orders ADD a INT')).toBe(true);
    expect(await east.run('ALTER TABLE orders ADD b INT')).toBe(true);
    expect(await west.run('ALTER TABLE orders ADD a INT')).toBe(false);
    expect(await west.run('ALTER TABLE orders ADD b INT')).toBe(false);
    await expect(west.run('ALTER TABLE nowhere ADD b INT')).rejects.toThrow('the target has no table');
  });

  needs('mysql').test('get the columns that tell sources apart, in every unique key', async () => {
    const [east, west] = [await shard('east', { shard: 'east' }), await shard('west', { shard: 'west' })];
    const create = 'CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, mail VARCHAR(30), UNIQUE KEY m (mail(10)))';
    expect(await east.run(create)).toBe(true);
    expect(await west.run(create)).toBe(false);
    expect(await west.run('ALTER TABLE orders ADD code INT, ADD UNIQUE (code)')).toBe(true);
    const [[made]] = await sql.query<mysql.RowDataPacket[]>(`SHOW CREATE TABLE ${target}.orders`);
    const keys = [...String(made?.['Create Table']).matchAll(/KEY .*?(?=,?\n)/g)].map(([key]) => key);
    expect(keys).toEqual(['KEY (`id`,`shard`)', 'KEY `code` (`code`,`shard`)', 'KEY `m` (`mail`(10),`shard`)']);
    expect(await east.run('ALTER TABLE orders ADD code INT UNIQUE')).toBe(false);
  });
});

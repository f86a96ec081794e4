import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Position } from '../../../src/core/position.js';
import { selectedLog } from '../../../src/source/selected-log.js';
import { serverLog } from '../../../src/source/server.js';
import { tableTest } from '../../../src/transform/filter.js';
import { rowtide } from '../../cli/rowtide.js';
import { headOf, stream } from '../../roundtrip/stream.js';
import type { DatabaseAddress } from '../../servers/database.js';
import { needs, sharedMysql } from '../../servers/suite.js';
import { logEnd } from '../../source/reading.js';
import { undone } from './undone.js';
import { addressOf, apply } from './workload.js';

needs('mysql').describe('flashback', () => {
  let server: DatabaseAddress;
  let connection: mysql.Connection;

  beforeAll(async () => {
    server = await sharedMysql();
    const { host, port, user } = server;
    connection = await mysql.createConnection({ host, port, user, charset: 'utf8mb4' });
    await run('drop database if exists flashback', 'create database flashback', 'use flashback');
  });

  afterAll(async () => {
    await connection.query('drop database if exists flashback');
    await connection.end();
  });

  async function run(...statements: readonly string[]): Promise<void> {
    for (const sql of statements) await connection.query(sql);
  }

  const rows = async (sql: string): Promise<unknown> => (await connection.query(sql))[0];

  const here = (): Promise<Position> => headOf(serverLog({ address: addressOf(server) }));

  /** A table with some rows, and where the log ends behind them. */
  async function begun(name: string, ...statements: readonly string[]): Promise<Position> {
    await run(
      `drop table if exists ${name}`,
      `create table ${name} (id int primary key, note varchar(20), at timestamp(3) null on update current_timestamp(3))`,
      `insert into ${name} values (1, 'one', null), (2, 'two', null), (3, 'three', null)`,
      ...statements,
    );
    return here();
  }

  /** The statements that change rows, without what stands around them. */
  const body = (script: string): string[] =>
    script
      .split('\n')
      .filter((line) => /^(BEGIN|COMMIT|INSERT|UPDATE|DELETE|BINLOG|SET SESSION sql_mode = '[^']*';$)/.test(line));

  describe('what is printed', () => {
    test('has transactions, statements and rows from the last one to the first', async () => {
      const from = await begun('o');
      await run(
        'begin',
        "insert into o values (4, 'four', null), (5, 'five', null)",
        "update o set note = 'ONE', at = null where id = 1",
        'commit',
        'delete from o where id in (2, 3)',
      );
      const { script } = await undone(server, from);
      expect(body(script)).toEqual([
        'BEGIN;',
        "INSERT INTO `flashback`.`o` (`id`, `note`, `at`) VALUES (3, 'three', NULL);",
        "INSERT INTO `flashback`.`o` (`id`, `note`, `at`) VALUES (2, 'two', NULL);",
        'COMMIT;',
        'BEGIN;',
        "UPDATE `flashback`.`o` SET `note` = 'one', `at` = NULL WHERE `id` = 1;",
        'DELETE FROM `flashback`.`o` WHERE `id` = 5;',
        'DELETE FROM `flashback`.`o` WHERE `id` = 4;',
        'COMMIT;',
      ]);
      expect(script).toMatch(/^-- Undoes 2 transactions \(2 inserts, 1 updates, 2 deletes\), the newest first\.\n/);
      expect(script).toMatch(
        /\n-- [0-9a-f-]{36}:\d+, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} UTC, binlog\.\d+:\d+\nBEGIN;\n/,
      );
    });

    test('brings the session back to what it was', async () => {
      const from = await begun('s');
      await run('delete from s');
      const { script } = await undone(server, from);
      const settings = 'select @@sql_mode, @@time_zone, @@foreign_key_checks, @@unique_checks, @@collation_connection';
      await run("set sql_mode = 'ANSI', time_zone = '+03:00', unique_checks = 0", 'set names latin1');
      const before = await rows(settings);
      for (const sql of script.split(';\n')) if (!/^\s*(--[^\n]*\s*)?$/.test(sql)) await run(sql);
      expect(await rows(settings)).toEqual(before);
      await run('set sql_mode = default, time_zone = default, unique_checks = default', 'set names utf8mb4');
      expect(await rows('select count(*) as n from s')).toEqual([{ n: 3 }]);
    });

    test('tells rows without a key byte for byte, and takes one of them', async () => {
      await run('drop table if exists k', 'create table k (a varchar(10) collate utf8mb4_general_ci, f float, j json)');
      await run(`insert into k values ('a', 0.1, '{"x": 1.0}'), ('A', 0.1, '{"x": 1}'), ('A', 0.1, '{"x": 1.0}')`);
      const from = await here();
      await run(`insert into k values ('A', 0.1, '{"x": 1.0}')`);
      await apply(server, (await undone(server, from)).script);
      expect(await rows('select a, cast(j as char) as j from k')).toEqual([
        { a: 'a', j: '{"x": 1.0}' },
        { a: 'A', j: '{"x": 1}' },
        { a: 'A', j: '{"x": 1.0}' },
      ]);
    });

    test('stores the empty value of an ENUM, and nothing else that is not valid', async () => {
      await run('drop table if exists e', "create table e (id int primary key, e enum('a'))", "set sql_mode = ''");
      await run("insert into e values (1, 'wrong')", 'set sql_mode = default');
      const from = await here();
      await run('delete from e');
      await apply(server, (await undone(server, from)).script);
      expect(await rows('select id, e + 0 as e from e')).toEqual([{ id: 1, e: 0 }]);
    });

    test('leaves computed columns out, and what was not changed', async () => {
      await run('drop table if exists g', 'create table g (id int primary key, a int, b int, c int as (a + b) stored)');
      await run('insert into g (id, a, b) values (1, 1, 1)');
      const from = await here();
      await run('update g set b = 2', 'delete from g');
      const { script } = await undone(server, from);
      expect(body(script)).toContain('INSERT INTO `flashback`.`g` (`id`, `a`, `b`) VALUES (1, 1, 2);');
      expect(body(script)).toContain('UPDATE `flashback`.`g` SET `b` = 1 WHERE `id` = 1;');
    });
  });

  describe('a part of the range', () => {
    test('by table and by row', async () => {
      const from = await begun('w', 'drop table if exists x', 'create table x like w');
      await run('insert into x select * from w', 'truncate table x', "update w set note = concat(note, '!')");
      const chosen = { wants: tableTest({ include: ['flashback.w'] }), where: { '*.*': 'id = 2' } };
      const { script } = await undone(server, from, chosen);
      expect(body(script)).toEqual([
        'BEGIN;',
        "UPDATE `flashback`.`w` SET `note` = 'two', `at` = NULL WHERE `id` = 2;",
        'COMMIT;',
      ]);
      const events = await undone(server, from, { ...chosen, form: 'binlog' });
      await apply(server, events.script);
      expect(await rows('select note from w order by id')).toEqual([
        { note: 'one!' },
        { note: 'two' },
        { note: 'three!' },
      ]);
    });

    test('by place: transactions are taken as a whole, and what lies outside need not be understood', async () => {
      await begun('p');
      await run('drop table if exists q', 'create table q (id int)');
      const start = await logEnd(server.url);
      await run('delete from p where id = 1');
      const stop = await logEnd(server.url);
      await run('drop table q');
      const from: Position = { ...(await here()), log: { kind: 'file', ...start } };
      const address = addressOf(server);
      const read = (offset: number): ReturnType<typeof undone> =>
        undone(server, from, {
          log: selectedLog(serverLog({ address, stopAtEnd: true }), { stop: { file: stop.file, offset } }),
        });
      expect(body((await read(stop.offset)).script)).toHaveLength(3);
      const { script, error } = await read(stop.offset - 40);
      expect(script).toBe('');
      expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining('lies inside the transaction') });
    });

    test('by GTID', async () => {
      const from = await begun('t');
      await run('delete from t where id = 1', 'delete from t where id = 2');
      const gtids: unknown[] = [];
      for await (const { gtid } of stream(serverLog({ address: addressOf(server), stopAtEnd: true }), {
        from,
        mode: { kind: 'none' },
      }))
        gtids.push(gtid);
      const log = selectedLog(serverLog({ address: addressOf(server), stopAtEnd: true }), {
        wants: ({ gtid }) => JSON.stringify(gtid, text) === JSON.stringify(gtids[0], text),
      });
      expect(body((await undone(server, from, { log })).script)[1]).toContain('VALUES (1,');
    });
  });

  const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

  describe('what cannot be undone is refused by name, and nothing is printed', () => {
    const refused = async (from: Position, sql: RegExp): Promise<void> => {
      for (const form of ['sql', 'binlog'] as const) {
        const { script, error } = await undone(server, from, { form });
        expect({ script, error }).toEqual({ script: '', error: expect.objectContaining({ code: 'UNDO_IMPOSSIBLE' }) });
        expect(String(error)).toMatch(sql);
      }
    };

    test('statements', async () => {
      for (const sql of ['truncate table z', 'alter table z add column more int', 'drop table `z`']) {
        const from = await begun('z');
        await run('delete from z where id = 1', sql);
        const { script, error } = await undone(server, from, { server: null, form: 'binlog' });
        expect({ script, error }).toMatchObject({ script: '', error: { code: 'UNDO_IMPOSSIBLE' } });
        expect(String(error)).toMatch(new RegExp(`binlog\\.\\d+:\\d+: .*: ${sql}`, 'i'));
      }
    });

    test('rows without their old values', async () => {
      for (const [image, sql] of [
        ['MINIMAL', "update m set note = 'x' where id = 1"],
        ['MINIMAL', 'delete from m where id = 1'],
        ['NOBLOB', "update m set large = 'x' where id = 1"],
      ] as const) {
        await begun(
          'm',
          "alter table m add column large text default ('y')",
          `set session binlog_row_image = ${image}`,
        );
        const from = await here();
        await run(sql, 'set session binlog_row_image = FULL');
        await refused(from, /the (update|delete) in flashback\.m: its row images lack the column (note|large) /);
      }
    });

    test('columns without names', async () => {
      const from = await begun('n');
      await run('delete from n');
      const { script, error } = await undone(server, from, { server: null });
      expect({ script, error }).toMatchObject({ script: '', error: { code: 'TABLE_UNKNOWN' } });
      const events = await undone(server, from, { server: null, form: 'binlog' });
      await apply(server, events.script);
      expect(await rows('select count(*) as n from n')).toEqual([{ n: 3 }]);
    });
  });

  describe('--check', () => {
    /** 200 rows of which 150 are changed in ways of all kinds, then 50 of these behind its back. */
    async function changedBehind(name: string, key: string): Promise<{ from: Position; tamper: () => Promise<void> }> {
      await run(`drop table if exists ${name}`, `create table ${name} (id int ${key}, a varchar(20), f float)`);
      const values = Array.from({ length: 200 }, (_, i) => `(${i}, 'row ${i}', ${i} / 3)`);
      await run(`insert into ${name} values ${values.slice(0, 150).join()}`);
      const from = await here();
      await run(
        `insert into ${name} values ${values.slice(150).join()}`,
        `update ${name} set a = 'changed' where id < 50`,
        `update ${name} set a = upper(a) where id < 30`,
        `delete from ${name} where id between 50 and 99`,
      );
      const tamper = (): Promise<void> =>
        run(`update ${name} set a = 'CHANGEd' where id < 30`, `update ${name} set f = f + 1 where id >= 180`);
      return { from, tamper };
    }

    test('finds all 50 rows that were changed behind its back', async () => {
      for (const [name, key] of [
        ['c1', 'primary key'],
        ['c2', ''],
      ] as const) {
        const { from, tamper } = await changedBehind(name, key);
        const whole = await undone(server, from, { check: true });
        expect(whole.error).toBeNull();
        expect(whole.report).toBe('150 undo applies, 0 already undone, 0 changed since\n');
        const log = selectedLog(serverLog({ address: addressOf(server), stopAtEnd: true }), {
          stop: await logEnd(server.url),
        });
        await tamper();
        const { script, report, error } = await undone(server, from, { check: true, log });
        expect({ script, error }).toMatchObject({ script: '', error: { code: 'UNDO_CONFLICT' } });
        expect(report).toMatch(/^100 undo applies, 0 already undone, 50 changed since\n/);
        expect(report.match(/^changed since: `flashback`/gm)).toHaveLength(50);
      }
    });

    test('knows what is undone already', async () => {
      const { from } = await changedBehind('c3', 'primary key');
      const stop = await logEnd(server.url);
      const log = selectedLog(serverLog({ address: addressOf(server), stopAtEnd: true }), { stop });
      const { script } = await undone(server, from, { check: true, log });
      await apply(server, script);
      const again = await undone(server, from, { check: true, log });
      expect(again.error).toMatchObject({ code: 'UNDO_DONE' });
      expect(again.report).toMatch(/^0 undo applies, 150 already undone, 0 changed since\n/);
    });
  });

  test('on the command line', async () => {
    await begun('l');
    const { file, offset } = await logEnd(server.url);
    await run("update l set note = 'l' where id = 1");
    const stop = (await logEnd(server.url)).offset;
    const range = [file, `--start-position=${offset}`, `--stop-position=${stop}`];
    const args = ['inspect', server.url, ...range, '--flashback', '--check', server.url];
    const first = await rowtide(args);
    expect(first).toMatchObject({ status: 0, stderr: '1 undo applies, 0 already undone, 0 changed since\n' });
    await run("update l set note = 'm' where id = 1");
    expect(await rowtide(args)).toMatchObject({ status: 3, stdout: '' });
    await apply(server, first.stdout);
    expect(await rows('select note, at from l where id = 1')).toEqual([{ note: 'one', at: null }]);
    const events = await rowtide([
      'inspect',
      server.url,
      ...range,
      '-B',
      '--flashback-format=binlog',
      '-d',
      'flashback',
    ]);
    expect(events).toMatchObject({ status: 0, stderr: '' });
    expect(body(events.stdout).filter((line) => line.startsWith('BINLOG'))).toHaveLength(2);
  });
});

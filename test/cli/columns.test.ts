import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs, sharedMysql } from '../servers/suite.js';
import { rowtide, start } from './rowtide.js';

/** MySQL 5.7 logs no names of columns. */
needs('mysql57').describe('--schema', () => {
  let url: string;
  let sql: mysql.Connection;
  let from: string;
  const print = ['--include', 'columns.*', '--print', '%{row}'];

  beforeAll(async () => {
    ({ url } = await sharedMysql('5.7'));
    sql = await mysql.createConnection(url);
    await sql.query('DROP DATABASE IF EXISTS columns');
    await sql.query('CREATE DATABASE columns');
    await sql.query('CREATE TABLE columns.pets (id INT PRIMARY KEY, name VARCHAR(20))');
    const [rows] = await sql.query<mysql.RowDataPacket[]>('SELECT @@global.gtid_executed AS executed');
    from = String(rows[0]?.executed).replaceAll('\n', '');
    await sql.query("INSERT INTO columns.pets VALUES (1, 'Rex')");
  });
  afterAll(async () => {
    await sql?.query('DROP DATABASE IF EXISTS columns');
    await sql?.end();
  });

  test('auto knows the names of what happens from now on', async () => {
    const tail = start(['tail', url, '--verbose', ...print]);
    await tail.said(/streaming/);
    await sql.query("INSERT INTO columns.pets VALUES (2, 'Tom')");
    await tail.said(/^\{"id":2,"name":"Tom"\}$/m);
    tail.process.kill('SIGINT');
    expect((await tail.ended).status).toBe(0);
  });

  test('auto knows the names of the past while no statement since then was about the table', async () => {
    const args = ['tail', url, '--from', from, '-e', ...print];
    expect((await rowtide(args)).stdout).toMatch(/^\{"id":1,"name":"Rex"\}\n/);
    await sql.query('ALTER TABLE columns.pets CHANGE name called VARCHAR(20)');
    await sql.query('ALTER TABLE columns.pets CHANGE called name VARCHAR(20)');
    const { status, stdout, stderr } = await rowtide(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^rowtide: TABLE_UNKNOWN: .*columns\.pets/);
    expect(stderr).toMatch(/hint: .*--schema assume-current/);
  });

  test('assume-current takes them as they are now, none numbers them', async () => {
    const assumed = await rowtide(['tail', url, '--from', from, '-c', '1', '--schema', 'assume-current', ...print]);
    expect(assumed).toMatchObject({ status: 0, stdout: '{"id":1,"name":"Rex"}\n' });
    // Nobody knows the character set of @2 either, so its bytes come as base64.
    const none = await rowtide(['tail', url, '--from', from, '-c', '1', '--schema', 'none', ...print]);
    expect(none).toMatchObject({ status: 0, stdout: '{"@1":1,"@2":"UmV4"}\n' });
  });

  test('tables that are filtered out need no names', async () => {
    const { status } = await rowtide(['tail', url, '--from', from, '-e', '--exclude', 'columns.*', '--format', 'none']);
    expect(status).toBe(0);
  });
});

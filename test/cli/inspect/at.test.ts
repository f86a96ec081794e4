import mysql from 'mysql2/promise';
import { expect } from 'vitest';
import { startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { rowtide } from '../rowtide.js';

needs('own').test('a live server is asked for a place, and shows its log from there on', async () => {
  await using server = await startMysql({ options: ['--binlog-row-metadata=FULL'] });
  const { host, port, user, url } = server;
  const connection = await mysql.createConnection({ host, port, user });
  await connection.query('CREATE DATABASE at_place');
  await connection.query('CREATE TABLE at_place.t (id INT PRIMARY KEY)');
  for (let i = 0; i < 24; i++) {
    await connection.query('INSERT INTO at_place.t VALUES (?)', [i]);
    if (i % 5 === 4) await connection.query('FLUSH BINARY LOGS');
  }
  const [[row]] = await connection.query<mysql.RowDataPacket[]>('SELECT @@server_uuid AS uuid');
  const gtid = `${row?.uuid}:15`;
  const at = async (place: string, ...args: string[]): Promise<string> => {
    const { stdout, stderr, status } = await rowtide(['inspect', '--no-defaults', '--at', place, ...args, url]);
    expect([status, stderr]).toEqual([0, '']);
    return stdout;
  };
  const [found, , id] = (await at(gtid)).trim().split('  ');
  const [, file, position] = /^(.+):(\d+)$/.exec(found ?? '') ?? [];
  expect(id).toBe(gtid);
  const [events] = await connection.query<mysql.RowDataPacket[]>('SHOW BINLOG EVENTS IN ?', [file]);
  await connection.end();
  expect(events.find(({ Pos }) => Pos === Number(position))?.Info).toContain(gtid);
  const rows = await at(gtid, '--view', 'rows', '--format', 'jsonl');
  const ids = rows
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { after: { id: number } }).after.id);
  expect(ids).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  const json = await at('2026-01-01Z', '--format', 'json');
  expect(JSON.parse(json)).toMatchObject({ position: expect.any(Number), gtid: expect.stringMatching(/:\d+$/) });
});

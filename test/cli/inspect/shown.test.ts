import mysql from 'mysql2/promise';
import { expect, it } from 'vitest';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { logSettled } from '../../source/settled.js';
import { rowtide } from '../rowtide.js';

const STATEMENTS = [
  'CREATE DATABASE shown',
  'CREATE TABLE shown.t (id INT PRIMARY KEY, `odd ``name` VARCHAR(20))',
  "INSERT INTO shown.t VALUES (1, 'one'), (2, NULL)",
  'SET foreign_key_checks = 0, unique_checks = 0',
  'UPDATE shown.t SET id = id + 10 ORDER BY id DESC',
  'SET foreign_key_checks = 1, unique_checks = 1',
  'FLUSH BINARY LOGS',
  'USE shown',
  "CREATE TABLE `odd ``table` (id INT) COMMENT 'ümläut'",
  'DELETE FROM t',
  'DROP TABLE t',
];

const SERVERS = {
  'MySQL 9.7': () => startMysql({}),
  'MariaDB 11.8': () => startMariadb({ version: '11.8' }),
};

needs('own').describe.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])('--view events of a live %s', (name) => {
  it('is its SHOW BINLOG EVENTS', async () => {
    await using server = await SERVERS[name]();
    const { host, port, user, url } = server;
    const connection = await mysql.createConnection({ host, port, user, charset: 'utf8mb4' });
    for (const statement of STATEMENTS) await connection.query(statement);
    if (name.startsWith('MariaDB')) await logSettled(url);
    const [files] = await connection.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS');
    const shown = [];
    for (const { Log_name: file } of files) {
      const [events] = await connection.query<mysql.RowDataPacket[]>('SHOW BINLOG EVENTS IN ?', [file]);
      for (const { Log_name, Pos, Event_type, Server_id, End_log_pos, Info } of events) {
        shown.push({
          file: Log_name,
          position: Pos,
          type: Event_type,
          serverId: Server_id,
          end: End_log_pos,
          info: Info,
        });
      }
    }
    await connection.end();
    const { stdout, stderr } = await rowtide(['inspect', '--no-defaults', '--view', 'events', '--format', 'json', url]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(shown);
  });
});

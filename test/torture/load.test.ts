import mysql from 'mysql2/promise';
import { expect } from 'vitest';
import { startMariadb } from '../servers/mariadb.js';
import { needs } from '../servers/suite.js';
import { decidePrepared } from './load.js';
import { query } from './replica/query.js';

needs('own').test('what the log has decided is not decided in it again', async () => {
  await using server = await startMariadb();
  const run = async (...statements: string[]): Promise<void> => {
    const connection = await mysql.createConnection(server.url);
    for (const sql of statements) await connection.query(sql);
    await connection.end();
  };
  const prepare = (xid: string, id: number): string[] => [
    `XA START '${xid}'`,
    `INSERT INTO shop.items VALUES (${id})`,
    `XA END '${xid}'`,
    `XA PREPARE '${xid}'`,
  ];
  await run('CREATE DATABASE shop', 'CREATE TABLE shop.items (id INT PRIMARY KEY)');
  await run(...prepare('kept', 1), "XA COMMIT 'kept'", ...prepare('undone', 2), "XA ROLLBACK 'undone'");
  // As a server that is killed leaves them: in the log they are over, and prepared all the same.
  await run('SET sql_log_bin = 0', ...prepare('kept', 3));
  await run('SET sql_log_bin = 0', ...prepare('undone', 4));
  await run(...prepare('open', 5));
  await server.restart();

  const logged = async (): Promise<number> => (await query(server.url, 'SHOW BINLOG EVENTS IN "binlog.000002"')).length;
  await using connection = await mysql.createConnection(server.url);
  const before = await logged();
  await decidePrepared(connection);
  expect(await query(server.url, 'XA RECOVER')).toEqual([]);
  expect(await query(server.url, 'SELECT id FROM shop.items')).toEqual([[1], [3], [5]]);
  // A GTID and the step of the one that was open.
  expect((await logged()) - before).toBe(2);
});

import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs, sharedMysql } from '../servers/suite.js';
import { type Running, rowtide, start } from './rowtide.js';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

needs('mysql').describe('a password that is asked for', () => {
  let sql: mysql.Connection;
  let args: readonly string[];

  beforeAll(async () => {
    const { url, host, port } = await sharedMysql();
    sql = await mysql.createConnection(url);
    await sql.query("CREATE USER asked IDENTIFIED BY 'pass wörd 5519'");
    await sql.query('GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO asked');
    args = ['tail', `mysql://asked@${host}:${port}`, '-p', '--from', 'now', '--exit-at-end', '--format', 'none'];
  });
  afterAll(async () => {
    await sql.query('DROP USER asked');
    await sql.end();
  });

  async function asked(): Promise<Running> {
    const tail = start(args, { onTerminal: true });
    await tail.said(/Password of asked at 127\.0\.0\.1:\d+: /);
    return tail;
  }

  test('is read from the terminal, and not shown there', async () => {
    const tail = await asked();
    tail.process.stdin.write('pass wörd 5519\r');
    const { status, stdout } = await tail.ended;
    expect(stdout).toContain('0 transactions');
    expect(stdout).not.toContain('5519');
    expect(status).toBe(0);
  });

  test('may be wrong', async () => {
    const tail = await asked();
    tail.process.stdin.write('another 5519\r');
    const { status, stdout } = await tail.ended;
    expect(stdout).toContain('rowtide: SOURCE_ACCESS_DENIED: ');
    expect(stdout).not.toContain('5519');
    expect(status).toBe(1);
  });

  test('may be refused: with Ctrl-D it is wrong usage, Ctrl-C interrupts', async () => {
    const ended = await asked();
    ended.process.stdin.write(CTRL_D);
    expect(await ended.ended).toMatchObject({ status: 2, stdout: expect.stringContaining('no password was given') });
    const interrupted = await asked();
    interrupted.process.stdin.write(CTRL_C);
    expect((await interrupted.ended).status).toBe(130);
  });

  test('needs a terminal', async () => {
    const { status, stderr } = await rowtide(args);
    expect(stderr).toMatch(/^rowtide: USAGE: there is no terminal to ask for a password\n {2}hint: .*--password-file/);
    expect(status).toBe(2);
  });
});

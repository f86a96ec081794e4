import { afterAll, beforeAll, expect, it } from 'vitest';
import replica from '../../../connectors/replica/index.js';
import type { Position } from '../../../src/core/position.js';
import type { ResumableSink } from '../../../src/core/sink.js';
import { withConnection } from '../../../src/mysql/connect.js';
import { parseServerUrl } from '../../../src/mysql/url.js';
import { preflight } from '../../../src/source/preflight.js';
import { Random, scaled, seedOf } from '../../roundtrip/random.js';
import { type MysqlServer, startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import {
  connected,
  contents,
  execute,
  executed,
  type Running,
  replicate,
  select,
  silent,
  start,
} from './replicating.js';

const never = new AbortController().signal;
const TRANSACTIONS = scaled(150);

/** Small transactions on the rows of one writer, some of them in two phases, some statements about tables. */
async function write(server: MysqlServer, writer: number): Promise<void> {
  const random = new Random(seedOf(`writer ${writer}`));
  const connection = await connected(server);
  const id = (): number => random.int(1, 50) * 10 + writer;
  for (let i = 0; i < TRANSACTIONS; i++) {
    const change = [
      `INSERT INTO pair.t (id, v) VALUES (${id()}, ${i}) ON DUPLICATE KEY UPDATE v = v + 1`,
      `UPDATE pair.t SET v = v + ${i} WHERE id = ${id()}`,
      `DELETE FROM pair.t WHERE id = ${id()}`,
    ];
    const xid = `'${writer}','${i}'`;
    const isXa = random.chance(0.1);
    const frame = isXa
      ? [`XA START ${xid}`, `XA END ${xid}`, `XA PREPARE ${xid}`, `XA COMMIT ${xid}`]
      : ['BEGIN', 'COMMIT'];
    const statements = [frame[0]!, ...random.shuffle(change).slice(0, random.int(1, 3)), ...frame.slice(1)];
    if (random.chance(0.05))
      statements.push(
        `CREATE TABLE pair.t${writer}_${i} (id INT PRIMARY KEY) SELECT id FROM pair.t WHERE id % 10 = ${writer}`,
      );
    for (const sql of statements) await connection.query(sql);
  }
  await connection.end();
}

/** All that was executed on `from` is executed on `to`, too. */
async function caughtUp(from: MysqlServer, to: Running): Promise<void> {
  await to.reached(await executed(from));
}

/** Where a replica on the server goes on. */
async function positionOf(target: MysqlServer): Promise<Position> {
  const options = replica.options.parse({ url: target.url, mode: 'binlog' });
  const sink = replica.create(options, { pipeline: 'test', log: silent }) as ResumableSink;
  const position = await sink.open(never);
  await sink.close();
  return position!;
}

needs('own').describe('servers that replicate each other', () => {
  let servers: MysqlServer[];

  beforeAll(async () => {
    servers = await Promise.all([startMysql(), startMysql(), startMysql()]);
  });

  afterAll(async () => {
    for (const server of servers ?? []) await server.remove();
  });

  it('a pair that writes on both sides, and a third server behind one of them', async () => {
    const [a, b, c] = servers as [MysqlServer, MysqlServer, MysqlServer];
    await execute(a, 'CREATE DATABASE pair', 'CREATE TABLE pair.t (id INT PRIMARY KEY, v INT)');
    // Logged by the second server with the semicolon that we sent behind it.
    await execute(a, 'CREATE TRIGGER pair.counted BEFORE DELETE ON pair.t FOR EACH ROW SET @n = @n + 1');
    await replicate({ source: a, target: b });
    {
      await using toB = start({ source: a, target: b });
      await using toA = start({ source: b, target: a });
      await using toC = start({ source: b, target: c });
      await Promise.all([write(a, 1), write(b, 2)]);
      await caughtUp(a, toB);
      await caughtUp(b, toA);
      await caughtUp(b, toC);
    }
    const expected = await contents(a);
    expect(await contents(b)).toEqual(expected);
    expect(await contents(c)).toEqual(expected);
    expect(await executed(b)).toBe(await executed(a));
    expect(await executed(c)).toBe(await executed(a));
  });

  it('goes on where each side has transactions that the other one never saw', async () => {
    const [a, b] = servers as [MysqlServer, MysqlServer];
    await execute(a, 'INSERT INTO pair.t VALUES (1001, 1)');
    await execute(b, 'INSERT INTO pair.t VALUES (1002, 1)', 'UPDATE pair.t SET v = 2 WHERE id = 1002');
    expect(await replicate({ source: a, target: b })).toBe('ended');
    expect(await replicate({ source: b, target: a })).toBe('ended');
    expect(await contents(b)).toEqual(await contents(a));
    expect(await executed(b)).toBe(await executed(a));
  });

  it('stops where a source lost what it had sent', async () => {
    const [a, , c] = servers as [MysqlServer, MysqlServer, MysqlServer];
    expect(await replicate({ source: a, target: c })).toBe('ended');
    const [[uuid] = []] = await select(a, 'SELECT @@server_uuid');
    const lost = `${uuid}:1000001`;
    await execute(c, `SET gtid_next = '${lost}'`, 'BEGIN', 'COMMIT');
    const position = await positionOf(c);
    await withConnection(parseServerUrl(a.url), never, async (connection) => {
      const checked = preflight(connection, position, { executedWaitSeconds: 0 });
      await expect(checked).rejects.toMatchObject({
        code: 'SOURCE_DIVERGED',
        message: expect.stringMatching(new RegExp(`: ${lost}$`)),
      });
    });
  });
});

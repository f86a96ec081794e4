import { afterAll, beforeAll, expect, it } from 'vitest';
import { GtidSet } from '../../src/core/gtid.js';
import type { Position } from '../../src/core/position.js';
import { withConnection } from '../../src/mysql/connect.js';
import { probe } from '../../src/mysql/probe.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { preflight } from '../../src/source/preflight.js';
import { type MysqlServer, type MysqlVersion, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { never, sql } from './reading.js';

needs('own').describe.each<MysqlVersion>(['9.7', '5.7'])('preflight on MySQL %s', (version) => {
  let server: MysqlServer;
  let uuid: string;

  beforeAll(async () => {
    server = await startMysql({ version });
    await sql(server.url, 'CREATE DATABASE shop');
    uuid = await withConnection(parseServerUrl(server.url), never, async (c) => (await probe(c)).identity.id);
  });

  afterAll(() => server?.remove());

  const check = (executed: string, flavour: 'mysql' | 'mariadb' = 'mysql'): Promise<void> => {
    const from: Position = {
      source: { flavour, id: uuid },
      log: { kind: 'gtid', executed: GtidSet.parse(executed) },
      held: [],
    };
    return withConnection(parseServerUrl(server.url), never, (c) => preflight(c, from, { executedWaitSeconds: 1 }));
  };

  it('accepts a set that the server has executed', async () => {
    await check('');
    await check(`${uuid}:1`);
  });

  it('names the transactions that the server never executed', async () => {
    const other = '00000000-0000-0000-0000-000000000001';
    await expect(check(`${uuid}:1-3,${other}:7`)).rejects.toMatchObject({
      code: 'SOURCE_DIVERGED',
      retryable: false,
      message: `127.0.0.1:${server.port}: the server never executed transactions of the position: ${GtidSet.parse(`${other}:7,${uuid}:2-3`).toString()}`,
    });
  });

  it('waits for a transaction that was sent before it counts as executed', async () => {
    const checked = check(`${uuid}:1-2`);
    await sql(server.url, 'CREATE DATABASE late');
    await checked;
  });

  it('keeps the flavours apart', async () => {
    await expect(check('', 'mariadb')).rejects.toMatchObject({ code: 'SOURCE_FOREIGN' });
  });

  it('wants a binary log', async () => {
    await server.restart(['--skip-log-bin', '--gtid-mode=OFF', '--enforce-gtid-consistency=OFF']);
    await expect(check('')).rejects.toMatchObject({
      code: 'SOURCE_SETTINGS',
      message: expect.stringContaining('log_bin is OFF'),
      hint: expect.stringContaining('--log-bin'),
    });
  });
});

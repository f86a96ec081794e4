import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RowtideError } from '../../src/core/errors.js';
import { GtidSet } from '../../src/core/gtid.js';
import { MariaGtids } from '../../src/core/maria-gtid.js';
import type { LogPosition, Position } from '../../src/core/position.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { type Backlog, retentionOf } from '../../src/source/backlog.js';
import type { Beginning } from '../../src/source/log-begins.js';
import { explainResync, type ResyncOptions } from '../../src/source/resync.js';
import { execute, executed, select } from '../connectors/replica/replicating.js';
import type { DatabaseServer } from '../servers/database.js';
import { startMariadb } from '../servers/mariadb.js';
import { startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { UUID } from '../transform/stream.js';
import { purgeTo } from './purging.js';

describe('what a source still keeps for a position', () => {
  const BACKLOG: Backlog = {
    files: [1, 2, 3, 4].map((n) => ({ name: `binlog.00000${n}`, sizeBytes: 1000 * n })),
    bytesPerSecond: 10,
    measuredSeconds: 1000,
    expireSeconds: 86_400,
    bytesMax: null,
    nowSeconds: 10_000,
  };
  /** File n begins behind ten times as many transactions, at so many thousand seconds. */
  const begin = async (file: string): Promise<Beginning> => {
    const n = Number(file.at(-1));
    const executedBefore = GtidSet.parse(n === 1 ? '' : `${UUID}:1-${(n - 1) * 10}`);
    return { timeUs: n * 1000 * 1_000_000, position: { kind: 'gtid', executed: executedBefore } };
  };
  const of = (log: LogPosition, facts: Partial<Backlog> = {}) => retentionOf(log, { ...BACKLOG, ...facts }, begin);
  const gtids = (text: string): LogPosition => ({ kind: 'gtid', executed: GtidSet.parse(text) });

  test('is told by the first file that is needed: from when it was closed, it is kept for as long as all are', async () => {
    expect(await of(gtids(`${UUID}:1-15`))).toEqual({
      file: 'binlog.000002',
      leftSeconds: 3000 + 86_400 - 10_000,
      leftBytes: 10 * (3000 + 86_400 - 10_000),
      behindBytes: 9000,
    });
    expect(await of(gtids(`${UUID}:1-9`))).toMatchObject({ file: 'binlog.000001' });
    expect(await of({ kind: 'file', file: 'binlog.000003', offset: 2900 })).toMatchObject({
      file: 'binlog.000003',
      behindBytes: 4100,
    });
  });

  test('of the file that is written to does not run out', async () => {
    expect(await of(gtids(`${UUID}:1-35`))).toMatchObject({ file: 'binlog.000004', leftSeconds: 86_400 });
  });

  test('ends by bytes where the server counts them', async () => {
    expect(await of(gtids(`${UUID}:1-15`), { bytesMax: 10_000 })).toMatchObject({ leftBytes: 1000 });
    expect(await of(gtids(`${UUID}:1-15`), { expireSeconds: null })).toMatchObject({
      leftSeconds: null,
      leftBytes: null,
    });
  });

  test('is nothing where the first file is gone, or has what the position has not', async () => {
    expect(await of({ kind: 'file', file: 'binlog.000000', offset: 4 })).toBeNull();
    const other = async (file: string) => ({ ...(await begin(file)), position: gtids(`${UUID}:1-5`) });
    expect(await retentionOf(gtids(`${UUID}:1-4`), BACKLOG, other)).toBeNull();
  });
});

interface Flavour {
  readonly name: string;
  readonly start: () => Promise<DatabaseServer>;
  readonly flavour: 'mysql' | 'mariadb';
  readonly logged: (server: DatabaseServer) => Promise<LogPosition>;
}

const FLAVOURS: readonly Flavour[] = [
  {
    name: 'MySQL 9.7',
    start: () => startMysql({ options: ['--log-bin=binlog'] }),
    flavour: 'mysql',
    logged: async (server) => ({ kind: 'gtid', executed: GtidSet.parse(await executed(server)) }),
  },
  {
    name: 'MariaDB 11.8',
    start: () => startMariadb({ options: ['--log-bin=binlog'] }),
    flavour: 'mariadb',
    logged: async (server) => {
      const [[text] = []] = await select(server, 'SELECT @@GLOBAL.gtid_binlog_pos');
      return { kind: 'mariadb-gtid', executed: MariaGtids.parse(String(text)) };
    },
  },
];

needs('own').describe.each(FLAVOURS)('what a start means on %o', ({ start, flavour, logged }) => {
  let server: DatabaseServer;
  let old: Position;
  const { signal } = new AbortController();
  const explained = (position: Position, relayHas: ResyncOptions['relayHas'] = null) =>
    explainResync(position, { address: parseServerUrl(server.url), relayHas, signal });

  beforeAll(async () => {
    server = await start();
    await execute(server, 'CREATE DATABASE shop', 'CREATE TABLE shop.orders (id INT PRIMARY KEY)');
    old = { source: { flavour, id: 'any' }, log: await logged(server), held: [] };
    for (const id of [1, 2, 3]) await execute(server, `INSERT INTO shop.orders VALUES (${id})`, 'FLUSH BINARY LOGS');
  });
  afterAll(() => server?.remove());

  test('partial while the source has what comes next, and for how long', async () => {
    const { verdict, retention } = await explained(old);
    expect(verdict).toBe('partial');
    expect(retention).toMatchObject({ file: 'binlog.000001' });
    const now = { ...old, log: await logged(server) };
    expect((await explained(now)).retention).toMatchObject({ file: 'binlog.000004' });
  });

  test('full once it is purged, unless a relay has it; and with a position of another history', async () => {
    await purgeTo(server.url, 'binlog.000003');
    expect(await explained(old)).toMatchObject({
      verdict: 'full',
      reason: expect.stringContaining(flavour === 'mysql' ? 'has purged' : 'begins with binlog.000003'),
      hint: expect.stringContaining('Copy the tables again'),
      retention: null,
    });
    expect(await explained(old, async () => {})).toMatchObject({ verdict: 'relay', hint: null });
    const lost = async () => Promise.reject(new RowtideError('SOURCE_PURGED', 'the relay begins behind it'));
    expect(await explained(old, lost)).toMatchObject({ verdict: 'full' });
    const foreign: LogPosition =
      flavour === 'mysql'
        ? { kind: 'gtid', executed: GtidSet.parse(`${UUID}:1-5,${await executed(server)}`) }
        : { kind: 'mariadb-gtid', executed: MariaGtids.parse('0-77-5') };
    expect(await explained({ ...old, log: foreign }, async () => {})).toMatchObject({
      verdict: 'full',
      reason: expect.stringContaining('never executed'),
    });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GtidSet } from '../../src/core/gtid.js';
import { MariaGtids } from '../../src/core/maria-gtid.js';
import type { LogPosition, Position } from '../../src/core/position.js';
import type { LogSource } from '../../src/core/source.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { fileLog } from '../../src/source/files.js';
import { serverLog } from '../../src/source/server.js';
import { stream } from '../roundtrip/stream.js';
import { type MariadbServer, type MariadbVersion, startMariadb } from '../servers/mariadb.js';
import { needs } from '../servers/suite.js';
import { purgeTo } from './purging.js';
import { failureOf, never, sql } from './reading.js';

const behind = (text: string): LogPosition => ({ kind: 'mariadb-gtid', executed: MariaGtids.parse(text) });
const VERSIONS: readonly MariadbVersion[] = ['11.8', '10.11'];

needs('own').describe.each(VERSIONS)('the log of MariaDB %s', (version) => {
  let server: MariadbServer;
  let id: number;

  beforeAll(async () => {
    server = await startMariadb({ version, options: ['--binlog-row-metadata=FULL'] });
    id = server.port;
    await sql(
      server.url,
      'CREATE DATABASE shop',
      'CREATE TABLE shop.item (id INT)',
      'INSERT INTO shop.item VALUES (1)',
    );
    await sql(server.url, 'SET gtid_domain_id = 5', 'INSERT INTO shop.item VALUES (2)');
    await sql(server.url, 'FLUSH BINARY LOGS', 'INSERT INTO shop.item VALUES (3)', 'INSERT INTO shop.item VALUES (4)');
  });
  afterAll(() => server?.remove());

  const live = (): LogSource => serverLog({ address: parseServerUrl(server.url), stopAtEnd: true });
  const position = async (log: LogPosition): Promise<Position> => ({
    source: await live().identity(never),
    log,
    held: [],
  });
  const failure = (log: LogPosition): Promise<unknown> => failureOf(live(), log);

  it('has an identity and ends that are known by GTIDs', async () => {
    expect(await live().identity(never)).toEqual({ flavour: 'mariadb', id: `server-id:${id}` });
    expect(await live().tail(never)).toEqual(behind(''));
    expect(await live().head(never)).toEqual(behind(`0-${id}-5,5-${id}-1`));
  });

  it('is not begun behind what the server does not have', async () => {
    const diverged = { code: 'SOURCE_DIVERGED', message: expect.stringContaining(`0-${id}-99`) };
    expect(await failure(behind(`0-${id}-99`))).toMatchObject(diverged);
    expect(await failure(behind('7-1-1'))).toMatchObject({ code: 'SOURCE_DIVERGED' });
    await sql(server.url, `SET gtid_seq_no = 50`, 'INSERT INTO shop.item VALUES (5)');
    const hole = { code: 'SOURCE_DIVERGED', message: expect.stringMatching(/missing the GTID 0-\d+-20/) };
    expect(await failure(behind(`0-${id}-20,5-${id}-1`))).toMatchObject(hole);
  });

  it('is not begun by GTIDs of MySQL', async () => {
    const set = GtidSet.parse('3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5');
    expect(await failure({ kind: 'gtid', executed: set })).toMatchObject({
      code: 'SOURCE_FOREIGN',
      message: expect.stringContaining('MySQL'),
    });
  });

  it('is not begun where it was purged, and its tail moves', async () => {
    await sql(server.url, 'FLUSH BINARY LOGS', 'FLUSH BINARY LOGS');
    await purgeTo(server.url, 'binlog.000002');
    expect(await live().tail(never)).toEqual(behind(`0-${id}-3,5-${id}-1`));
    expect(await failure(behind(''))).toMatchObject({ code: 'SOURCE_PURGED' });
    expect(await failure(behind(`0-${id}-2`))).toMatchObject({ code: 'SOURCE_PURGED' });
    const ids: unknown[] = [];
    for await (const transaction of stream(live(), { from: await position(await live().tail(never)) })) {
      ids.push(transaction.gtid);
    }
    expect(ids).toHaveLength(3);
  });

  it('is read with no more than the privileges of a replica', async () => {
    await sql(server.url, "CREATE USER cdc IDENTIFIED BY 'x'", 'GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO cdc');
    const log = serverLog({ address: parseServerUrl(`mysql://cdc:x@127.0.0.1:${server.port}`), stopAtEnd: true });
    expect(await log.tail(never)).toMatchObject({ kind: 'mariadb-gtid' });
    let events = 0;
    for await (const block of log.read(await position(await log.tail(never)), never)) events += block.events.length;
    expect(events).toBeGreaterThan(5);
  });
});

needs('own').test('a file that is encrypted stops by name, and its server sends it in the clear', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-keys-'));
  const keys = join(folder, 'keys');
  writeFileSync(keys, '1;770A8A65DA156D24EE2A093277530142\n');
  try {
    const options = ['--plugin-load-add=file_key_management', `--file-key-management-filename=${keys}`];
    await using server = await startMariadb({ options: [...options, '--encrypt-binlog=ON'] });
    await sql(server.url, 'CREATE DATABASE shop', 'FLUSH BINARY LOGS');
    const log = serverLog({ address: parseServerUrl(server.url), stopAtEnd: true });
    const source = await log.identity(never);
    const statements: string[] = [];
    for await (const { entries } of stream(log, { from: { source, log: behind(''), held: [] } })) {
      for (const entry of entries) if (entry.kind === 'statement') statements.push(entry.sql);
    }
    expect(statements).toEqual(['CREATE DATABASE shop']);
    const files = fileLog({ paths: [join(server.binlogDir, 'binlog.000001')] });
    expect(await failureOf(files, await files.tail(never))).toMatchObject({
      code: 'BINLOG_ENCRYPTED',
      hint: expect.stringContaining('read it through the server'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

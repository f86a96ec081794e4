import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventTypeName,
  FORMAT_DESCRIPTION_EVENT,
  GTID_LOG_EVENT,
  PREVIOUS_GTIDS_LOG_EVENT,
  WRITE_ROWS_EVENT,
} from '../../src/binlog/types.js';
import { GtidSet } from '../../src/core/gtid.js';
import type { LogPosition } from '../../src/core/position.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { fileLog } from '../../src/source/files.js';
import { type ServerLogOptions, serverLog } from '../../src/source/server.js';
import { startMariadb } from '../servers/mariadb.js';
import { type MysqlServer, type MysqlVersion, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { purgeTo } from './purging.js';
import { failureOf, type LoggedEvent, logEnd, never, readTo, sql } from './reading.js';

const gtid = (text: string): LogPosition => ({ kind: 'gtid', executed: GtidSet.parse(text) });
const file = (name: string, offset: number): LogPosition => ({ kind: 'file', file: name, offset });
const show = ({ file: name, start, type }: LoggedEvent): string => `${name}:${start} ${eventTypeName(type)}`;
const logOf = ({ url }: { url: string }, options: Partial<ServerLogOptions> = {}) =>
  serverLog({ address: parseServerUrl(url), heartbeatMs: 1000, ...options });

needs('own').describe.each<MysqlVersion>(['9.7', '8.0', '5.7'])('serverLog on MySQL %s', (version) => {
  let server: MysqlServer;
  let uuid: string;
  /** GTIDs 1 to 9, with FLUSH BINARY LOGS after 4 and after 8. */
  let end: { file: string; offset: number };

  beforeAll(async () => {
    server = await startMysql({ version });
    const insert = (n: number): string => `INSERT INTO shop.item VALUES (${n}, REPEAT('x', ${n}))`;
    await sql(
      server.url,
      'CREATE DATABASE shop',
      'CREATE TABLE shop.item (id INT PRIMARY KEY, name VARCHAR(100))',
      ...[3, 4].map(insert),
      'FLUSH BINARY LOGS',
      ...[5, 6, 7, 8].map(insert),
      'FLUSH BINARY LOGS',
      insert(9),
    );
    end = await logEnd(server.url);
    uuid = (await logOf(server).identity(never)).id;
  });

  afterAll(() => server?.remove());

  it('reads the same events as are in the files', async () => {
    const names = readdirSync(server.binlogDir)
      .filter((name) => /^binlog\.\d+$/.test(name))
      .sort();
    const files = fileLog({ paths: names.map((name) => join(server.binlogDir, name)) });
    const expected = await readTo(files, file(names[0]!, 4), { file: '', offset: 0 });
    for (const [from, reusesMemory] of [[gtid(''), false] as const, [file(names[0]!, 4), true] as const]) {
      const events = await readTo(logOf(server, { reusesMemory }), from, end);
      expect(events.map(show)).toEqual(expected.map(show));
      for (const [i, event] of events.entries()) {
        // The file that is being written is flagged as open.
        if (event.type === FORMAT_DESCRIPTION_EVENT) continue;
        expect(event.bytes.equals(expected[i]!.bytes), show(event)).toBe(true);
      }
    }
  });

  it('says who and where it is', async () => {
    const log = logOf(server);
    expect(await log.identity(never)).toEqual({ flavour: 'mysql', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(await log.tail(never)).toEqual(gtid(''));
    expect(String(((await log.head(never)) as { executed: GtidSet }).executed)).toBe(`${uuid}:1-9`);
  });

  it('leaves out the transactions of a GTID set with holes, and says where each of the others is', async () => {
    const all = await readTo(logOf(server), gtid(''), end);
    const events = await readTo(logOf(server), gtid(`${uuid}:1-2:4:6-8`), end);
    const skipped = [1, 2, 4, 6, 7, 8];
    let transaction = 0;
    const kept = all.filter((event) => {
      if (event.type === GTID_LOG_EVENT) transaction++;
      const between = [FORMAT_DESCRIPTION_EVENT, PREVIOUS_GTIDS_LOG_EVENT, 4].includes(event.type);
      return between || !skipped.includes(transaction);
    });
    expect(events.map(show)).toEqual(kept.map(show));
  });

  it('begins with the file of the first transaction that is missing', async () => {
    const events = await readTo(logOf(server), gtid(`${uuid}:1-8`), end);
    expect(new Set(events.map((event) => event.file))).toEqual(new Set([end.file]));
    expect(events.filter(({ type }) => type === GTID_LOG_EVENT).length).toBe(1);
  });

  it('begins in the middle of a file', async () => {
    const all = await readTo(logOf(server), file('binlog.000002', 4), end);
    const at = all.findIndex((event, i) => i > 8 && event.type === GTID_LOG_EVENT);
    const events = await readTo(logOf(server), file(all[at]!.file, all[at]!.start), end);
    expect(show(events[0]!)).toBe(`${all[at]!.file}:4 FORMAT_DESCRIPTION_EVENT`);
    expect(events.slice(1).map(show)).toEqual(all.slice(at).map(show));
  });

  it('waits at the end, and reads what comes', async () => {
    const stop = new AbortController();
    const log = logOf(server);
    const source = await log.identity(never);
    const types: string[] = [];
    for await (const block of log.read({ source, log: await log.head(never), held: [] }, stop.signal)) {
      types.push(...block.events.map(({ type }) => eventTypeName(type)));
      if (types.length <= 2) await sql(server.url, "INSERT INTO shop.item VALUES (10, 'x')");
      if (types.includes('XID_EVENT')) stop.abort();
    }
    expect(types.slice(0, 3)).toEqual(['FORMAT_DESCRIPTION_EVENT', 'PREVIOUS_GTIDS_LOG_EVENT', 'GTID_LOG_EVENT']);
    await sql(server.url, 'DELETE FROM shop.item WHERE id = 10');
  });

  it('puts events together that the server sends in several packets', async () => {
    const from = await logEnd(server.url);
    await sql(server.url, 'CREATE TABLE IF NOT EXISTS shop.large (id INT PRIMARY KEY, text LONGTEXT)');
    const insert = (id: number, length: number): string =>
      `INSERT INTO shop.large VALUES (${id}, REPEAT('y', ${length}))`;
    const rowsBytes = async (since: { file: string; offset: number }): Promise<number[]> => {
      const events = await readTo(logOf(server), file(since.file, since.offset), await logEnd(server.url));
      return events.filter(({ type }) => type === WRITE_ROWS_EVENT).map((event) => event.end - event.start);
    };
    await sql(server.url, insert(0, 1000));
    const overhead = (await rowsBytes(from))[0]! - 1000;
    // A packet holds a status byte and the event: one less, as much as, and one more than fills one or two packets.
    const wanted = [1, 2].flatMap((packets) => [-1, 0, 1].map((more) => packets * 0xffffff - 1 + more));
    const since = await logEnd(server.url);
    for (const [i, bytes] of wanted.entries()) await sql(server.url, insert(i + 1, bytes - overhead));
    expect(await rowsBytes(since)).toEqual(wanted);
  });

  describe('refuses by name', () => {
    it('a position of another server', async () => {
      const other = '00000000-0000-0000-0000-000000000001';
      expect(await failureOf(logOf(server), file('binlog.000001', 4), other)).toMatchObject({
        code: 'SOURCE_FOREIGN',
        message: expect.stringContaining(`is a place in the log of ${other}, and this server is ${uuid}`),
      });
    });

    it('an offset outside of the file, and one that cannot be asked for', async () => {
      for (const offset of [2, 2 ** 31]) {
        expect(await failureOf(logOf(server), file('binlog.000001', offset))).toMatchObject({
          code: 'SOURCE_DIVERGED',
        });
      }
      expect(await failureOf(logOf(server), file('binlog.000001', 2 ** 32))).toMatchObject({
        code: 'SOURCE_SETTINGS',
        message: expect.stringContaining('binlog.000001:4294967296 lies beyond 4 GiB'),
        hint: expect.stringContaining('GTID'),
      });
    });

    it('an offset inside of an event, with what the server or the bytes say', async () => {
      const error = await failureOf(logOf(server), file('binlog.000002', 200));
      expect(error).toMatchObject({ name: 'RowtideError', retryable: false });
      expect((error as Error).message).toContain(`127.0.0.1:${server.port} binlog.000002:200`);
    });

    it('a server that logs statements', async () => {
      await sql(server.url, "SET GLOBAL binlog_format = 'STATEMENT'");
      const error = await failureOf(logOf(server), gtid(''));
      await sql(server.url, "SET GLOBAL binlog_format = 'ROW'");
      expect(error).toMatchObject({
        code: 'SOURCE_SETTINGS',
        message: expect.stringContaining('binlog_format is STATEMENT'),
        hint: expect.stringContaining("binlog_format = 'ROW'"),
      });
    });

    it('a GTID set where GTIDs are off, and goes by file and offset there', async () => {
      await sql(server.url, 'SET GLOBAL gtid_mode = ON_PERMISSIVE');
      try {
        expect(await failureOf(logOf(server), gtid(''))).toMatchObject({
          code: 'SOURCE_SETTINGS',
          message: expect.stringContaining('GTIDs are off on the server (gtid_mode is ON_PERMISSIVE)'),
        });
        const now = await logEnd(server.url);
        expect(await logOf(server).head(never)).toEqual(file(now.file, now.offset));
        expect(await logOf(server).tail(never)).toEqual(file('binlog.000001', 4));
      } finally {
        await sql(server.url, 'SET GLOBAL gtid_mode = ON');
      }
    });

    it('what is purged: a file, or transactions, which are named', async () => {
      await purgeTo(server.url, 'binlog.000002');
      expect(await failureOf(logOf(server), file('binlog.000001', 4))).toMatchObject({
        code: 'SOURCE_PURGED',
        message: expect.stringContaining('the log file binlog.000001 is not there; the server has binlog.000002 to'),
      });
      expect(await failureOf(logOf(server), gtid(`${uuid}:1-2`))).toMatchObject({
        code: 'SOURCE_PURGED',
        message: expect.stringContaining(`purged transactions that come next: ${uuid}:3-4`),
      });
      expect(String(((await logOf(server).tail(never)) as { executed: GtidSet }).executed)).toBe(`${uuid}:1-4`);
    });
  });
});

needs('own').describe('serverLog on MariaDB', () => {
  it('reads by file and offset the same events as are in the files', async () => {
    await using server = await startMariadb();
    await sql(
      server.url,
      'CREATE DATABASE shop',
      'CREATE TABLE shop.item (id INT PRIMARY KEY, name TEXT)',
      "INSERT INTO shop.item VALUES (1, 'x')",
      'FLUSH BINARY LOGS',
      "UPDATE shop.item SET name = 'y'",
    );
    const events = await readTo(logOf(server), file('binlog.000001', 4), await logEnd(server.url));
    const paths = ['binlog.000001', 'binlog.000002'].map((name) => join(server.binlogDir, name));
    const expected = await readTo(fileLog({ paths }), file('binlog.000001', 4), { file: '', offset: 0 });
    // The server adds a BINLOG_CHECKPOINT_EVENT when it gets to it.
    expect(events.map(show)).toEqual(expected.slice(0, events.length).map(show));
    expect(events.map(({ type }) => eventTypeName(type))).toContain('ANNOTATE_ROWS_EVENT');
  });
});

import { readFileSync } from 'node:fs';
import ZongJi from '@vlasky/zongji';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { driverOptions } from '../../src/mysql/connect.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { dumpError } from '../../src/source/dump-errors.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { purgeTo } from './purging.js';
import { sql } from './reading.js';

/** Parts of zongji and mysql2 that are not in their documentation, and that src/source/server.ts stands on. */
interface Internals {
  on(event: string, listener: (error: Error) => void): void;
  start(options: object): void;
  stop(): void;
  listenerCount(event: string): number;
  connection: Dumping | null;
  ctrlConnection: Dumping | null;
  BinlogClass: new (done: unknown) => { start(packet: unknown, connection: Dumping): unknown };
}

interface Dumping {
  stream: { pause(): void; resume(): void; destroyed: boolean };
  packetParser: { execute(chunk: Buffer): void };
  query(text: string, done: (error: Error | null) => void): void;
}

needs('own').describe('zongji and mysql2, as we use them', () => {
  let server: MysqlServer;

  beforeAll(async () => {
    server = await startMysql();
  });

  afterAll(() => server?.remove());

  it('are the versions that were read, and one copy of each', () => {
    const versionOf = (path: string): string =>
      (
        JSON.parse(readFileSync(new URL(`../../node_modules/${path}/package.json`, import.meta.url), 'utf8')) as {
          version: string;
        }
      ).version;
    expect(versionOf('@vlasky/zongji')).toBe('0.9.0');
    expect(versionOf('mysql2')).toBe('3.24.5');
    expect(() => versionOf('@vlasky/zongji/node_modules/mysql2')).toThrow();
  });

  it('let another command and another parser in at ready, before the dump, and stop cleanly', async () => {
    const zongji = new ZongJi(await driverOptions(parseServerUrl(server.url))) as unknown as Internals;
    const order: string[] = [];
    const firstBytes = new Promise<Buffer>((resolve, reject) => {
      zongji.on('error', reject);
      zongji.on('ready', () => {
        zongji.connection!.query('SET @a = 1', () => order.push('session'));
        zongji.BinlogClass = class extends zongji.BinlogClass {
          override start(packet: unknown, connection: Dumping): unknown {
            const next = super.start(packet, connection);
            order.push('dump');
            expect(connection).toBe(zongji.connection);
            connection.packetParser = { execute: resolve };
            return next;
          }
        };
      });
    });
    zongji.start({ serverId: 4_000_000_000, gtidSet: '' });
    const bytes = await firstBytes;
    expect(order.sort()).toEqual(['dump', 'session']);
    // Length, sequence number 1, status 0, and the header of the artificial ROTATE.
    expect(bytes[3]).toBe(1);
    expect(bytes[4]).toBe(0);
    expect(bytes[5 + 4]).toBe(4);
    expect(zongji.listenerCount('binlog')).toBe(0);

    await new Promise<void>((resolve) => {
      zongji.on('stopped', () => resolve());
      zongji.stop();
    });
    expect([zongji.connection, zongji.ctrlConnection]).toEqual([null, null]);
    const dumps = "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'";
    // The server is told to end it, and does so a moment later.
    await expect.poll(() => sql(server.url, dumps)).toEqual([]);
  });

  it('report the server’s words, which are told apart by their text', async () => {
    await sql(server.url, 'CREATE DATABASE shop', 'FLUSH BINARY LOGS', 'CREATE TABLE shop.a (id INT)');
    await purgeTo(server.url, 'binlog.000002');
    const [row] = await sql(server.url, 'SELECT @@server_uuid');
    const said = async (start: object): Promise<string> => {
      const zongji = new ZongJi(await driverOptions(parseServerUrl(server.url)));
      const failed = new Promise<{ errno?: number } & Error>((resolve) => zongji.once('error', resolve));
      zongji.start({ serverId: 4_000_000_000, ...start });
      const error = await failed;
      zongji.stop();
      return dumpError(error.errno ?? 0, error.message, 'db1').code;
    };
    expect(await said({ filename: 'binlog.000099', position: 4 })).toBe('SOURCE_PURGED');
    expect(await said({ gtidSet: '' })).toBe('SOURCE_PURGED');
    expect(await said({ filename: 'binlog.000002', position: 999_999 })).toBe('SOURCE_DIVERGED');
    expect(await said({ gtidSet: `${String(row![0])}:1-999` })).toBe('SOURCE_DIVERGED');
  });
});

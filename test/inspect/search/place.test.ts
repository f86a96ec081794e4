import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GtidSet } from '../../../src/core/gtid.js';
import { parseMariaGtid } from '../../../src/core/maria-gtid.js';
import { findPlace, type Place, type Target } from '../../../src/inspect/search/place.js';
import { filePlaces } from '../../../src/source/file-places.js';
import { logFilesIn } from '../../../src/source/log-folder.js';
import { rowtide } from '../../cli/rowtide.js';
import { fixture } from '../../fixtures/files.js';
import type { DatabaseServer } from '../../servers/database.js';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { BEGAN_AT, FILE_SECONDS, nameOf, UUID, writeLog } from './log-files.js';

const at = (seconds: number): Target => ({ kind: 'time', timeUs: seconds * 1_000_000 });
const gtid = (sequence: number): Target => ({ kind: 'gtids', gtids: GtidSet.parse(`${UUID}:${sequence}`) });
const secondsOf = (place: Place | 'purged' | null): number => (place as Place).committedAtUs / 1_000_000;

describe('in a folder of 500 files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-places-'));
  const [FILES, TRANSACTIONS] = [500, 100];
  beforeAll(() => writeLog(folder, { files: FILES, transactions: TRANSACTIONS }));
  afterAll(() => rmSync(folder, { recursive: true }));

  const find = async (target: Target): Promise<{ place: Place | 'purged' | null; bytesRead: number }> => {
    const files = filePlaces(logFilesIn(folder));
    return { place: await findPlace(files, target), bytesRead: files.bytesRead };
  };

  it.each([1, 100, 101, 33_333, 50_000])('the GTID %s is found, and less than 1 MiB is read', async (sequence) => {
    const { place, bytesRead } = await find(gtid(sequence));
    expect(place).toMatchObject({
      index: Math.floor((sequence - 1) / TRANSACTIONS),
      gtid: { uuid: UUID, sequence: BigInt(sequence) },
    });
    expect(bytesRead).toBeLessThan(64 * 1024);
  });

  it('a time is found in its file', async () => {
    const time = BEGAN_AT + 321 * FILE_SECONDS + 42;
    const { place, bytesRead } = await find(at(time));
    expect(place).toMatchObject({ index: 321, gtid: { sequence: 321n * 100n + 43n } });
    expect(secondsOf(place)).toBe(time);
    expect(bytesRead).toBeLessThan(64 * 1024);
  });

  it('a time between two files is the first transaction of the later one, and one before all the first', async () => {
    const between = await find(at(BEGAN_AT + 7 * FILE_SECONDS + 555));
    expect(between.place).toMatchObject({ index: 8 });
    expect(secondsOf(between.place)).toBe(BEGAN_AT + 8 * FILE_SECONDS);
    expect(secondsOf((await find(at(0))).place)).toBe(BEGAN_AT);
  });

  it('nothing is found behind the end', async () => {
    expect((await find(at(BEGAN_AT + FILES * FILE_SECONDS))).place).toBeNull();
    expect((await find(gtid(50_001))).place).toBeNull();
  });

  it('what was purged is said to be', async () => {
    const files = filePlaces(logFilesIn(folder).slice(10));
    expect(await findPlace(files, gtid(1000))).toBe('purged');
    expect(await findPlace(files, gtid(1001))).toMatchObject({ index: 0 });
  });

  it('the command prints the place, or shows the log from there on', async () => {
    const [text, json, view, gone] = await Promise.all([
      rowtide(['inspect', '--at', `${UUID}:33333`, folder]),
      rowtide(['inspect', '--at', `${UUID}:33333`, '--format', 'json', folder]),
      rowtide(['inspect', '--at', `${UUID}:49999`, '--view', 'transactions', '--format', 'jsonl', folder]),
      rowtide(['inspect', '--at', `${UUID}:50001`, folder]),
    ]);
    const { index, offset } = (await find(gtid(33_333))).place as Place;
    const path = join(folder, nameOf(index));
    expect(text.stdout).toBe(`${path}:${offset}  2027-01-17T15:30:32+00:00  ${UUID}:33333\n`);
    expect(JSON.parse(json.stdout)).toMatchObject({ file: nameOf(index), position: offset, gtid: `${UUID}:33333` });
    const shown = view.stdout.trim().split('\n');
    expect(shown.map((line) => (JSON.parse(line) as { gtid: string }).gtid)).toEqual([
      `${UUID}:49999`,
      `${UUID}:50000`,
    ]);
    expect(gone).toMatchObject({ status: 1, stderr: expect.stringContaining('PLACE_NOT_FOUND') });
  });
});

describe('the files of a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-folder-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (...files: string[]): void => {
    for (const file of files) writeFileSync(join(folder, file), '');
  };
  const names = (): string[] => logFilesIn(folder).map((path) => path.slice(folder.length + 1));

  it('are those with numbers, in their order', () => {
    expect(names).toThrow(expect.objectContaining({ code: 'USAGE' }));
    write('binlog.1000000', 'binlog.999999', 'ibdata1', 'auto.cnf');
    expect(names()).toEqual(['binlog.999999', 'binlog.1000000']);
  });

  it('are of one log', () => {
    write('relay.000001');
    expect(names).toThrow('more than one log: binlog, relay');
  });

  it('are those that the index has, where there is one', () => {
    writeFileSync(join(folder, 'binlog.index'), './binlog.999998\n/var/lib/mysql/binlog.999999\n./binlog.1000000\n');
    expect(names()).toEqual(['binlog.999999', 'binlog.1000000']);
  });
});

describe('where the log says no lengths of transactions', () => {
  it.each(['shop-5.7', 'shop-8.0', 'statements-5.7'])('each transaction of %s is found by hops', async (name) => {
    const begins = await allBegins(fixture(`${name}.binlog`));
    expect(begins.length).toBeGreaterThan(8);
  });
});

async function allBegins(path: string): Promise<number[]> {
  const offsets: number[] = [];
  for await (const { offset } of filePlaces([path]).begins(0)) offsets.push(offset);
  return offsets;
}

const STATEMENTS = ['CREATE DATABASE IF NOT EXISTS places', 'CREATE TABLE IF NOT EXISTS places.t (id INT PRIMARY KEY)'];

async function fill(server: DatabaseServer): Promise<{ gtid: string; file: string; offset: number }[]> {
  const { host, port, user } = server;
  const connection = await mysql.createConnection({ host, port, user });
  for (const statement of STATEMENTS) await connection.query(statement);
  for (let i = 0; i < 40; i++) {
    await connection.query('INSERT INTO places.t VALUES (?)', [i]);
    if (i % 7 === 6) await connection.query('FLUSH BINARY LOGS');
  }
  const [files] = await connection.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS');
  const logged = [];
  for (const { Log_name: file } of files) {
    const [events] = await connection.query<mysql.RowDataPacket[]>('SHOW BINLOG EVENTS IN ?', [file]);
    for (const { Event_type: type, Info: info, Pos: offset } of events) {
      const [, found] = /^(?:Gtid|Anonymous_Gtid)$/.test(type)
        ? (/([0-9a-f-]{36}:\d+|\d+-\d+-\d+)/.exec(info) ?? [])
        : [];
      if (found !== undefined) logged.push({ gtid: found, file: String(file), offset: Number(offset) });
    }
  }
  await connection.end();
  return logged;
}

const SERVERS = {
  'MySQL 9.7': () => startMysql({}),
  'MariaDB 11.8': () => startMariadb({ version: '11.8' }),
};

needs('own').describe.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])('the log of %s', (name) => {
  it('has each GTID where its server shows it', async () => {
    await using server = await SERVERS[name]();
    const logged = await fill(server);
    expect(logged.length).toBeGreaterThan(40);
    const paths = logFilesIn(server.binlogDir);
    for (const { gtid: id, file, offset } of logged) {
      const target: Target = name.startsWith('MySQL')
        ? { kind: 'gtids', gtids: GtidSet.parse(id) }
        : { kind: 'mariadb-gtids', gtids: [parseMariaGtid(id)] };
      const place = (await findPlace(filePlaces(paths), target)) as Place;
      expect([paths[place.index]?.endsWith(file), place.offset]).toEqual([true, offset]);
    }
  });
});

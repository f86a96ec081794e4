import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import mysql from 'mysql2/promise';
import { afterAll } from 'vitest';
import { changes } from '../../src/column/changes.js';
import type { Change } from '../../src/core/change.js';
import { formatGtid } from '../../src/core/gtid.js';
import type { LogSource } from '../../src/core/source.js';
import { fileLog } from '../../src/source/files.js';
import { type StreamOptions, stream } from '../roundtrip/stream.js';
import type { MysqlServer } from '../servers/mysql.js';

export interface Sessions {
  /** Runs a statement in the session of that name, which is opened on first use; one called latin1 speaks latin1. */
  readonly run: (session: string, ...statements: string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function sessions(server: MysqlServer, database: string): Sessions {
  const open = new Map<string, mysql.Connection>();
  return {
    async run(name, ...statements) {
      let connection = open.get(name);
      if (connection === undefined) {
        connection = await mysql.createConnection({
          host: server.host,
          port: server.port,
          user: server.user,
          database,
        });
        open.set(name, connection);
      }
      for (const sql of statements) await connection.query(sql);
    },
    async close() {
      for (const connection of open.values()) await connection.end().catch(() => connection.destroy());
      open.clear();
    },
  };
}

/** Binlog files of their own that hold what `work` does, in an empty database. */
export async function record(
  server: MysqlServer,
  database: string,
  work: (sessions: Sessions) => Promise<void>,
): Promise<string[]> {
  const root = sessions(server, '');
  await root.run('root', `create database ${database}`);
  const before = await logFiles(server);
  await root.run('root', 'flush binary logs');
  const all = sessions(server, database);
  try {
    await work(all);
  } finally {
    await all.close();
    await root.close();
  }
  const last = sessions(server, '');
  await last.run('root', 'flush binary logs');
  await last.close();
  return (await logFiles(server)).slice(before.length, -1).map((name) => join(server.binlogDir, name));
}

async function logFiles(server: MysqlServer): Promise<string[]> {
  const connection = await mysql.createConnection({ host: server.host, port: server.port, user: server.user });
  const [rows] = await connection.query({ sql: 'show binary logs', rowsAsArray: true });
  await connection.end();
  return (rows as unknown as string[][]).map(([name]) => name!);
}

/** What the files hold, one line for each change under a line for each transaction; throws what stops the stream. */
export function told(paths: readonly string[], options: StreamOptions = {}): Promise<string[]> {
  return toldBy(fileLog({ paths }), options);
}

export async function toldBy(log: LogSource, options: StreamOptions = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const transaction of stream(log, options)) {
    const { prepared, held } = transaction;
    const facts = [
      ...(prepared === null ? [] : [`prepared as ${prepared.xid}`]),
      ...(held.length === 0 ? [] : [`holding ${held.map(({ xid }) => xid).join(' ')}`]),
    ];
    lines.push(['transaction', ...facts].join(', '), ...[...changes(transaction)].map(describe));
  }
  return lines;
}

/** The GTIDs in the order of the log. */
export async function gtidsIn(paths: readonly string[]): Promise<string[]> {
  const gtids: string[] = [];
  for await (const { gtid } of stream(fileLog({ paths }))) gtids.push(gtid === null ? 'none' : formatGtid(gtid));
  return gtids;
}

export function describe(change: Change): string {
  if (change.kind === 'statement') return `  ${change.sql}`;
  const before = 'before' in change ? ` ${show(change.before)}` : '';
  const after = 'after' in change ? ` ${change.kind === 'update' ? '→ ' : ''}${show(change.after)}` : '';
  return `  ${change.kind} ${change.table.name}${before}${after}`;
}

function show(row: object): string {
  return Object.values(row)
    .map((value) => (value === null ? 'NULL' : String(value)))
    .join(',');
}

/** What stops the stream; null if nothing does. */
export async function failure(paths: readonly string[], options: StreamOptions = {}): Promise<unknown> {
  try {
    await told(paths, options);
  } catch (error) {
    return error;
  }
  return null;
}

const folder = mkdtempSync(join(tmpdir(), 'rowtide-binlog-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

const MAGIC = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);
const CHECKSUM_BYTES = 4;

/** The events of a file, headers and bodies, without checksums. */
export function eventsOf(path: string): Buffer[] {
  const bytes = readFileSync(path);
  const events: Buffer[] = [];
  for (let at = MAGIC.length; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 9);
    events.push(Buffer.from(bytes.subarray(at, at + length - CHECKSUM_BYTES)));
    at += length;
  }
  return events;
}

export function eventOf(type: number, body: Buffer, flags = 0): Buffer {
  const header = Buffer.alloc(19);
  header[4] = type;
  header.writeUInt32LE(1, 5);
  header.writeUInt16LE(flags, 17);
  return Buffer.concat([header, body]);
}

/** A file of these events: their lengths, places and checksums are made right, whatever else is in them. */
export function fileOf(events: readonly Buffer[], name = 'binlog.000001'): string {
  const parts = [MAGIC];
  let end = MAGIC.length;
  for (const event of events) {
    const bytes = Buffer.concat([event, Buffer.alloc(CHECKSUM_BYTES)]);
    end += bytes.length;
    bytes.writeUInt32LE(bytes.length, 9);
    bytes.writeUInt32LE(end % 2 ** 32, 13);
    const inUse = bytes[17]! & 1;
    bytes[17] = bytes[17]! & ~1;
    bytes.writeUInt32LE(crc32(bytes.subarray(0, -CHECKSUM_BYTES)), bytes.length - CHECKSUM_BYTES);
    bytes[17] = bytes[17]! | inUse;
    parts.push(bytes);
  }
  const path = join(folder, String(++files), name);
  mkdirSync(dirname(path));
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

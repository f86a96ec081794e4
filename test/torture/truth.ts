/** What really happened: told by the server's own tools, which share no code with us. */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import mysql from 'mysql2/promise';
import type { MysqlServer } from '../servers/mysql.js';
import { mysqlTool } from '../servers/mysql.js';
import { SCHEMA, TABLES } from './load.js';

/** A change as the binlog has it: what it is called, and enough of its content to tell it from every other one. */
export interface LoggedChange {
  readonly gtid: string;
  /** Counts the changes of the transaction. */
  readonly row: number;
  readonly op: 'insert' | 'update' | 'delete' | 'statement';
  /** Empty for a statement. */
  readonly table: string;
  /** Of the image after the change, or of the only one. */
  readonly id: string;
  readonly version: string;
}

/** Lets the log begin anew; returns the name of its only file. */
export function beginLog(url: string): Promise<string> {
  return withMysql(url, async (query) => {
    await query('FLUSH BINARY LOGS');
    const files = await query('SHOW BINARY LOGS');
    const file = String(files.at(-1)?.Log_name);
    await query(`PURGE BINARY LOGS TO '${file}'`);
    return file;
  });
}

export async function executedGtids(url: string): Promise<string> {
  const [row] = await withMysql(url, (query) => query('SELECT @@global.gtid_executed AS gtids'));
  return String(row?.gtids).replaceAll('\n', '');
}

/** The rows of the tables that are there now, as `table/id` → `version/body`. */
export function readTables(url: string): Promise<Map<string, string>> {
  return withMysql(url, async (query) => {
    const rows = new Map<string, string>();
    for (const table of TABLES) {
      for (const { id, version, body } of await query(`SELECT id, version, body FROM ${SCHEMA}.${table}`)) {
        rows.set(`${table}/${id}`, `${version}/${body}`);
      }
    }
    return rows;
  });
}

/** Every change of the binlog files from `first` on, in their order, as mysqlbinlog prints them. */
export async function readLog(server: MysqlServer, first: string): Promise<LoggedChange[]> {
  const names = (await readdir(server.binlogDir)).filter((name) => /^binlog\.\d+$/.test(name) && name >= first).sort();
  const tool = await mysqlTool('mysqlbinlog');
  const options = ['--no-defaults', '--verbose', '--base64-output=DECODE-ROWS'];
  const child = spawn(tool.file, [...tool.args, ...options, ...names.map((name) => join(server.binlogDir, name))], {
    env: { ...process.env, ...tool.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const reader = new LogReader();
  for await (const line of createInterface({ input: child.stdout })) reader.line(line);
  const status = await exit;
  if (status !== 0) throw new Error(`mysqlbinlog ended with ${status}`);
  return reader.end();
}

/**
 * Reads what --verbose prints. Each GTID begins a transaction, each `### UPDATE` a row of it; `@1` and `@2` below are id
 * and version, first of the image before and then, beating it, of the one after. Without BEGIN it is a statement.
 */
class LogReader {
  readonly #changes: LoggedChange[] = [];
  #gtid: string | null = null;
  #begun = false;
  /** Of the two-phase transaction that is being prepared. */
  #xid: string | null = null;
  /** Rows of those that are prepared and not decided. */
  readonly #prepared = new Map<string, LoggedChange[]>();
  #row = 0;
  #op: LoggedChange['op'] | null = null;
  #table = '';
  #id = '';
  #version = '';

  line(line: string): void {
    if (line.startsWith('###   @')) this.#cell(line);
    else if (line.startsWith('### ')) this.#head(line);
    else if (line === 'BEGIN') this.#begun = true;
    else if (line.startsWith('XA ')) this.#xa(line);
    else if (line.startsWith('SET @@SESSION.GTID_NEXT=')) this.#next(/'([^']+)'/.exec(line)?.[1] ?? '');
    else this.#endRow();
  }

  end(): LoggedChange[] {
    this.#next('AUTOMATIC');
    return this.#changes;
  }

  #next(gtid: string): void {
    this.#endRow();
    if (this.#gtid !== null && !this.#begun) this.#add('statement', { table: '', id: '', version: '' });
    this.#gtid = gtid === 'AUTOMATIC' ? null : gtid;
    this.#begun = false;
    this.#xid = null;
    this.#row = 0;
  }

  /** The changes of a two-phase transaction belong to the one that commits it. */
  #xa(line: string): void {
    this.#endRow();
    this.#begun = true;
    const [, verb, xid = ''] = /^XA (\w+) (\S+)/.exec(line) ?? [];
    if (verb === 'START') this.#xid = xid;
    const changes = this.#prepared.get(xid) ?? [];
    if (verb === 'COMMIT') for (const { op, ...row } of changes) this.#add(op, row);
    if (verb === 'COMMIT' || verb === 'ROLLBACK') this.#prepared.delete(xid);
  }

  #head(line: string): void {
    const match = /^### (INSERT INTO|UPDATE|DELETE FROM) `([^`]+)`\.`([^`]+)`$/.exec(line);
    if (match === null) return; // WHERE, SET
    this.#endRow();
    this.#op = OPS[match[1] as keyof typeof OPS];
    this.#table = match[3]!;
  }

  #cell(line: string): void {
    if (line.startsWith('###   @1=')) this.#id = line.slice(9);
    else if (line.startsWith('###   @2=')) this.#version = line.slice(9);
  }

  #endRow(): void {
    if (this.#op !== null) this.#add(this.#op, { table: this.#table, id: this.#id, version: this.#version });
    this.#op = null;
  }

  #add(op: LoggedChange['op'], row: Pick<LoggedChange, 'table' | 'id' | 'version'>): void {
    if (this.#gtid === null) throw new Error(`mysqlbinlog shows a change of ${row.table} outside a transaction`);
    const change = { ...row, gtid: this.#gtid, row: this.#row++, op };
    if (this.#xid === null) this.#changes.push(change);
    else this.#prepared.set(this.#xid, [...(this.#prepared.get(this.#xid) ?? []), change]);
  }
}

const OPS = { 'INSERT INTO': 'insert', UPDATE: 'update', 'DELETE FROM': 'delete' } as const;

type Query = (sql: string) => Promise<mysql.RowDataPacket[]>;

async function withMysql<T>(url: string, use: (query: Query) => Promise<T>): Promise<T> {
  const connection = await mysql.createConnection({ uri: url, supportBigNumbers: true });
  try {
    return await use(async (sql) => (await connection.query<mysql.RowDataPacket[]>(sql))[0]);
  } finally {
    await connection.end();
  }
}

import mysql from 'mysql2/promise';
import { changes } from '../../src/column/changes.js';
import type { Change } from '../../src/core/change.js';
import type { LogSource } from '../../src/core/source.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { serverCatalog } from '../../src/schema/catalog.js';
import { serverLog } from '../../src/source/server.js';
import { type MysqlServer, type MysqlVersion, startMysql } from '../servers/mysql.js';
import { jsonLines } from './compare.js';
import { headOf, type StreamOptions, stream } from './stream.js';

/** One change, as a row object and as the line that the JSON format writes. */
export interface Told {
  readonly change: Change;
  readonly line: string;
}

/** A private server, a connection to it, and the changes that its log tells of what was run. */
export class Session implements AsyncDisposable {
  readonly version: MysqlVersion;
  readonly #server: MysqlServer;
  readonly #connection: mysql.Connection;
  readonly #log: LogSource;
  #ends = 0;

  private constructor(version: MysqlVersion, server: MysqlServer, connection: mysql.Connection) {
    this.version = version;
    this.#server = server;
    this.#connection = connection;
    this.#log = serverLog({ address: parseServerUrl(server.url) });
  }

  static async open(version: MysqlVersion): Promise<Session> {
    const options = version === '5.7' ? [] : ['--binlog-row-metadata=FULL'];
    const server = await startMysql({ version, options: [...options, '--max-allowed-packet=128M'] });
    const { host, port, user } = server;
    const connection = await mysql.createConnection({ host, port, user, charset: 'utf8mb4' });
    const session = new Session(version, server, connection);
    await session.run(
      "set time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'",
      'create database session character set utf8mb4',
      'use session',
    );
    return session;
  }

  async run(...statements: readonly string[]): Promise<void> {
    for (const sql of statements) await this.#connection.query(sql);
  }

  /** Rows as the server prints them. */
  async select(sql: string): Promise<Printed[]> {
    const [rows] = await this.#connection.query<mysql.RowDataPacket[]>({
      sql,
      typeCast: (field) => field.string(),
    });
    return rows as Printed[];
  }

  /** The changes of rows that `body` makes. */
  async told(body: () => Promise<void>, options: StreamOptions = {}): Promise<Told[]> {
    const from = await headOf(this.#log);
    await body();
    const end = `create table end${this.#ends++} (id int)`;
    await this.run(end);
    const mode = { kind: 'assume-current', catalog: serverCatalog(parseServerUrl(this.#server.url), never) } as const;
    const told: Told[] = [];
    for await (const transaction of stream(this.#log, { from, mode, ...options })) {
      const lines = jsonLines(transaction);
      const found = [...changes(transaction)].map((change, i) => ({ change, line: lines[i]!.value }));
      told.push(...found.filter(({ change }) => change.kind !== 'statement'));
      if (found.some(({ change }) => change.kind === 'statement' && change.sql === end)) break;
    }
    return told;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.end();
    await this.#server.remove();
  }
}

export interface Printed {
  readonly [column: string]: string | null;
}

const never = new AbortController().signal;

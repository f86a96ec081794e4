import mysql from 'mysql2/promise';
import { parseServerUrl } from '../../../../src/mysql/url.js';
import { serverLog } from '../../../../src/source/server.js';
import { headOf } from '../../../roundtrip/stream.js';
import type { DatabaseServer } from '../../../servers/database.js';
import { startMysql } from '../../../servers/mysql.js';
import { type Replication, replicate } from './replicate.js';

/** A source of its own, and a target that others use as well; each with a connection to it. */
export class Sides implements AsyncDisposable {
  readonly source: DatabaseServer;
  readonly target: { readonly url: string };
  readonly origin: mysql.Connection;
  readonly copy: mysql.Connection;

  private constructor(facts: Pick<Sides, 'source' | 'target' | 'origin' | 'copy'>) {
    this.source = facts.source;
    this.target = facts.target;
    this.origin = facts.origin;
    this.copy = facts.copy;
  }

  static async open(target: { readonly url: string }): Promise<Sides> {
    const source = await startMysql({ version: '9.7', options: ['--binlog-row-metadata=FULL'] });
    return new Sides({ source, target, origin: await connect(source.url), copy: await connect(target.url) });
  }

  async both(...statements: readonly string[]): Promise<void> {
    for (const sql of statements) {
      await this.origin.query(sql);
      await this.copy.query(sql);
    }
  }

  /** A replication that begins where the source's log ends now. */
  async begin(more: Partial<Replication> = {}): Promise<Replication> {
    const from = await headOf(serverLog({ address: parseServerUrl(this.source.url) }));
    return { source: this.source, target: this.target, stream: 'shop', from, ...more };
  }

  /** What the source executes here is replicated. */
  async replicated(statements: readonly string[], more: Partial<Replication> = {}): Promise<Replication> {
    const replication = await this.begin(more);
    for (const sql of statements) await this.origin.query(sql);
    await replicate(replication);
    return replication;
  }

  async clear(...schemas: readonly string[]): Promise<void> {
    for (const schema of schemas) await this.both(`drop database if exists ${schema}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.origin.end();
    await this.copy.end();
    await this.source.remove();
  }
}

export async function connect(url: string): Promise<mysql.Connection> {
  const { hostname, port, username } = new URL(url);
  return mysql.createConnection({ host: hostname, port: Number(port), user: username, charset: 'utf8mb4' });
}

export async function rowsOf(connection: mysql.Connection, sql: string): Promise<unknown[][]> {
  const [rows] = await connection.query<mysql.RowDataPacket[]>({ sql, rowsAsArray: true });
  return rows as unknown as unknown[][];
}

export const ORDERS = [
  'create database shop',
  'create table shop.orders (id int primary key, name varchar(10), price decimal(10,2))',
];

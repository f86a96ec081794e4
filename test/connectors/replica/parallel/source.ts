import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import {
  diskSpool,
  parseServerUrl,
  Session,
  type Source,
  schemas,
  serverLog,
  type Transaction,
  transactions,
} from 'rowtide';
import type { DatabaseAddress } from '../../../servers/database.js';

/** What a server logs while `change` runs, transaction by transaction. */
export async function logged(
  server: DatabaseAddress,
  change: (connection: mysql.Connection) => Promise<void>,
): Promise<Transaction[]> {
  const log = serverLog({ address: parseServerUrl(server.url), stopAtEnd: true });
  const source: Source = transactions(log, {
    schemas: schemas({ kind: 'auto', history: null }),
    spool: diskSpool(join(tmpdir(), 'rowtide-parallel')),
    start: (each, signal) => each.head(signal),
  });
  const { signal } = new AbortController();
  const from = await source.start(signal);
  const connection = await mysql.createConnection({ uri: server.url, multipleStatements: true });
  await connection.query("SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = ''");
  const [settings] = await connection.query<mysql.RowDataPacket[]>('SELECT @@GLOBAL.binlog_row_metadata AS metadata');
  await connection.query('SET GLOBAL binlog_row_metadata = FULL');
  try {
    await change(connection);
  } finally {
    await connection.query(`SET GLOBAL binlog_row_metadata = ${settings[0]?.metadata}`);
    await connection.end();
  }
  const found: Transaction[] = [];
  for await (const transaction of source.read(from, signal)) found.push(transaction);
  return found;
}

export async function withSession<T>(server: DatabaseAddress, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.open(parseServerUrl(server.url), new AbortController().signal);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { decodeFormat } from '../../../src/binlog/format-description.js';
import { decodeQuery, type LoggedStatement } from '../../../src/binlog/query.js';
import { QUERY_EVENT } from '../../../src/binlog/types.js';
import { transactionControl } from '../../../src/sql/transaction-control.js';
import type { DatabaseServer } from '../../servers/database.js';

export interface LoggedStatements {
  /** The statements that were logged since the last call. */
  next(): Promise<LoggedStatement[]>;
  close(): Promise<void>;
}

/** Reads the log's newest file as it grows. */
export async function loggedStatements(server: DatabaseServer): Promise<LoggedStatements> {
  const connection = await mysql.createConnection({ host: server.host, port: server.port, user: server.user });
  const end = async (): Promise<{ file: string; offset: number }> => {
    const [rows] = await connection.query({ sql: 'SHOW BINARY LOGS', rowsAsArray: true });
    const [file, offset] = (rows as unknown as [string, number][]).at(-1)!;
    return { file, offset: Number(offset) };
  };
  let from = await end();
  return {
    async next() {
      const to = await end();
      const bytes = readFileSync(join(server.binlogDir, to.file));
      const statements = [...statementsIn(bytes, from.file === to.file ? from.offset : MAGIC_BYTES)];
      from = to;
      return statements;
    },
    close: () => connection.end(),
  };
}

const MAGIC_BYTES = 4;
const CHECKSUM_BYTES = 4;

function* statementsIn(bytes: Buffer, from: number): Generator<LoggedStatement> {
  const lengthAt = (at: number): number => bytes.readUInt32LE(at + 9);
  const format = decodeFormat(bytes.subarray(MAGIC_BYTES, MAGIC_BYTES + lengthAt(MAGIC_BYTES) - CHECKSUM_BYTES));
  const cut = format.checksum === 'crc32' ? CHECKSUM_BYTES : 0;
  for (let at = from; at < bytes.length; at += lengthAt(at)) {
    if (bytes[at + 4] !== QUERY_EVENT) continue;
    const event = { type: QUERY_EVENT, bytes: bytes.subarray(at, at + lengthAt(at) - cut) };
    const { schema, sql, status } = decodeQuery(
      { ...event, timestamp: 0, serverId: 1, flags: 0, start: at, end: at + lengthAt(at) },
      format,
    );
    if (transactionControl(sql).kind !== 'statement') continue;
    yield { schema, sql, status, serverVersion: format.serverVersion };
  }
}

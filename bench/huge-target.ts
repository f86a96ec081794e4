import mysql from 'mysql2/promise';
import { type MysqlServer, startMysql } from '../test/servers/mysql.js';

/** Of servers that hold one huge transaction, and are not to be waited for. */
export const SERVER_OPTIONS = [
  '--binlog-row-metadata=FULL',
  '--sync-binlog=0',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=OFF',
  '--max-binlog-cache-size=8G',
  '--max-binlog-size=1G',
];

export const HUGE_TABLE =
  'CREATE TABLE rows_ (id INT AUTO_INCREMENT PRIMARY KEY, body MEDIUMTEXT NOT NULL) CHARACTER SET latin1';

/** What a replica is written into. */
export class HugeTarget implements AsyncDisposable {
  readonly #server: MysqlServer;
  readonly #connection: mysql.Connection;

  private constructor(server: MysqlServer, connection: mysql.Connection) {
    this.#server = server;
    this.#connection = connection;
  }

  /** `executed`: what the source had before the transaction. */
  static async start(executed: string): Promise<HugeTarget> {
    const server = await startMysql({ options: SERVER_OPTIONS });
    const { host, port, user } = server;
    const connection = await mysql.createConnection({ host, port, user, multipleStatements: true });
    await connection.query(`SET sql_log_bin = 0; CREATE DATABASE huge; USE huge; ${HUGE_TABLE};
      RESET BINARY LOGS AND GTIDS; SET GLOBAL gtid_purged = '${executed}'`);
    return new HugeTarget(server, connection);
  }

  get url(): string {
    return this.#server.url;
  }

  async assertRows(rows: number): Promise<void> {
    const [found] = await this.#connection.query<mysql.RowDataPacket[]>('SELECT COUNT(*) AS n FROM huge.rows_');
    if (found[0]?.n !== rows) throw new Error(`the target has ${found[0]?.n} rows, not ${rows}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.end();
    await this.#server.remove();
  }
}

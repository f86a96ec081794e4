/** What a server knows of character sets. */
import mysql from 'mysql2/promise';
import type { DatabaseAddress } from '../../servers/database.js';
import type { Codes } from './codes.js';

export class CharsetServer {
  readonly version: string;
  readonly #connection: mysql.Connection;

  private constructor(version: string, connection: mysql.Connection) {
    this.version = version;
    this.#connection = connection;
  }

  static async connect({ host, port, user, password }: DatabaseAddress): Promise<CharsetServer> {
    const connection = await mysql.createConnection({
      host,
      port,
      user,
      password,
      charset: 'utf8mb4',
      rowsAsArray: true,
    });
    // A text that cannot be converted shall be NULL or a question mark, not an error.
    await connection.query("SET sql_mode = ''");
    const [rows] = await connection.query('SELECT VERSION()');
    return new CharsetServer((rows as [string][])[0]![0], connection);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.end();
  }

  /** Collation id → character set, by the names that the newest servers use. */
  async collations(): Promise<Map<number, string>> {
    // MariaDB has ids of its 1400 collations only here, and MySQL has none here.
    const rows = await this.#rows<[number | string, string]>(
      this.#isMariadb
        ? 'SELECT ID, CHARACTER_SET_NAME FROM INFORMATION_SCHEMA.COLLATION_CHARACTER_SET_APPLICABILITY'
        : 'SELECT ID, CHARACTER_SET_NAME FROM INFORMATION_SCHEMA.COLLATIONS',
    );
    return new Map(rows.map(([id, charset]) => [Number(id), charset === 'utf8' ? 'utf8mb3' : charset]));
  }

  /** Character set → longest character in bytes. */
  async charsets(): Promise<Map<string, number>> {
    const rows = await this.#rows<[string, number]>(
      'SELECT CHARACTER_SET_NAME, MAXLEN FROM INFORMATION_SCHEMA.CHARACTER_SETS',
    );
    return new Map(rows.map(([name, bytesMax]) => [name === 'utf8' ? 'utf8mb3' : name, Number(bytesMax)]));
  }

  /** The character that each of the codes is, in their order; null where the server has none for it. */
  async characters(charset: string, { sql, first, count }: Codes): Promise<(string | null)[]> {
    const digits = ['a', 'b', 'c', 'd'].map((name) => `(${DIGITS}) ${name}`).join(', ');
    const name = charset === 'utf8mb3' ? 'utf8' : charset;
    const rows = await this.#rows<[number, string | null]>(`
      SELECT n, HEX(CONVERT(CONVERT(${sql} USING ${name}) USING utf8mb4))
        FROM (SELECT ${first} + a.i * 4096 + b.i * 256 + c.i * 16 + d.i AS n FROM ${digits}) numbers
       WHERE n < ${first + count}`);
    const found: (string | null)[] = Array.from({ length: count }, () => null);
    for (const [n, hex] of rows) found[Number(n) - first] = hex === null ? null : character(hex, Number(n));
    return found;
  }

  get #isMariadb(): boolean {
    return this.version.includes('MariaDB');
  }

  async #rows<R extends unknown[]>(sql: string): Promise<R[]> {
    const [rows] = await this.#connection.query<mysql.RowDataPacket[][]>(sql);
    return rows as unknown as R[];
  }
}

const DIGITS = Array.from({ length: 16 }, (_, i) => `SELECT ${i} AS i`).join(' UNION ALL ');

/** What a server puts for what it cannot convert is believed only of itself. */
function character(hex: string, n: number): string | null {
  const text = Buffer.from(hex, 'hex').toString();
  const code = text.codePointAt(0);
  if (code === undefined || text.length !== (code > 0xffff ? 2 : 1)) return null;
  return (code === 0x3f || code === 0xfffd) && code !== n ? null : text;
}

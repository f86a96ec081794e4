import mysql from 'mysql2/promise';

/** The rows of one statement, on a connection of its own. */
export async function query(url: string, sql: string): Promise<unknown[][]> {
  const connection = await mysql.createConnection(url);
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>({ sql, rowsAsArray: true });
    return rows as unknown as unknown[][];
  } finally {
    await connection.end();
  }
}

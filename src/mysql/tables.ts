import type { Connection } from './connect.js';

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** What holds rows, as far as the user may see it: no views, and none of the server's own. */
export async function baseTables(connection: Connection): Promise<TableName[]> {
  const rows = await connection.query<[string, string]>(`
    SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES
     WHERE TABLE_TYPE NOT LIKE '%VIEW%'
       AND TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
     ORDER BY TABLE_SCHEMA, TABLE_NAME`);
  return rows.map(([schema, name]) => ({ schema, name }));
}

export interface TableWithoutKey extends TableName {
  /** A column that could be the key. */
  readonly autoIncrement: string | null;
}

/** Tables without a primary key, as far as the user may see them. */
export async function tablesWithoutKey(connection: Connection): Promise<TableWithoutKey[]> {
  const rows = await connection.query<[string, string, string | null]>(`
    SELECT t.TABLE_SCHEMA, t.TABLE_NAME, MAX(IF(c.EXTRA LIKE '%auto_increment%', c.COLUMN_NAME, NULL))
      FROM INFORMATION_SCHEMA.TABLES t
      JOIN INFORMATION_SCHEMA.COLUMNS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
     WHERE t.TABLE_TYPE NOT LIKE '%VIEW%'
       AND t.TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
     GROUP BY t.TABLE_SCHEMA, t.TABLE_NAME
    HAVING SUM(c.COLUMN_KEY = 'PRI') = 0
     ORDER BY t.TABLE_SCHEMA, t.TABLE_NAME`);
  return rows.map(([schema, name, autoIncrement]) => ({ schema, name, autoIncrement }));
}

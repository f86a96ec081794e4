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

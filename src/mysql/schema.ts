import { type ColumnFacts, readAllColumns } from './columns.js';
import type { Connection } from './connect.js';

/** All that INFORMATION_SCHEMA says about what its user may see, without the server's own schemas. */
export interface ServerSchema {
  readonly version: string;
  readonly lowerCaseTableNames: number;
  readonly explicitDefaultsForTimestamp: boolean;
  /** The schemas of which the user sees all tables; null: all of them. */
  readonly completeSchemas: readonly string[] | null;
  readonly collations: readonly CollationRow[];
  readonly schemas: readonly { readonly name: string; readonly collation: string }[];
  /** Without views. */
  readonly tables: readonly TableRow[];
}

export interface CollationRow {
  readonly name: string;
  readonly charset: string;
  readonly id: number;
  readonly isDefault: boolean;
  /** Bytes of the longest character. */
  readonly bytesMax: number;
}

export interface TableRow {
  readonly schema: string;
  readonly name: string;
  readonly collation: string;
  readonly columns: readonly ColumnFacts[];
  readonly keys: readonly KeyRow[];
}

/** One column of a key. Column null: an expression; prefix in characters, null for all of the column. */
export interface KeyRow {
  readonly name: string;
  readonly unique: boolean;
  readonly column: string | null;
  readonly prefix: number | null;
}

const SYSTEM_SCHEMAS = "'information_schema', 'performance_schema', 'mysql', 'sys'";

export async function readServerSchema(connection: Connection): Promise<ServerSchema> {
  const settings = await readSettings(connection);
  const columns = new Map(
    (await readAllColumns(connection)).map(({ schema, name, columns }) => [`${schema}\0${name}`, columns]),
  );
  const keys = await readKeys(connection, `TABLE_SCHEMA NOT IN (${SYSTEM_SCHEMAS})`);
  const tables = await connection.query<[string, string, string | null]>(
    `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_COLLATION FROM INFORMATION_SCHEMA.TABLES
      WHERE TABLE_TYPE NOT LIKE '%VIEW' AND TABLE_SCHEMA NOT IN (${SYSTEM_SCHEMAS})`,
  );
  const schemas = await connection.query<[string, string]>(
    'SELECT SCHEMA_NAME, DEFAULT_COLLATION_NAME FROM INFORMATION_SCHEMA.SCHEMATA',
  );
  return {
    ...settings,
    collations: await readCollations(connection),
    schemas: schemas.map(([name, collation]) => ({ name, collation })),
    tables: tables.map(([schema, name, collation]) => ({
      schema,
      name,
      collation: collation ?? '',
      columns: columns.get(`${schema}\0${name}`) ?? [],
      keys: keys.get(`${schema}\0${name}`) ?? [],
    })),
  };
}

async function readSettings(
  connection: Connection,
): Promise<Pick<ServerSchema, 'version' | 'lowerCaseTableNames' | 'explicitDefaultsForTimestamp' | 'completeSchemas'>> {
  const [row] = await connection.query<[string, number | string, number | string]>(
    'SELECT VERSION(), @@GLOBAL.lower_case_table_names, @@GLOBAL.explicit_defaults_for_timestamp',
  );
  return {
    version: row?.[0] ?? '',
    lowerCaseTableNames: Number(row?.[1] ?? 0),
    explicitDefaultsForTimestamp: Number(row?.[2] ?? 1) === 1,
    completeSchemas: await readCompleteSchemas(connection),
  };
}

/** Any privilege on a table shows it, so one on a schema shows all of its tables. Those of roles are not looked at. */
async function readCompleteSchemas(connection: Connection): Promise<string[] | null> {
  const mine = `GRANTEE = CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''',
                                  SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')
    AND PRIVILEGE_TYPE IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'ALTER', 'CREATE', 'DROP', 'INDEX')`;
  const everywhere = await connection.query(`SELECT 1 FROM INFORMATION_SCHEMA.USER_PRIVILEGES WHERE ${mine} LIMIT 1`);
  if (everywhere.length > 0) return null;
  const schemas = await connection.query<[string]>(
    `SELECT DISTINCT TABLE_SCHEMA FROM INFORMATION_SCHEMA.SCHEMA_PRIVILEGES WHERE ${mine}`,
  );
  // Grants may be for patterns of names; only a name itself is taken here.
  return schemas.map(([name]) => name.replace(/\\([_%])/g, '$1'));
}

/** Columns of all keys of a table, in key order. */
export async function readKeysOf(
  connection: Connection,
  { schema, name }: { schema: string; name: string },
): Promise<readonly KeyRow[]> {
  const keys = await readKeys(connection, 'TABLE_SCHEMA = ? AND TABLE_NAME = ?', [schema, name]);
  return [...keys.values()].flat();
}

async function readKeys(
  connection: Connection,
  where: string,
  values: readonly string[] = [],
): Promise<ReadonlyMap<string, readonly KeyRow[]>> {
  const rows = await connection.query<[string, string, string, number | string, string | null, number | string | null]>(
    `SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART FROM INFORMATION_SCHEMA.STATISTICS
      WHERE ${where} ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    values,
  );
  const keys = new Map<string, KeyRow[]>();
  for (const [schema, table, name, nonUnique, column, prefix] of rows) {
    const place = `${schema}\0${table}`;
    const key = { name, unique: Number(nonUnique) === 0, column, prefix: prefix === null ? null : Number(prefix) };
    const known = keys.get(place);
    if (known === undefined) keys.set(place, [key]);
    else known.push(key);
  }
  return keys;
}

/**
 * MariaDB's newer collations hold for several character sets, and have an id only together with one. The default of a
 * character set is the one compiled in, not what character_set_collations puts in its place for this session.
 */
async function readCollations(connection: Connection): Promise<CollationRow[]> {
  const columns = await connection.query<[string]>(
    `SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'information_schema'
        AND TABLE_NAME = 'COLLATION_CHARACTER_SET_APPLICABILITY'`,
  );
  const hasIds = columns.some(([name]) => name === 'FULL_COLLATION_NAME');
  const rows = await connection.query<[string, string, number | string, string | null, number | string]>(
    hasIds
      ? `/*M!110201 SET STATEMENT character_set_collations = '' FOR */
         SELECT a.FULL_COLLATION_NAME, a.CHARACTER_SET_NAME, a.ID, a.IS_DEFAULT, s.MAXLEN
           FROM INFORMATION_SCHEMA.COLLATION_CHARACTER_SET_APPLICABILITY a
           JOIN INFORMATION_SCHEMA.CHARACTER_SETS s ON s.CHARACTER_SET_NAME = a.CHARACTER_SET_NAME`
      : `SELECT c.COLLATION_NAME, c.CHARACTER_SET_NAME, c.ID, c.IS_DEFAULT, s.MAXLEN
           FROM INFORMATION_SCHEMA.COLLATIONS c
           JOIN INFORMATION_SCHEMA.CHARACTER_SETS s ON s.CHARACTER_SET_NAME = c.CHARACTER_SET_NAME`,
  );
  return rows.map(([name, charset, id, isDefault, bytesMax]) => ({
    name,
    charset,
    id: Number(id),
    isDefault: isDefault === 'Yes',
    bytesMax: Number(bytesMax),
  }));
}

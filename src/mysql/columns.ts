import { isAtLeast, isMariadb } from '../binlog/server-version.js';
import type { Connection } from './connect.js';
import { type HiddenColumns, readHiddenColumns, tableKey, withHidden } from './hidden-columns.js';

/** One column as INFORMATION_SCHEMA describes it now. */
export interface ColumnFacts {
  readonly name: string;
  /** From 1. */
  readonly ordinal: number;
  /** Lower case, without length: `int`, `varchar`, `enum`. */
  readonly dataType: string;
  /** In full: `int(10) unsigned`, `enum('a','b')`. */
  readonly columnType: string;
  readonly characterSet: string | null;
  readonly collation: string | null;
  readonly collationId: number | null;
  readonly nullable: boolean;
  /** Place in the primary key from 1; null outside of it. */
  readonly keyPosition: number | null;
  /** Part of the key that the server takes for the primary one, which may be a unique key. */
  readonly isPrimary: boolean;
  /** `auto_increment`, `VIRTUAL GENERATED`, `INVISIBLE`, …, as the server words it. */
  readonly extra: string;
  readonly charLength: number | null;
  readonly octetLength: number | null;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly datetimePrecision: number | null;
  /** In the log, and not in INFORMATION_SCHEMA. */
  readonly isHidden: boolean;
}

export interface TableFacts {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnFacts[];
}

/** The columns of one table as it is now; null when there is none of that name that the user may see. */
export async function readColumns(
  connection: Connection,
  table: { schema: string; name: string },
): Promise<ColumnFacts[] | null> {
  const server = await dialect(connection);
  const rows = await connection.query<ColumnRow>(
    columnsSql(server, 'c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ?', 's.TABLE_SCHEMA = ? AND s.TABLE_NAME = ?'),
    [table.schema, table.name, table.schema, table.name],
  );
  if (rows.length === 0) return null;
  return withHidden(rows.map(columnFacts), server.hidden.get(tableKey(table.schema, table.name)));
}

/** All tables that the user may see, without the server's own. */
export async function readAllColumns(connection: Connection): Promise<TableFacts[]> {
  const server = await dialect(connection);
  const rows = await connection.query<ColumnRow>(
    columnsSql(server, `c.TABLE_SCHEMA NOT IN (${SYSTEM_SCHEMAS})`, `s.TABLE_SCHEMA NOT IN (${SYSTEM_SCHEMAS})`),
  );
  const tables: (TableFacts & { columns: ColumnFacts[] })[] = [];
  for (const row of rows) {
    const [schema, name] = row;
    let table = tables.at(-1);
    if (table === undefined || table.schema !== schema || table.name !== name) {
      table = { schema, name, columns: [] };
      tables.push(table);
    }
    table.columns.push(columnFacts(row));
  }
  return tables.map(({ schema, name, columns }) => ({
    schema,
    name,
    columns: withHidden(columns, server.hidden.get(tableKey(schema, name))),
  }));
}

/** Where MariaDB's INFORMATION_SCHEMA differs from MySQL's. */
interface Dialect {
  /** What has the names and ids of collations: MariaDB 10.10 took the newer ones out of COLLATIONS. */
  readonly collations: string;
  readonly hidden: ReadonlyMap<string, HiddenColumns>;
}

async function dialect(connection: Connection): Promise<Dialect> {
  const [row] = await connection.query<[string]>('SELECT VERSION()');
  const version = row?.[0] ?? '';
  if (!isMariadb(version)) return { collations: COLLATIONS, hidden: new Map() };
  const isNewer = isAtLeast(version, [10, 10, 1]) === true;
  return {
    collations: isNewer ? FULL_COLLATIONS : COLLATIONS,
    hidden: isAtLeast(version, [10, 3, 4]) === true ? await readHiddenColumns(connection) : new Map(),
  };
}

const COLLATIONS = 'INFORMATION_SCHEMA.COLLATIONS l ON l.COLLATION_NAME = c.COLLATION_NAME';
const FULL_COLLATIONS =
  'INFORMATION_SCHEMA.COLLATION_CHARACTER_SET_APPLICABILITY l ON l.FULL_COLLATION_NAME = c.COLLATION_NAME';

const SYSTEM_SCHEMAS = "'information_schema', 'performance_schema', 'mysql', 'sys'";

type Count = string | number | null;
type ColumnRow = [
  schema: string,
  table: string,
  name: string,
  ordinal: Count,
  dataType: string,
  columnType: string,
  characterSet: string | null,
  collation: string | null,
  collationId: Count,
  nullable: string,
  keyPosition: Count,
  key: string,
  extra: string,
  charLength: Count,
  octetLength: Count,
  precision: Count,
  scale: Count,
  datetimePrecision: Count,
];

function columnsSql({ collations }: Dialect, columns: string, keys: string): string {
  return `
    SELECT c.TABLE_SCHEMA, c.TABLE_NAME, c.COLUMN_NAME, c.ORDINAL_POSITION, c.DATA_TYPE, c.COLUMN_TYPE,
           c.CHARACTER_SET_NAME, c.COLLATION_NAME, l.ID, c.IS_NULLABLE, k.SEQ_IN_INDEX, c.COLUMN_KEY, c.EXTRA,
           c.CHARACTER_MAXIMUM_LENGTH, c.CHARACTER_OCTET_LENGTH, c.NUMERIC_PRECISION, c.NUMERIC_SCALE,
           c.DATETIME_PRECISION
      FROM INFORMATION_SCHEMA.COLUMNS c
      LEFT JOIN ${collations}
      LEFT JOIN (SELECT s.TABLE_SCHEMA, s.TABLE_NAME, s.COLUMN_NAME, s.SEQ_IN_INDEX
                   FROM INFORMATION_SCHEMA.STATISTICS s WHERE s.INDEX_NAME = 'PRIMARY' AND ${keys}) k
             ON k.TABLE_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME AND k.COLUMN_NAME = c.COLUMN_NAME
     WHERE ${columns}
     ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION`;
}

function columnFacts(row: ColumnRow): ColumnFacts {
  return {
    name: row[2],
    ordinal: Number(row[3]),
    dataType: row[4].toLowerCase(),
    columnType: row[5],
    characterSet: row[6],
    collation: row[7],
    collationId: count(row[8]),
    nullable: row[9] === 'YES',
    keyPosition: count(row[10]),
    isPrimary: row[11] === 'PRI',
    extra: row[12],
    charLength: count(row[13]),
    octetLength: count(row[14]),
    precision: count(row[15]),
    scale: count(row[16]),
    datetimePrecision: count(row[17]),
    isHidden: false,
  };
}

function count(value: Count): number | null {
  return value === null ? null : Number(value);
}

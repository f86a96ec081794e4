import type { Session, StatementResult } from 'rowtide';
import { type ForeignKey, type TargetKey, type TargetTable, TargetTables, tableKey } from './target-table.js';

const SYSTEM_SCHEMAS = "'information_schema', 'performance_schema', 'mysql', 'sys'";

/** Keys and foreign keys of all tables that the user may see. */
export async function readTarget(session: Session): Promise<TargetTables> {
  const results = await session.run([
    `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLLATION_NAME,
            COALESCE(DATETIME_PRECISION, IF(DATA_TYPE = 'decimal', NUMERIC_SCALE, 0), 0), EXTRA, IS_NULLABLE
       FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA NOT IN (${SYSTEM_SCHEMAS})
      ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`,
    `SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART
       FROM INFORMATION_SCHEMA.STATISTICS WHERE NON_UNIQUE = 0 AND TABLE_SCHEMA NOT IN (${SYSTEM_SCHEMAS})
      ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    `SELECT k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME,
            k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME,
            r.UPDATE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT') OR r.DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
       FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE k
       JOIN INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS r
         ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
        AND r.TABLE_NAME = k.TABLE_NAME
      WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND k.TABLE_SCHEMA NOT IN (${SYSTEM_SCHEMAS})
      ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
    `SELECT t.TABLE_SCHEMA, t.TABLE_NAME FROM INFORMATION_SCHEMA.TABLES t
       JOIN INFORMATION_SCHEMA.ENGINES e ON e.ENGINE = t.ENGINE
      WHERE e.TRANSACTIONS = 'YES' AND t.TABLE_SCHEMA NOT IN (${SYSTEM_SCHEMAS})`,
  ]);
  const [columns, keys, foreignKeys, transactional] = results.map(({ rows }) => byTable(rows));
  return new TargetTables(
    [...columns!].map(([place, rows]) => {
      const [schema = '', name = ''] = place.split('\0');
      const [own, leaning] = [keys!.get(place) ?? [], foreignKeys!.get(place) ?? []];
      const isTransactional = transactional!.has(place);
      const facts = { columns: rows.map(columnOf), keys: keysOf(own), foreignKeys: foreignKeysOf(leaning) };
      return { schema, name, isTransactional, ...facts };
    }),
  );
}

type Values = StatementResult['rows'][number];

/** Without the names of schema and table, which come first. */
function byTable(rows: readonly Values[]): ReadonlyMap<string, readonly Values[]> {
  const tables = new Map<string, Values[]>();
  for (const [schema, name, ...values] of rows) {
    const place = tableKey({ schema: String(schema), name: String(name) });
    const known = tables.get(place);
    if (known === undefined) tables.set(place, [values]);
    else known.push(values);
  }
  return tables;
}

function columnOf([name, dataType, collation, scale, extra, nullable]: Values): TargetTable['columns'][number] {
  return {
    name: String(name),
    dataType: String(dataType).toLowerCase(),
    collation: collation === null || collation === undefined ? null : String(collation),
    scale: Number(scale),
    // MySQL calls a default that is an expression DEFAULT_GENERATED.
    isGenerated: /\b(VIRTUAL|STORED|PERSISTENT)\b/i.test(String(extra)),
    isNullable: nullable === 'YES',
  };
}

function keysOf(rows: readonly Values[]): TargetKey[] {
  const keys = new Map<string, TargetKey & { parts: TargetKey['parts'][number][] }>();
  for (const [index, column, prefix] of rows) {
    const name = String(index);
    const key = keys.get(name) ?? { name, parts: [] };
    key.parts.push({ column: column as string | null, prefix: prefix === null ? null : Number(prefix) });
    keys.set(name, key);
  }
  return [...keys.values()];
}

function foreignKeysOf(rows: readonly Values[]): ForeignKey[] {
  const keys = new Map<string, ForeignKey & { columns: string[]; parentColumns: string[] }>();
  for (const [name, column, schema, table, parentColumn, cascades] of rows) {
    const parent = { schema: String(schema), name: String(table) };
    const key = keys.get(String(name)) ?? { columns: [], parent, parentColumns: [], cascades: Number(cascades) === 1 };
    key.columns.push(String(column));
    key.parentColumns.push(String(parentColumn));
    keys.set(String(name), key);
  }
  return [...keys.values()];
}

import type { ColumnFacts } from './columns.js';
import type { Connection } from './connect.js';

/**
 * Columns at the end of MariaDB's tables that are in the log and not in INFORMATION_SCHEMA: the period of a
 * system-versioned table that does not declare one, and a hash for each UNIQUE key over columns without a length limit.
 */
export async function readHiddenColumns(connection: Connection): Promise<Map<string, HiddenColumns>> {
  const rows = await connection.query<[schema: string, table: string, versioned: number, hashes: number]>(HIDDEN_SQL);
  return new Map(
    rows.map(([schema, table, versioned, hashes]) => [
      tableKey(schema, table),
      { hasPeriod: Number(versioned) === 1, hashes: Number(hashes) },
    ]),
  );
}

export interface HiddenColumns {
  readonly hasPeriod: boolean;
  readonly hashes: number;
}

export function tableKey(schema: string, table: string): string {
  return `${schema}\0${table}`;
}

const HIDDEN_SQL = `
  SELECT t.TABLE_SCHEMA, t.TABLE_NAME,
         t.TABLE_TYPE = 'SYSTEM VERSIONED' AND NOT EXISTS (
           SELECT 1 FROM INFORMATION_SCHEMA.COLUMNS c
            WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
              AND c.GENERATION_EXPRESSION = 'ROW END') AS versioned,
         (SELECT COUNT(DISTINCT s.INDEX_NAME) FROM INFORMATION_SCHEMA.STATISTICS s
           WHERE s.TABLE_SCHEMA = t.TABLE_SCHEMA AND s.TABLE_NAME = t.TABLE_NAME
             AND s.INDEX_TYPE = 'HASH' AND s.NON_UNIQUE = 0 AND t.ENGINE <> 'MEMORY') AS hashes
    FROM INFORMATION_SCHEMA.TABLES t
   WHERE t.TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
     AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
  HAVING versioned = 1 OR hashes > 0`;

/** The columns of a table and those that hide behind them, under the names that the server logs with FULL metadata. */
export function withHidden(columns: readonly ColumnFacts[], hidden: HiddenColumns | undefined): ColumnFacts[] {
  if (hidden === undefined) return [...columns];
  const all = [...columns];
  const add = (facts: Partial<ColumnFacts> & Pick<ColumnFacts, 'name' | 'dataType' | 'columnType'>): void => {
    all.push({ ...PLAIN, ordinal: all.length + 1, ...facts });
  };
  if (hidden.hasPeriod) {
    const period = { dataType: 'timestamp', columnType: 'timestamp(6)', datetimePrecision: 6 };
    const keyLength = columns.filter(({ keyPosition }) => keyPosition !== null).length;
    add({ name: 'row_start', ...period });
    // What was deleted stays, under a key that says until when it was valid.
    add({ name: 'row_end', ...period, keyPosition: keyLength === 0 ? null : keyLength + 1 });
  }
  for (let i = 1; i <= hidden.hashes; i++) {
    add({ name: `DB_ROW_HASH_${i}`, dataType: 'bigint', columnType: 'bigint unsigned', nullable: true });
  }
  return all;
}

const PLAIN = {
  characterSet: null,
  collation: null,
  collationId: null,
  nullable: false,
  keyPosition: null,
  isPrimary: false,
  isHidden: true,
  extra: 'INVISIBLE',
  charLength: null,
  octetLength: null,
  precision: null,
  scale: null,
  datetimePrecision: null,
} as const;

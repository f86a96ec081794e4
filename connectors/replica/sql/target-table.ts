import { labelsOf, quotedText, type Session, type SqlValue, type TargetColumn } from 'rowtide';

/** A table of the target as it is now. */
export interface TargetTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly WrittenColumn[];
  /** Names of the columns of each key that tells rows apart, none of them NULL; the primary key first. */
  readonly keys: readonly (readonly string[])[];
  readonly triggers: readonly string[];
  /** BASE TABLE, VIEW, …, as the server calls it. */
  readonly type: string;
  /** Whether a transaction can take back what it wrote. */
  readonly isTransactional: boolean;
  readonly engine: string;
}

export interface WrittenColumn extends TargetColumn {
  readonly name: string;
  /** The server computes it, and takes no value for it. */
  readonly isGenerated: boolean;
  /** The server sets it to now when an UPDATE does not name it. */
  readonly isStamped: boolean;
  readonly isNullable: boolean;
}

/** Null when the target has no table of that name that the user may see. */
export async function readTargetTable(session: Session, schema: string, name: string): Promise<TargetTable | null> {
  const [kinds = [], columns = [], keyParts = [], triggers = []] = (
    await session.run([
      `SELECT t.TABLE_TYPE, IFNULL(t.ENGINE, ''), IFNULL(e.TRANSACTIONS, 'NO')
         FROM INFORMATION_SCHEMA.TABLES t LEFT JOIN INFORMATION_SCHEMA.ENGINES e ON e.ENGINE = t.ENGINE
        WHERE ${isTable('t.TABLE_SCHEMA', 't.TABLE_NAME', { schema, name })}`,
      `SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, CHARACTER_SET_NAME, EXTRA, IS_NULLABLE
         FROM INFORMATION_SCHEMA.COLUMNS WHERE ${isTable('TABLE_SCHEMA', 'TABLE_NAME', { schema, name })}
        ORDER BY ORDINAL_POSITION`,
      `SELECT INDEX_NAME, IFNULL(COLUMN_NAME, '') FROM INFORMATION_SCHEMA.STATISTICS
        WHERE NON_UNIQUE = 0 AND ${isTable('TABLE_SCHEMA', 'TABLE_NAME', { schema, name })}
        ORDER BY INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`,
      `SELECT TRIGGER_NAME FROM INFORMATION_SCHEMA.TRIGGERS
        WHERE ${isTable('EVENT_OBJECT_SCHEMA', 'EVENT_OBJECT_TABLE', { schema, name })}`,
    ])
  ).map(({ rows }) => rows.map((row) => row.map(text)));
  const [kind] = kinds;
  if (kind === undefined || columns.length === 0) return null;
  const [type = '', engine = '', transactions] = kind;
  const described = columns.map(columnOf);
  return {
    schema,
    name,
    type,
    engine,
    isTransactional: transactions === 'YES',
    columns: described,
    keys: keysOf(keyParts, described),
    triggers: triggers.map(([trigger = '']) => trigger),
  };
}

function isTable(schemaColumn: string, nameColumn: string, table: { schema: string; name: string }): string {
  return `${schemaColumn} = ${quotedText(table.schema)} AND ${nameColumn} = ${quotedText(table.name)}`;
}

function text(value: SqlValue): string {
  return value === null ? '' : String(value);
}

function columnOf([
  name = '',
  dataType = '',
  columnType = '',
  charset = '',
  extra = '',
  nullable,
]: string[]): WrittenColumn {
  const type = dataType.toLowerCase();
  return {
    name,
    dataType: type,
    charset: charset === '' ? null : charset,
    labels: labelsOf({ dataType: type, columnType }),
    // MySQL calls a default that is an expression DEFAULT_GENERATED.
    isGenerated: /\b(VIRTUAL|STORED|PERSISTENT)\b/i.test(extra),
    isStamped: /\bon update\b/i.test(extra),
    isNullable: nullable === 'YES',
  };
}

/** Unique keys without expressions over columns that are never NULL. */
function keysOf(parts: readonly string[][], columns: readonly WrittenColumn[]): string[][] {
  const keys = new Map<string, string[]>();
  for (const [key = '', column = ''] of parts) keys.set(key, [...(keys.get(key) ?? []), column]);
  const isWhole = (name: string): boolean => columns.some((column) => column.name === name && !column.isNullable);
  return [...keys.values()].filter((names) => names.every(isWhole));
}

import { type Connection, type KeyDefinition, RowtideError, readTable, type TableDefinition } from 'rowtide';
import type { KeyFacts, Numbering } from './collisions.js';
import { quoted } from './merge-memory.js';

/** A table of the source as it is now. */
export interface SourceTable {
  readonly schema: string;
  readonly name: string;
  readonly definition: TableDefinition;
  /** The column with AUTO_INCREMENT, and the number that its next row gets. */
  readonly counter: { readonly column: string; readonly next: bigint } | null;
}

/** All that the user may see, without views and the server's own. */
export async function sourceTables(
  connection: Connection,
  wants: (schema: string, name: string) => boolean,
): Promise<SourceTable[]> {
  // MySQL 8 tells counters of a day ago otherwise; others have no such setting.
  await connection.query('SET SESSION information_schema_stats_expiry = 0').catch(() => undefined);
  const rows = await connection.query<[string, string, string | number | null]>(
    `SELECT TABLE_SCHEMA, TABLE_NAME, AUTO_INCREMENT FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'
      AND TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')`,
  );
  const counted = new Map(
    (
      await connection.query<[string, string, string]>(
        `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS
          WHERE EXTRA LIKE '%auto_increment%'`,
      )
    ).map(([schema, name, column]) => [`${schema}.${name}`, column]),
  );
  const tables: SourceTable[] = [];
  for (const [schema, name, next] of rows) {
    const definition = wants(schema, name) ? await readTable(connection, { schema, name }) : null;
    if (definition === null) continue;
    const column = counted.get(`${schema}.${name}`);
    tables.push({
      schema,
      name,
      definition,
      counter: column === undefined ? null : { column, next: BigInt(next ?? 1) },
    });
  }
  return tables;
}

/** What is to be compared with other sources. Numbers that the user may not read are as good as none. */
export async function keyFacts(
  connection: Connection,
  { schema, name, definition, counter }: SourceTable,
  source: string,
): Promise<KeyFacts> {
  const unique = definition.keys.filter((key) => key.unique);
  const keys = unique.map(({ parts }) => parts.map(({ column }) => column ?? '…'));
  const isNumbered = counter !== null && unique.some((key) => isOver(key, counter.column));
  if (!isNumbered) return { source, keys, numbering: null };
  try {
    const place = { table: `${quoted(schema)}.${quoted(name)}`, column: quoted(counter.column), next: counter.next };
    return { source, keys, numbering: { column: counter.column, numbers: await numbersOf(connection, place) } };
  } catch (error) {
    if (error instanceof RowtideError && !error.retryable) return { source, keys, numbering: null };
    throw error;
  }
}

function isOver({ parts }: KeyDefinition, column: string): boolean {
  return parts.length === 1 && parts[0]!.column?.toLowerCase() === column.toLowerCase();
}

async function numbersOf(
  connection: Connection,
  { table, column, next }: { table: string; column: string; next: bigint },
): Promise<Numbering> {
  const [settings] = await connection.query<[string | number, string | number]>(
    'SELECT @@GLOBAL.auto_increment_increment, @@GLOBAL.auto_increment_offset',
  );
  const [increment, offset] = [Number(settings?.[0] ?? 1), Number(settings?.[1] ?? 1)];
  const [ends] = await connection.query<[string | number | null, string | number | null]>(
    `SELECT MIN(${column}), MAX(${column}) FROM ${table}`,
  );
  const [min, max] = ends ?? [null, null];
  const odd = await connection.query(
    increment === 1
      ? 'SELECT 1 LIMIT 0'
      : `SELECT 1 FROM ${table} WHERE MOD(${column} - ${offset}, ${increment}) <> 0 LIMIT 1`,
  );
  const range = min === null || max === null ? null : { min: BigInt(min), max: BigInt(max) };
  return { increment, offset, next, range, isOnSteps: odd.length === 0 };
}

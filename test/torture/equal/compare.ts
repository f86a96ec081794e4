import { createHash } from 'node:crypto';
import mysql from 'mysql2/promise';
import { contents, select } from '../../connectors/replica/replicating.js';
import type { DatabaseAddress } from '../../servers/database.js';

type Server = Pick<DatabaseAddress, 'url'>;

/** What one has otherwise than the other, in a sentence; null: nothing. `checked`: how many tables there are. */
export interface Comparison {
  readonly checked: number;
  readonly difference: string | null;
}

/** By CHECKSUM TABLE, and by what the columns are: for servers whose rows look alike. */
export async function compareChecksums(left: Server, right: Server): Promise<Comparison> {
  const [expected, found] = [await contents(left), await contents(right)];
  return compared(new Map(Object.entries(expected)), new Map(Object.entries(found)));
}

/** By the bytes of each cell of each row. */
export async function compareCells(left: Server, right: Server): Promise<Comparison> {
  const [expected, found] = [await cells(left), await cells(right)];
  return compared(expected, found);
}

function compared(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): Comparison {
  const names = new Set([...expected.keys(), ...found.keys()]);
  const different = [...names].filter((name) => expected.get(name) !== found.get(name));
  const examples = different.slice(0, 3).map((name) => `${name} is ${apart(found.get(name), expected.get(name))}`);
  const difference = different.length === 0 ? null : `${different.length} tables: ${examples.join('; ')}`;
  return { checked: names.size, difference };
}

/** Where two texts differ first. */
function apart(found = 'none', expected = 'none'): string {
  let from = 0;
  while (from < found.length && found[from] === expected[from]) from++;
  const around = (text: string): string => text.slice(Math.max(0, from - 80), from + 80);
  return `${around(found)}, not ${around(expected)}`;
}

/** Of each table the number of its rows, and a digest of what they hold, in whatever order. */
async function cells(server: Server): Promise<Map<string, string>> {
  const columns = await select(
    server,
    `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE
       FROM INFORMATION_SCHEMA.COLUMNS JOIN INFORMATION_SCHEMA.TABLES USING (TABLE_SCHEMA, TABLE_NAME)
      WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ('rowtide', 'mysql', 'sys', 'information_schema', 'performance_schema')
      ORDER BY 1, 2, ORDINAL_POSITION`,
  );
  const tables = new Map<string, string[]>();
  for (const [schema, table, column, type] of columns) {
    const name = `${mysql.escapeId(String(schema))}.${mysql.escapeId(String(table), true)}`;
    tables.set(name, [...(tables.get(name) ?? []), cell(String(column), String(type))]);
  }
  const found = new Map<string, string>();
  for (const [name, all] of tables) {
    const rows = await select(server, `SELECT ${all.join(', ')} FROM ${name}`);
    const digest = createHash('sha256').update(rows.map(shown).sort().join('\n')).digest('hex');
    found.set(name, `${rows.length} rows of ${all.length} columns, ${digest}`);
  }
  return found;
}

/** A FLOAT prints fewer digits than it has. */
function cell(column: string, type: string): string {
  const name = mysql.escapeId(column, true);
  return type === 'float' || type === 'double' ? `${name} * 1e0` : `HEX(CAST(${name} AS BINARY))`;
}

/** Servers write large and small numbers each in their own way, and only one of them the sign of zero. */
function shown(row: readonly (string | number | null)[]): string {
  return row.map((each) => (typeof each === 'number' ? each + 0 : each)).join();
}

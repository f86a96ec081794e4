import type { RowDataPacket } from 'mysql2';
import type mysql from 'mysql2/promise';
import { doubleText } from '../../src/column/double-text.js';
import type { Value } from '../../src/core/change.js';
import type { ValueClass } from './kinds.js';
import { type ColumnSpec, quote, type TableSpec } from './tables.js';

/** What SELECT prints of a cell; null is SQL NULL. */
export type Cell = Buffer | null;
/** Rows of a table by `id`, cells in the order of its columns. */
export type State = ReadonlyMap<number, readonly Cell[]>;

/** All rows as the server prints them, in the order of `id`. */
export async function select(connection: mysql.Connection, table: TableSpec): Promise<State> {
  // The driver refuses some names, hence the aliases.
  const columns = table.columns.map(({ name, kind }, i) => `${shown(kind.as, quote(name))} as c${i}`);
  const [rows] = await connection.query<RowDataPacket[]>({
    sql: `select id, ${columns.join(', ')} from ${quote(table.name)} order by id`,
    rowsAsArray: true,
    typeCast: (field) => field.buffer(),
  });
  return new Map((rows as unknown as Cell[][]).map(([id, ...cells]) => [Number(id?.toString()), cells]));
}

/** BIT as a number; FLOAT with all its digits, which SELECT of the column alone would cut to six. */
function shown(as: ValueClass, name: string): string {
  switch (as) {
    case 'bit':
      return `cast(${name} as unsigned)`;
    case 'float':
      return `${name} * 1e0`;
    default:
      return name;
  }
}

/** Says what is wrong with a value; null when it is what the server prints. */
export function difference({ kind }: ColumnSpec, cell: Cell, decoded: Value | undefined): string | null {
  const expected = cell === null ? null : expectedValue(kind.as, cell);
  const value = kind.as === 'json of 5.7' && typeof decoded === 'string' ? sinceEight(decoded) : decoded;
  if (isSame(kind.as, value, expected)) return null;
  const from = typeof value === 'string' && typeof expected === 'string' ? firstDifference(value, expected) : 0;
  return `${show(value, from)}, and the server has ${show(expected, from)} (${kind.sql.slice(0, 80)})`;
}

function isSame(as: ValueClass, value: Value | undefined, expected: Value): boolean {
  if (expected instanceof Uint8Array) return value instanceof Uint8Array && Buffer.compare(expected, value) === 0;
  return Object.is(as === 'float' && typeof value === 'number' ? Math.fround(value) : value, expected);
}

function expectedValue(as: ValueClass, cell: Buffer): Value {
  const text = cell.toString('utf8');
  switch (as) {
    case 'number':
    case 'double':
    case 'float':
      return Number(text);
    case 'bigint':
    case 'bit':
      return BigInt(text);
    case 'ascii':
    case 'text':
    case 'json':
      return text;
    case 'json of 5.7':
      return sinceEight(text);
    case 'bytes':
      return new Uint8Array(cell);
  }
}

/**
 * Where MySQL 5.7 prints JSON otherwise than 8.0 and 9.7 do, we follow these: a whole DOUBLE shows that it is one (1.0,
 * not 1), and the line feeds in the base64 of opaque values are escaped, without which it is no JSON. Everything else is
 * the server's own text byte for byte.
 */
export function sinceEight(json: string): string {
  const text = json.replaceAll('\n', '\\n');
  return text.replace(/"(?:[^"\\]|\\.)*"|\.0(?![0-9e])/g, (token) => (token === '.0' ? '' : token));
}

/** What our JSON must have for the cell, byte for byte. FLOAT and JSON are read from `value`, which was checked before. */
export function jsonOf({ kind }: ColumnSpec, cell: Cell, value: Value | undefined): string {
  if (cell === null) return 'null';
  const text = cell.toString('utf8');
  switch (kind.as) {
    case 'number':
      return String(Number(text));
    case 'bigint':
    case 'bit':
      return String(BigInt(text));
    case 'float':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'double':
      return text === '-0' ? '-0' : String(Number(text));
    case 'json':
    case 'json of 5.7':
      return String(value);
    case 'ascii':
    case 'text':
      return JSON.stringify(text);
    case 'bytes':
      return `"${cell.toString('base64')}"`;
  }
}

/** SELECT prints a DOUBLE as our own text of doubles, which JSON columns use, has it. */
export function doubleDifference({ kind }: ColumnSpec, cell: Cell): string | null {
  if (kind.as !== 'double' || cell === null) return null;
  const text = cell.toString();
  const ours = doubleText(Number(text));
  return ours === text ? null : `doubleText is ${ours}, and the server has ${text}`;
}

/** A little before where two texts part. */
export function firstDifference(left: string, right: string): number {
  let i = 0;
  while (i < left.length && left[i] === right[i]) i++;
  return Math.max(0, i - 20);
}

function show(value: Value | undefined, from: number): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex').slice(0, 200)}`;
  if (typeof value === 'string') return JSON.stringify(value.slice(from, from + 60));
  return Object.is(value, -0) ? '-0' : String(value);
}

import type mysql from 'mysql2/promise';
import type { Version } from './kinds.js';
import { type Cell, type State, select } from './oracle.js';
import type { Random } from './random.js';
import { type ColumnSpec, quote, type TableSpec } from './tables.js';

export type RowImage = 'FULL' | 'MINIMAL' | 'NOBLOB' | 'FULL_NODUP';

/** One statement that was executed, and what SELECT printed of its rows before and behind it. */
export interface Executed {
  readonly sql: string;
  readonly op: 'insert' | 'update' | 'delete';
  readonly table: TableSpec;
  readonly version: Version;
  readonly rowImage: RowImage;
  /** Columns that the statement names. */
  readonly assigned: ReadonlySet<string>;
  readonly rows: readonly { before: readonly Cell[] | null; after: readonly Cell[] | null }[];
}

interface Workload {
  readonly connection: mysql.Connection;
  readonly random: Random;
  readonly version: Version;
  readonly rowsPerTable: number;
}

const ROW_IMAGES: Readonly<Partial<Record<Version, readonly RowImage[]>>> = {
  '11.8': ['FULL', 'MINIMAL', 'NOBLOB', 'FULL_NODUP'],
};
const COMPRESSIONS: Readonly<Partial<Record<Version, string>>> = {
  '9.7': 'session binlog_transaction_compression',
  '10.11': 'global log_bin_compress',
  '11.8': 'global log_bin_compress',
};

/** Inserts, updates and deletes on each table, each followed by a look at what it did. */
export async function execute(specs: readonly TableSpec[], workload: Workload): Promise<Executed[]> {
  const executed: Executed[] = [];
  for (const table of specs) {
    let state: State = new Map();
    for (const statement of statements(table, workload)) {
      const { connection, random, version } = workload;
      const rowImage = random.pick(ROW_IMAGES[version] ?? (['FULL', 'FULL', 'MINIMAL', 'NOBLOB'] as const));
      await connection.query(`set session binlog_row_image = '${rowImage}'`);
      const compression = COMPRESSIONS[version];
      if (compression !== undefined) await connection.query(`set ${compression} = ${random.chance(0.5)}`);
      await connection.query(statement.sql);
      const after = await select(connection, table);
      executed.push({ ...statement, table, version, rowImage, rows: changed(statement.op, state, after) });
      state = after;
    }
  }
  return executed;
}

type Statement = Pick<Executed, 'sql' | 'op' | 'assigned'>;

export function* statements(
  table: TableSpec,
  { random, rowsPerTable }: Pick<Workload, 'random' | 'rowsPerTable'>,
): Generator<Statement> {
  const given = table.columns.filter((column) => !column.kind.generated);
  for (let id = 0; id < rowsPerTable; ) {
    const count = Math.min(rowsPerTable - id, random.int(1, 25));
    yield insert(table, { given, random, first: id, count });
    id += count;
  }
  const others = given.filter(({ name }) => name !== 'id' && name !== 'touched');
  for (let i = 0; i < 6; i++) {
    const set = random.shuffle(others).slice(0, random.int(0, 4));
    const from = random.int(0, rowsPerTable - 1);
    yield update(table, { set, random, from, to: from + random.int(0, 12) });
  }
  const from = random.int(0, rowsPerTable - 1);
  const where = `where id >= ${from} order by id`;
  yield { op: 'delete', sql: `delete from ${quote(table.name)} ${where} limit 10`, assigned: new Set() };
  yield { op: 'delete', sql: `delete from ${quote(table.name)} order by id`, assigned: new Set() };
}

function insert(
  table: TableSpec,
  { given, random, first, count }: { given: readonly ColumnSpec[]; random: Random; first: number; count: number },
): Statement {
  // What is nullable may be left out of the statement.
  const columns = given.filter((column) => !isNullable(column, table) || random.chance(0.9));
  const rows = Array.from({ length: count }, (_, i) => {
    const id = first + i;
    const values = columns.map((column) => {
      if (column.name === 'id') return String(id);
      if (column.name === 'touched') return '0';
      return value(column, { random, table, boundary: id });
    });
    return `(${values.join(', ')})`;
  });
  const names = columns.map(({ name }) => quote(name));
  return {
    op: 'insert',
    sql: `insert into ${quote(table.name)} (${names.join(', ')}) values ${rows.join(', ')}`,
    assigned: new Set(columns.map(({ name }) => name)),
  };
}

function update(
  table: TableSpec,
  { set, random, from, to }: { set: readonly ColumnSpec[]; random: Random; from: number; to: number },
): Statement {
  // Rows that an UPDATE leaves as they are do not reach the log: so each is touched.
  const assignments = set.map(
    (column) => `${quote(column.name)} = ${value(column, { random, table, boundary: random.int(0, 99) })}`,
  );
  const list = ['touched = touched + 1', ...assignments].join(', ');
  return {
    op: 'update',
    sql: `update ${quote(table.name)} set ${list} where id between ${from} and ${to} order by id`,
    assigned: new Set(['touched', ...set.map(({ name }) => name)]),
  };
}

/** The first rows of a table get the limits of each type, the others what chance brings. */
function value(
  { kind, ...column }: ColumnSpec,
  context: { random: Random; table: TableSpec; boundary: number },
): string {
  const { random, table, boundary } = context;
  if (isNullable({ kind, ...column }, table) && random.chance(0.1)) return 'null';
  return (
    kind.boundary[boundary] ??
    (random.chance(0.1) && kind.boundary.length > 0 ? random.pick(kind.boundary) : kind.random(random))
  );
}

function isNullable(column: ColumnSpec, table: TableSpec): boolean {
  return column.nullable && !table.primaryKey.includes(column.name);
}

function changed(op: Executed['op'], before: State, after: State): Executed['rows'] {
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b);
  return ids.flatMap((id) => {
    const [old = null, now = null] = [before.get(id), after.get(id)];
    const isChanged = op === 'update' ? !sameCells(old, now) : old === null || now === null;
    return isChanged ? [{ before: old, after: now }] : [];
  });
}

function sameCells(left: readonly Cell[] | null, right: readonly Cell[] | null): boolean {
  return left !== null && right !== null && left.every((cell, i) => sameCell(cell, right[i] ?? null));
}

export function sameCell(left: Cell, right: Cell): boolean {
  return left === null || right === null ? left === right : left.equals(right);
}

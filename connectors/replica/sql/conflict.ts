import { ABSENT_CELL, type Image, quotedName, RowtideError, type Session, SqlError, type SqlValue } from 'rowtide';
import { type Change, placeOf } from './packets.js';
import type { PlannedKey } from './plan.js';

/** A row of the target is not as a change of the source expects it. */
export interface Conflict {
  readonly change: Change;
  readonly before: Image | null;
  readonly after: Image | null;
  /** What the server said; null: it found no row. */
  readonly error: SqlError | null;
}

/** Duplicate keys, and rows that foreign keys lead to or from. */
const CONFLICTS = new Set([1022, 1062, 1169, 1586, 1216, 1217, 1451, 1452]);

export function isConflict(error: unknown): error is SqlError {
  return error instanceof SqlError && CONFLICTS.has(error.errno);
}

/** A conflict in words. Values are SQL, long ones cut. */
export interface Told {
  readonly expected: string;
  readonly found: string;
}

const VALUE_CHARS_MAX = 60;

/** Asks the target what is there, inside of the transaction that met it. */
export async function tell(conflict: Conflict, session: Session): Promise<Told> {
  const { change, before, after, error } = conflict;
  const { plan, key } = change.sql;
  const expected =
    error === null
      ? `the row ${rowText(change, before!)}`
      : `that ${after === null ? 'a delete' : rowText(change, after)} can be written`;
  const image = error === null ? before! : (after ?? before!);
  const byKey = plan.keys.find(({ columns }) => columns.every(({ source }) => image.at[source.ordinal]! >= 0)) ?? null;
  if (key === null && byKey === null) return { expected, found: 'none like it' };
  const where = change.sql.keyWhere((byKey ?? key) as PlannedKey, image);
  const names = plan.target.columns.map(({ name }) => name);
  const [row] = await session.query(`SELECT ${names.map(quotedName).join(', ')} FROM ${plan.name} WHERE ${where}`);
  const there = row === undefined ? `no row where ${where}` : `the row ${foundText(names, row)}`;
  return { expected, found: error === null ? there : `${there} (${error.message})` };
}

/** The error that stops at it. */
export function conflictError({ change }: Conflict, { expected, found }: Told, why = ''): RowtideError {
  const message = `${placeOf(change)}: expected ${expected}, and there is ${found}${why === '' ? '' : `; ${why}`}`;
  return new RowtideError('SINK_CONFLICT', message, {
    hint: 'Mend the row at the target and start again; or set conflicts of its table to overwrite, ignore or log. The position has not moved.',
  });
}

/** `id = 1, name = 'x'` as the source has them. */
export function rowText({ sql }: Change, image: Image): string {
  const cells = sql.plan.columns.filter(({ source }) => image.at[source.ordinal] !== ABSENT_CELL);
  return `(${cells.map((column) => `${column.target.name} = ${cut(column.sql.literal(image))}`).join(', ')})`;
}

function foundText(names: readonly string[], row: readonly SqlValue[]): string {
  const text = (value: SqlValue): string => {
    if (value === null) return 'NULL';
    return Buffer.isBuffer(value) ? `0x${value.toString('hex')}` : `'${value}'`;
  };
  return `(${names.map((name, i) => `${name} = ${cut(text(row[i] ?? null))}`).join(', ')})`;
}

function cut(text: string): string {
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text;
}

import { type RowCursor, type Rows, unreachable } from 'rowtide';
import type { RowSql } from './row-sql.js';

/** A statement that does what some rows of an event did. */
export interface RowStatement {
  readonly sql: string;
  /** How many rows it has to find. */
  readonly rows: number;
  /** How often it stores the empty value of an ENUM, which strict servers refuse; such a row has a statement of its own. */
  readonly emptyMembers: number;
}

/** Of one statement; the server has to parse it in one piece. */
const BYTES_MAX = 256 * 1024;
/** Servers look for many keys at once less cleverly than for some. */
const KEYS_MAX = 500;

/** From the row under the cursor on. Several rows are one statement where that does the very same. */
export function rowStatements(rows: Rows, cursor: RowCursor, sql: RowSql): Iterable<RowStatement> {
  switch (rows.op) {
    case 'insert':
      return inserts(cursor, sql);
    case 'update':
      return updates(cursor, sql);
    case 'delete':
      return deletes(cursor, sql);
    default:
      return unreachable(rows.op);
  }
}

/** The row under the cursor by itself; null where nothing changes that the target has. */
export function rowStatement({ op }: Rows, { before, after, diffs }: RowCursor, sql: RowSql): RowStatement | null {
  switch (op) {
    case 'insert':
      return insertOf(sql, [sql.values(after!)], sql.emptyMembers(null, after!));
    case 'update': {
      sql.refuseUnknown({ after, diffs });
      const set = sql.assignments(before!, after!);
      if (set === null) return null;
      return updateOf(sql, { set, emptyMembers: sql.emptyMembers(before, after!) }, [sql.located(before!)]);
    }
    case 'delete':
      return deleteOf(sql, [sql.located(before!)]);
    default:
      return unreachable(op);
  }
}

function* inserts(cursor: RowCursor, sql: RowSql): Generator<RowStatement> {
  const group = new Group<number>(BYTES_MAX, Number.POSITIVE_INFINITY, (a, b) => a === 0 && b === 0);
  do {
    const full = group.add(sql.values(cursor.after!), sql.emptyMembers(null, cursor.after!));
    if (full !== null) yield insertOf(sql, full.parts, full.of);
  } while (cursor.next());
  const rest = group.take();
  if (rest !== null) yield insertOf(sql, rest.parts, rest.of);
}

interface Assigned {
  readonly set: string;
  readonly emptyMembers: number;
}

/** Rows that follow each other and get the same values are updated together, unless it is their keys that change. */
function* updates(cursor: RowCursor, sql: RowSql): Generator<RowStatement> {
  const group = new Group<Assigned>(BYTES_MAX, KEYS_MAX, (a, b) => a.set === b.set);
  do {
    sql.refuseUnknown(cursor);
    const before = cursor.before!;
    const after = cursor.after!;
    const set = sql.assignments(before, after);
    if (set === null) continue;
    const of = { set, emptyMembers: sql.emptyMembers(before, after) };
    const isAlone = sql.changesKey(before, after) || of.emptyMembers > 0;
    const full = isAlone ? group.take() : group.add(sql.located(before), of);
    if (full !== null) yield updateOf(sql, full.of, full.parts);
    if (isAlone) yield updateOf(sql, of, [sql.located(before)]);
  } while (cursor.next());
  const rest = group.take();
  if (rest !== null) yield updateOf(sql, rest.of, rest.parts);
}

function* deletes(cursor: RowCursor, sql: RowSql): Generator<RowStatement> {
  const group = new Group<null>(BYTES_MAX, sql.key === null ? 1 : KEYS_MAX, () => true);
  do {
    const full = group.add(sql.located(cursor.before!), null);
    if (full !== null) yield deleteOf(sql, full.parts);
  } while (cursor.next());
  const rest = group.take();
  if (rest !== null) yield deleteOf(sql, rest.parts);
}

/** Parts that become one statement: as long as they are alike, and not too many. */
class Group<T> {
  readonly #bytesMax: number;
  readonly #countMax: number;
  readonly #isAlike: (a: T, b: T) => boolean;
  #parts: string[] = [];
  #bytes = 0;
  #of: T | undefined;

  constructor(bytesMax: number, countMax: number, isAlike: (a: T, b: T) => boolean) {
    this.#bytesMax = bytesMax;
    this.#countMax = countMax;
    this.#isAlike = isAlike;
  }

  /** Returns those before it, where it begins new ones. */
  add(part: string, of: T): { parts: readonly string[]; of: T } | null {
    const isRoom = this.#parts.length < this.#countMax && this.#bytes + part.length <= this.#bytesMax;
    const full = this.#parts.length > 0 && !(isRoom && this.#isAlike(this.#of!, of)) ? this.take() : null;
    this.#parts.push(part);
    this.#bytes += part.length;
    this.#of = of;
    return full;
  }

  take(): { parts: readonly string[]; of: T } | null {
    if (this.#parts.length === 0) return null;
    const taken = { parts: this.#parts, of: this.#of! };
    this.#parts = [];
    this.#bytes = 0;
    return taken;
  }
}

function insertOf(sql: RowSql, values: readonly string[], emptyMembers: number): RowStatement {
  return { sql: sql.insertHead() + values.join(', '), rows: values.length, emptyMembers };
}

function updateOf(sql: RowSql, { set, emptyMembers }: Assigned, located: readonly string[]): RowStatement {
  const where = `${sql.whereAny(located)}${limit(sql)}`;
  return { sql: `UPDATE ${sql.plan.name} SET ${set} WHERE ${where}`, rows: located.length, emptyMembers };
}

function deleteOf(sql: RowSql, located: readonly string[]): RowStatement {
  const where = `${sql.whereAny(located)}${limit(sql)}`;
  return { sql: `DELETE FROM ${sql.plan.name} WHERE ${where}`, rows: located.length, emptyMembers: 0 };
}

/** Of rows that look alike, one. */
function limit({ key }: RowSql): string {
  return key === null ? ' LIMIT 1' : '';
}

import { RowtideError } from '../core/errors.js';
import { type AnyGtid, GtidSet, isMariaGtid } from '../core/gtid.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../core/image.js';
import { isMariaGtids, parseMariaGtid, sameMariaGtid } from '../core/maria-gtid.js';
import type { Table } from '../core/table.js';
import type { RowCursor } from '../core/transaction.js';
import type { RowTest, Search, TransactionTest } from '../inspect/search/search.js';
import { tablePattern } from './patterns.js';
import { judgedRow, undecided } from './row-filter.js';
import { type Condition, parseCondition } from './where/condition.js';
import { judgeOf, UNTOLD } from './where/judge.js';

export interface RowSearchOptions {
  /** Patterns of tables; none: all. */
  readonly tables?: readonly string[];
  /** Only tables of this schema. */
  readonly schema?: string;
  /** A condition on rows, before or after they changed. */
  readonly where?: string;
  /** Only updates that changed one of these columns. */
  readonly changed?: readonly string[];
  /** GTIDs as their server prints them. */
  readonly gtids?: string;
}

/** A search that can say afterwards whether it could have found anything. */
export interface RowSearch extends Search {
  /**
   * Throws FILTER_MISMATCH if tables were searched, and none has the columns that were named: a search over all tables
   * passes over those that lack them.
   */
  check(): void;
}

/** Null where nothing is searched for. Throws USAGE. */
export function rowSearch({ tables = [], schema, where, changed = [], gtids }: RowSearchOptions): RowSearch | null {
  const looksIntoRows = where !== undefined || changed.length > 0;
  const isAnyTable = tables.length === 0 && schema === undefined;
  if (isAnyTable && !looksIntoRows && gtids === undefined) return null;
  const patterns = tables.map(tablePattern);
  const tests = new RowTests(where === undefined ? null : parseCondition(where), changed);
  const wants = (table: Table): boolean =>
    (schema === undefined || table.schema === schema) &&
    (patterns.length === 0 || patterns.some((pattern) => pattern.table(table.schema, table.name)));
  return {
    transaction: gtids === undefined ? null : transactionTest(gtids),
    everything: isAnyTable && !looksIntoRows,
    rowsOf: (table) => (wants(table) ? (looksIntoRows ? tests.of(table) : 'all') : 'none'),
    statement: (name) =>
      !looksIntoRows &&
      (schema === undefined || name === schema) &&
      (patterns.length === 0 || name === '' || patterns.some((pattern) => pattern.schema?.(name) ?? true)),
    check: () => tests.check(),
  };
}

/** Compiled for each table when it is first seen. */
class RowTests {
  readonly #condition: Condition | null;
  readonly #changed: readonly string[];
  readonly #known = new WeakMap<Table, RowTest | 'none'>();
  #misfit: unknown = null;
  #fits = false;

  constructor(condition: Condition | null, changed: readonly string[]) {
    this.#condition = condition;
    this.#changed = changed.map((name) => name.toLowerCase());
  }

  of(table: Table): RowTest | 'none' {
    let test = this.#known.get(table);
    if (test === undefined) {
      test = this.#compile(table);
      this.#known.set(table, test);
    }
    return test;
  }

  check(): void {
    if (!this.#fits && this.#misfit !== null) throw this.#misfit;
  }

  #compile(table: Table): RowTest | 'none' {
    try {
      const meets = this.#condition === null ? null : conditionTest(this.#condition, table);
      const changes = this.#changed.length === 0 ? null : changeTest(this.#changed, table);
      this.#fits = true;
      return (cursor) => (meets === null || meets(cursor)) && (changes === null || changes(cursor));
    } catch (error) {
      if (!(error instanceof RowtideError && error.code === 'FILTER_MISMATCH')) throw error;
      this.#misfit ??= error;
      return 'none';
    }
  }
}

function conditionTest(condition: Condition, table: Table): RowTest {
  const judge = judgeOf(condition, table);
  return (cursor) => {
    const passes = judgedRow(cursor, judge);
    if (passes === UNTOLD) throw undecided({ table, op: opOf(cursor) }, `${table.schema}.${table.name}`);
    return passes;
  };
}

function opOf({ before, after }: RowCursor): 'insert' | 'update' | 'delete' {
  return before === null ? 'insert' : after === null ? 'delete' : 'update';
}

function changeTest(names: readonly string[], table: Table): RowTest {
  const ordinals = table.columns.flatMap(({ name, ordinal }) => (names.includes(name.toLowerCase()) ? [ordinal] : []));
  if (ordinals.length === 0) {
    const known = table.columns.map(({ name }) => name).join(', ');
    throw new RowtideError(
      'FILTER_MISMATCH',
      `--changed names ${names.join(', ')}, and ${table.schema}.${table.name} has ${known}`,
      { hint: 'Name a column that the table has: as @1, @2, … where the log has no names.' },
    );
  }
  return ({ before, after, diffs }) =>
    before !== null &&
    after !== null &&
    ordinals.some((ordinal) => diffs?.has(ordinal) === true || isChanged(before, after, ordinal));
}

/** What an after image leaves out did not change; of what only the before image leaves out, nobody knows what it was. */
function isChanged(before: Image, after: Image, ordinal: number): boolean {
  const [was, is] = [before.at[ordinal]!, after.at[ordinal]!];
  if (is === ABSENT_CELL) return false;
  if (was < 0 || is < 0) return was !== is && !(was === NULL_CELL && is === NULL_CELL);
  const [wasEnd, isEnd] = [before.end[ordinal]!, after.end[ordinal]!];
  return before.bytes.compare(after.bytes, is, isEnd, was, wasEnd) !== 0;
}

function transactionTest(text: string): TransactionTest {
  if (isMariaGtids(text)) {
    const wanted = text.split(',').map(parseMariaGtid);
    const has = (gtid: AnyGtid): boolean => isMariaGtid(gtid) && wanted.some((each) => sameMariaGtid(each, gtid));
    return { has, isOne: wanted.length === 1 };
  }
  const set = GtidSet.parse(text);
  const [first, ...more] = set.intervals();
  return {
    has: (gtid) => !isMariaGtid(gtid) && set.has(gtid),
    isOne: more.length === 0 && first?.first === first?.last,
  };
}

import { RowtideError } from '../core/errors.js';
import type { Table } from '../core/table.js';
import type { RowCursor, Rows } from '../core/transaction.js';
import { rewritten, type Transform, withEachEntry } from './filter.js';
import { type TablePattern, tablePattern } from './patterns.js';
import { type Condition, parseCondition } from './where/condition.js';
import { FALSE, type Judge, judgeOf, TRUE, UNTOLD } from './where/judge.js';
import { notACondition } from './where/lexer.js';

/** By pattern of tables, the condition that their rows have to meet; a table of several patterns meets all of theirs. */
export type Where = Readonly<Record<string, string>>;

interface RowFilter {
  readonly tables: TablePattern;
  readonly condition: Condition;
}

/** Divides `shop.orders: total > 100` behind the pattern, and checks both. Throws USAGE. */
export function parseRowFilter(text: string): { readonly tables: string; readonly condition: string } {
  const [whole, tables] = /^(\/.+?\/[a-z]*|[^:]*?)\s*:/s.exec(text) ?? [];
  if (whole === undefined || tables === undefined) throw notACondition(text, text.length, 'a colon is expected');
  tablePattern(tables.trim());
  parseCondition(text, whole.length);
  return { tables: tables.trim(), condition: text.slice(whole.length).trim() };
}

/**
 * Keeps the rows for which the conditions of their table are true, as WHERE does; an update, if they are true before or
 * after it. Conditions are compiled when a table is first seen, and read no other cells than those they name. Throws
 * FILTER_MISMATCH for a condition that does not fit its table, and FILTER_UNDECIDED for a row whose images lack a column
 * that decides: passing it could show what is to be hidden, and dropping it could lose what is wanted.
 */
export function rowFilter(where: Where): Transform {
  const filters = Object.entries(where).map(([tables, condition]) => ({
    tables: tablePattern(tables),
    condition: parseCondition(condition),
  }));
  if (filters.length === 0) return (transaction) => transaction;
  const judges = new WeakMap<Table, { readonly judge: Judge | null }>();
  const judgeFor = (table: Table): Judge | null => {
    let known = judges.get(table);
    if (known === undefined) {
      known = { judge: tableJudge(filters, table) };
      judges.set(table, known);
    }
    return known.judge;
  };
  return (transaction) =>
    withEachEntry(transaction, (entry) => {
      const judge = entry.kind === 'rows' ? judgeFor(entry.table) : null;
      if (judge === null || entry.kind !== 'rows') return entry;
      return rewritten(entry, entry.table, () => new JudgedCursor(entry, judge, transaction.span.file));
    });
}

function tableJudge(filters: readonly RowFilter[], table: Table): Judge | null {
  const wanted = filters.filter(({ tables }) => tables.table(table.schema, table.name));
  if (wanted.length === 0) return null;
  return judgeOf({ kind: 'and', parts: wanted.map(({ condition }) => condition) }, table);
}

class JudgedCursor implements RowCursor {
  readonly #rows: Rows;
  readonly #cursor: RowCursor;
  readonly #judge: Judge;
  readonly #file: string;

  constructor(rows: Rows, judge: Judge, file: string) {
    this.#rows = rows;
    this.#cursor = rows.cursor();
    this.#judge = judge;
    this.#file = file;
  }

  get before(): RowCursor['before'] {
    return this.#cursor.before;
  }

  get after(): RowCursor['after'] {
    return this.#cursor.after;
  }

  get diffs(): RowCursor['diffs'] {
    return this.#cursor.diffs;
  }

  next(): boolean {
    while (this.#cursor.next()) {
      const passes = judgedRow(this.#cursor, this.#judge);
      if (passes === UNTOLD) throw undecided(this.#rows, `${this.#file}:${this.#rows.event.start}`);
      if (passes) return true;
    }
    return false;
  }
}

/** Whether the condition is true of the row before or after what changed it. */
export function judgedRow({ before, after }: RowCursor, judge: Judge): boolean | typeof UNTOLD {
  const was = before === null ? FALSE : judge(before, null);
  if (was === TRUE) return true;
  // What an after image leaves out did not change.
  const is = after === null ? FALSE : judge(after, before);
  if (is === TRUE) return true;
  return was === UNTOLD || is === UNTOLD ? UNTOLD : false;
}

export function undecided({ table, op }: Pick<Rows, 'table' | 'op'>, place: string): RowtideError {
  return new RowtideError(
    'FILTER_UNDECIDED',
    `${place}: the ${op} in ${table.schema}.${table.name} lacks columns that its row filter needs`,
    {
      hint: "Run SET PERSIST binlog_row_image = 'FULL' on the source, or filter by columns that every row event has, such as the primary key.",
    },
  );
}

import type { Change, DocumentDiff, Row } from '../core/change.js';
import { locateError } from '../core/errors.js';
import type { RowDiffs } from '../core/json-diff.js';
import type { Table } from '../core/table.js';
import type { Entry, RowCursor, Rows, Statement, Transaction } from '../core/transaction.js';
import { type ReadRow, rowReader } from './row.js';
import { jsonText } from './value.js';

/** The changes of a transaction as JavaScript values, in log order. */
export function changes(transaction: Transaction): IterableIterator<Change> {
  return new Changes(transaction);
}

/** Written out, because a generator costs as much per row as two cells. */
class Changes implements IterableIterator<Change> {
  readonly #file: string;
  readonly #entries: Iterator<Entry>;
  #rows: RowsReader | null = null;
  #ended = false;
  #start: number;

  constructor(transaction: Transaction) {
    this.#file = transaction.span.file;
    this.#start = transaction.span.start;
    this.#entries = transaction.entries[Symbol.iterator]();
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Change> {
    try {
      while (!this.#ended) {
        const row = this.#rows === null ? null : this.#rows.next();
        if (row !== null) return { done: false, value: row };
        const entry = this.#nextEntry();
        if (entry === null) break;
        if (entry.kind === 'rows') this.#rows = new RowsReader(entry);
        else return { done: false, value: statementOf(entry) };
      }
    } catch (error) {
      this.return();
      throw locateError(error, `${this.#file}:${this.#start}`);
    }
    return this.return();
  }

  return(): IteratorResult<Change> {
    this.#rows = null;
    if (!this.#ended) this.#entries.return?.();
    this.#ended = true;
    return { done: true, value: undefined };
  }

  #nextEntry(): Entry | null {
    this.#rows = null;
    const next = this.#entries.next();
    if (next.done === true) return null;
    this.#start = next.value.event.start;
    return next.value;
  }
}

function statementOf({ schema, sql, invalid }: Statement): Change {
  return { kind: 'statement', schema, sql, ...(invalid && { invalid }) };
}

class RowsReader {
  readonly #table: Table;
  readonly #cursor: RowCursor;
  readonly #readBefore: ReadRow | null;
  readonly #readAfter: ReadRow | null;

  constructor(rows: Rows) {
    const { table } = rows;
    const cursor = rows.cursor();
    this.#table = table;
    this.#cursor = cursor;
    this.#readBefore = cursor.before === null ? null : rowReader(table, cursor.before);
    this.#readAfter = cursor.after === null ? null : rowReader(table, cursor.after);
  }

  /** Null after the last row. */
  next(): Change | null {
    const table = this.#table;
    const { before, after } = this.#cursor;
    if (!this.#cursor.next()) return null;
    if (this.#readBefore === null) return new Insert(table, this.#readAfter!(after!));
    if (this.#readAfter === null) return new Delete(table, this.#readBefore(before!));
    const { diffs } = this.#cursor;
    const change = new Update(table, this.#readBefore(before!), this.#readAfter(after!));
    return diffs === null ? change : { ...change, diffs: documentDiffs(table, diffs) };
  }
}

type OfKind<K> = Change & { kind: K };

const Insert = plain(function (this: OfKind<'insert'>, table: Table, after: Partial<Row>) {
  this.kind = 'insert';
  this.table = table;
  this.after = after;
});

const Update = plain(function (this: OfKind<'update'>, table: Table, before: Partial<Row>, after: Partial<Row>) {
  this.kind = 'update';
  this.table = table;
  this.before = before;
  this.after = after;
});

const Delete = plain(function (this: OfKind<'delete'>, table: Table, before: Partial<Row>) {
  this.kind = 'delete';
  this.table = table;
  this.before = before;
});

/**
 * A constructor of what a literal would make. Of each literal V8 counts how many of its objects live on. When a full
 * collection finds them all alive, because they wait to be read, it puts every later one where only full collections
 * look, and the row, its event and what was received stay with it. Of what is constructed it counts nothing.
 */
function plain<T, A extends unknown[]>(construct: (this: T, ...args: A) => void): new (...args: A) => T {
  construct.prototype = Object.prototype;
  return construct as unknown as new (
    ...args: A
  ) => T;
}

function documentDiffs(table: Table, diffs: RowDiffs): { [column: string]: DocumentDiff[] } {
  const entries = [...diffs].map(([ordinal, list]): [string, DocumentDiff[]] => [
    table.columns[ordinal]!.name,
    list.map(({ op, path, value }) => ({ op, path, value: value && jsonText(value, 0, value.length) })),
  ]);
  return Object.fromEntries(entries);
}

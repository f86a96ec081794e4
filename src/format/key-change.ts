import { ABSENT_CELL, type Image, NULL_CELL } from '../core/image.js';
import type { RowCursor, Rows, Transaction } from '../core/transaction.js';
import type { Format, RowsWriter } from './format.js';

/** One of the two records that an update of the key becomes. */
export interface KeyChangePart {
  readonly writer: RowsWriter;
  /** Shows the row under the cursor of the update as this part of it. */
  readonly cursor: RowCursor;
}

/** The rows of an update event that change their key, as deletes of the old key and inserts of the new one. */
export class KeyChange {
  readonly deleted: KeyChangePart;
  readonly inserted: KeyChangePart;
  readonly #key: readonly number[];
  readonly #cursor: RowCursor;

  /** `cursor` is the one that walks the update's rows. */
  constructor(format: Format, transaction: Transaction, { rows, cursor }: { rows: Rows; cursor: RowCursor }) {
    const part = (op: 'insert' | 'delete', view: RowCursor): KeyChangePart => ({
      writer: format.rows(transaction, rowsAs(rows, { op, cursor: () => view })),
      cursor: view,
    });
    this.#key = rows.table.primaryKey;
    this.#cursor = cursor;
    this.deleted = part('delete', deletedView(cursor));
    this.inserted = part('insert', insertedView(cursor));
  }

  /** Whether the row under the cursor changes its key. */
  get isNow(): boolean {
    const { before, after } = this.#cursor;
    if (before === null || after === null) return false;
    return this.#key.some((i) => cellDiffers(before, after, i));
  }
}

/** The same row event with something else in place of what it says. */
export function rowsAs(rows: Rows, other: Partial<Pick<Rows, 'op' | 'table' | 'cursor'>>): Rows {
  return {
    kind: 'rows',
    op: rows.op,
    table: rows.table,
    event: rows.event,
    // Decoded only if somebody asks.
    get query() {
      return rows.query;
    },
    get foreignKeyChecks() {
      return rows.foreignKeyChecks;
    },
    cursor: () => rows.cursor(),
    ...other,
  };
}

/** Where an image lacks the cell, the other one has it because it stayed as it was. */
export function cellDiffers(before: Image, after: Image, i: number): boolean {
  const [from, to] = [before.at[i]!, after.at[i]!];
  if (from === ABSENT_CELL || to === ABSENT_CELL) return false;
  if (from === NULL_CELL || to === NULL_CELL) return from !== to;
  return before.bytes.compare(after.bytes, to, after.end[i]!, from, before.end[i]!) !== 0;
}

function deletedView(cursor: RowCursor): RowCursor {
  return {
    get before() {
      return cursor.before;
    },
    after: null,
    diffs: null,
    next: () => cursor.next(),
  };
}

function insertedView(cursor: RowCursor): RowCursor {
  return {
    before: null,
    get after() {
      const { before, after } = cursor;
      return before === null || after === null ? after : completed(before, after);
    },
    diffs: null,
    next: () => cursor.next(),
  };
}

/** The after image of BINLOG_ROW_IMAGE=MINIMAL lacks what did not change, such as the rest of a key: `before` has that. */
function completed(before: Image, after: Image): Image {
  const isMissing = (i: number): boolean => after.at[i] === ABSENT_CELL && before.at[i] !== ABSENT_CELL;
  const missing = [...after.at.keys()].filter(isMissing);
  if (missing.length === 0) return after;
  const at = Int32Array.from(after.at);
  const end = Int32Array.from(after.end);
  const cells = [after.bytes];
  let length = after.bytes.length;
  for (const i of missing) {
    const from = before.at[i]!;
    at[i] = from === NULL_CELL ? NULL_CELL : length;
    if (from === NULL_CELL) continue;
    cells.push(before.bytes.subarray(from, before.end[i]!));
    length += before.end[i]! - from;
    end[i] = length;
  }
  return { bytes: Buffer.concat(cells), at, end };
}

import { RowtideError } from '../core/errors.js';
import { ABSENT_CELL, type Image } from '../core/image.js';
import type { Rows, Transaction } from '../core/transaction.js';
import { withEntries } from '../transform/filter.js';

/** The same transaction, which ends with SOURCE_SETTINGS at the first rows that lack columns. */
export function withWholeRows(transaction: Transaction): Transaction {
  return withEntries(transaction, {
    *[Symbol.iterator]() {
      for (const entry of transaction.entries) {
        if (entry.kind === 'rows' && isPartial(entry)) throw partial(entry);
        yield entry;
      }
    },
  });
}

/** All images of an event have the same columns, and show before the first row which ones. */
function isPartial(rows: Rows): boolean {
  const { before, after } = rows.cursor();
  return lacksColumns(before) || lacksColumns(after);
}

function lacksColumns(image: Image | null): boolean {
  return image?.at.includes(ABSENT_CELL) ?? false;
}

function partial({ table }: Rows): RowtideError {
  return new RowtideError(
    'SOURCE_SETTINGS',
    `rows of ${table.schema}.${table.name} lack columns: their session did not have binlog_row_image=FULL`,
    { hint: "Set binlog_row_image = FULL on the source, or take rows as they come with rowImage: 'partial'." },
  );
}

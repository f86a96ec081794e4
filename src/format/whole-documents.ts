import { RowtideError } from '../core/errors.js';
import { ABSENT_CELL } from '../core/image.js';
import type { Table } from '../core/table.js';
import type { RowCursor } from '../core/transaction.js';

/** For formats without a word for a change of a part: stops at a document that nobody knows as a whole. */
export function requireWholeDocuments({ after, diffs }: RowCursor, table: Table): void {
  if (diffs === null || after === null) return;
  for (const column of diffs.keys()) {
    if (after.at[column] !== ABSENT_CELL) continue;
    const name = `${table.schema}.${table.name}.${table.columns[column]!.name}`;
    throw new RowtideError('EVENT_UNSUPPORTED', `the log has only a part of the document in column ${name}`, {
      hint: "Set binlog_row_image=FULL or binlog_row_value_options='' on the server, or write it with the format json.",
    });
  }
}

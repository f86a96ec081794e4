import type { Change } from '../core/change.js';
import { locateError } from '../core/errors.js';
import type { Transaction } from '../core/transaction.js';
import { rowReader } from './row.js';

/** The changes of a transaction as JavaScript values, in log order. */
export function* changes(transaction: Transaction): Generator<Change> {
  let { start } = transaction.span;
  try {
    for (const entry of transaction.entries) {
      start = entry.event.start;
      if (entry.kind === 'statement') {
        yield { kind: 'statement', schema: entry.schema, sql: entry.sql };
        continue;
      }
      // In this loop and not in a generator of its own: delegating to one costs as much as two cells.
      const { table } = entry;
      const reader = rowReader(table);
      const cursor = entry.cursor();
      const { before, after } = cursor;
      while (cursor.next()) {
        if (before === null) yield { kind: 'insert', table, after: reader.read(after!) };
        else if (after === null) yield { kind: 'delete', table, before: reader.read(before) };
        else yield { kind: 'update', table, before: reader.read(before), after: reader.read(after) };
      }
    }
  } catch (error) {
    throw locateError(error, `${transaction.span.file}:${start}`);
  }
}

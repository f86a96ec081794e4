import type { Change } from '../core/change.js';
import { unreachable } from '../core/errors.js';
import type { Rows, Transaction } from '../core/transaction.js';
import { rowReader } from './row.js';

/** The changes of a transaction as JavaScript values, in log order. */
export function* changes(transaction: Transaction): Generator<Change> {
  for (const entry of transaction.entries) {
    switch (entry.kind) {
      case 'rows':
        yield* rowChanges(entry);
        break;
      case 'statement':
        yield { kind: 'statement', schema: entry.schema, sql: entry.sql };
        break;
      default:
        unreachable(entry);
    }
  }
}

function* rowChanges(rows: Rows): Generator<Change> {
  const { table } = rows;
  const reader = rowReader(table);
  const cursor = rows.cursor();
  const { before, after } = cursor;
  while (cursor.next()) {
    if (before === null && after !== null) yield { kind: 'insert', table, after: reader.read(after) };
    else if (after === null && before !== null) yield { kind: 'delete', table, before: reader.read(before) };
    else if (before !== null && after !== null) {
      yield { kind: 'update', table, before: reader.read(before), after: reader.read(after) };
    }
  }
}

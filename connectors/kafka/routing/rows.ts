import { KeyChange, type Rows as LoggedRows, rowsAs, type Transaction } from 'rowtide';
import type { RecordWriter, Rows } from '../record-writer.js';
import { encodedHeaders, type Headers, NO_HEADERS, withHeader } from './headers.js';
import { refuseIncomplete } from './key.js';
import type { Route } from './router.js';

/** The rows of an event as their route wants them. */
export interface RoutedRows extends Rows {
  readonly transaction: Transaction;
  /** What the format was given. */
  readonly logged: LoggedRows;
}

export function rowsOn(route: Route, transaction: Transaction, original: LoggedRows): RoutedRows {
  const { rule } = route;
  const logged = route.isRekeyed ? rowsAs(original, { table: route.table }) : original;
  return {
    route,
    transaction,
    logged,
    writer: rule.format.rows(transaction, logged),
    cursor: logged.cursor(),
    partition: route.partitioner(transaction),
    headers: rule.headers === null ? null : encodedHeaders(rule.headers(transaction, logged)),
  };
}

/** Writes the row under the cursor as one record or several; takes the index of the first, returns that of the next. */
export function rowWriter(rows: RoutedRows, records: RecordWriter): (index: number) => number {
  const { route, logged } = rows;
  const splits = logged.op === 'update' && route.rule.splitsKeyChanges && route.table.primaryKey.length > 0;
  const write = splits ? splitting(rows, records) : whole(rows, records);
  if (!route.isRekeyed) return write;
  return (index) => {
    refuseIncomplete(route.table, rows.cursor, splits);
    return write(index);
  };
}

function whole(rows: Rows & Pick<RoutedRows, 'logged'>, records: RecordWriter): (index: number) => number {
  if (rows.logged.op !== 'delete' || !rows.route.rule.tombstones) {
    return (index) => {
      records.row(rows, index);
      return index + 1;
    };
  }
  return (index) => {
    records.row(rows, index);
    records.tombstone(rows);
    return index + 1;
  };
}

/** Rows that change their key are deleted and inserted; their tombstone stands between. */
function splitting(rows: RoutedRows, records: RecordWriter): (index: number) => number {
  const { route, transaction, logged, cursor } = rows;
  const { format, tombstones } = route.rule;
  const change = new KeyChange(format, transaction, { rows: logged, cursor });
  const { deleted, inserted } = change;
  const base = (op: 'delete' | 'insert'): Headers =>
    route.rule.headers?.(transaction, rowsAs(logged, { op })) ?? NO_HEADERS;
  const [deletedHeaders, insertedHeaders] = [base('delete'), base('insert')];
  const { newKey, oldKey } = format.keyChange ?? { newKey: null, oldKey: null };
  return (index) => {
    if (!change.isNow) {
      records.row(rows, index);
      return index + 1;
    }
    const told = (headers: Headers, name: string | null, other: typeof deleted): Buffer | null =>
      encodedHeaders(name === null ? headers : withHeader(headers, name, records.key(other.writer, other.cursor)));
    const gone = { ...rows, ...deleted, headers: told(deletedHeaders, newKey, inserted) };
    records.row(gone, index);
    if (tombstones) records.tombstone(gone);
    records.row({ ...rows, ...inserted, headers: told(insertedHeaders, oldKey, deleted) }, index + 1);
    return index + 2;
  };
}

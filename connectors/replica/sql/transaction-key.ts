import { formatGtid, type Transaction } from 'rowtide';

/** What a transaction is called, the same whenever it is read: its GTID, or where it begins in the log. */
export function keyOf({ gtid, span }: Pick<Transaction, 'gtid' | 'span'>): string {
  return gtid === null ? `${span.file}:${span.start}` : formatGtid(gtid);
}

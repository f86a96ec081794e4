import type { Position } from '../core/position.js';
import type { Transaction } from '../core/transaction.js';

/** Whether a transaction of the same log lies before the position. */
export function covers({ log }: Position, { gtid, span }: Pick<Transaction, 'gtid' | 'span'>): boolean {
  switch (log.kind) {
    case 'file':
      return span.file === log.file ? span.end <= log.offset : isOlder(span.file, log.file);
    case 'gtid':
      return gtid !== null && 'uuid' in gtid && log.executed.has(gtid);
    case 'mariadb-gtid':
      return gtid !== null && 'domain' in gtid && log.executed.has(gtid);
  }
}

/** Log files are numbered. */
function isOlder(file: string, than: string): boolean {
  return file.localeCompare(than, 'en', { numeric: true }) < 0;
}

import { isRdsHousekeeping } from './housekeeping.js';
import { isComment } from './keyword.js';

/**
 * What a statement of the log does to the transaction that it stands in; `nothing` is what no reader has use for, and
 * `statement` everything else.
 */
export type Control =
  | { kind: 'nothing' }
  | { kind: 'begin' | 'commit' | 'rollback' | 'xa-start' | 'xa-end' | 'statement' }
  | { kind: 'savepoint' | 'rollback-to'; name: string }
  | { kind: 'xa-commit' | 'xa-rollback'; xid: string };

/** The server writes these itself, so their spelling is fixed; XA ids come as X'…',X'…',n. */
export function transactionControl(sql: string): Control {
  switch (sql) {
    case 'BEGIN':
      return { kind: 'begin' };
    case 'COMMIT':
      return { kind: 'commit' };
    case 'ROLLBACK':
      return { kind: 'rollback' };
  }
  const words = /^(SAVEPOINT|ROLLBACK TO|XA START|XA END|XA COMMIT|XA ROLLBACK)\s+(?:SAVEPOINT\s+)?(.+)$/is.exec(sql);
  const rest = words?.[2] ?? '';
  switch (words?.[1]?.toUpperCase()) {
    case 'SAVEPOINT':
      return { kind: 'savepoint', name: savepointName(rest) };
    case 'ROLLBACK TO':
      return { kind: 'rollback-to', name: savepointName(rest) };
    case 'XA START':
      return { kind: 'xa-start' };
    case 'XA END':
      return { kind: 'xa-end' };
    case 'XA COMMIT':
      return { kind: 'xa-commit', xid: rest };
    case 'XA ROLLBACK':
      return { kind: 'xa-rollback', xid: rest };
    default:
      return { kind: isComment(sql) || isRdsHousekeeping(sql) ? 'nothing' : 'statement' };
  }
}

/** Each statement is logged with the name as it was typed there, and the server compares names without case or accents. */
function savepointName(typed: string): string {
  return typed.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

const KEYWORDS = ['SAVEPOINT', 'ROLLBACK', 'XA START', 'XA END', 'XA PREPARE', 'XA COMMIT', 'XA ROLLBACK'];
const KEYWORD_BYTES_MAX = 16;

/** Statements about transactions, which belong to no schema. */
export function isTransactionKeyword(text: Buffer): boolean {
  return is(text, 'BEGIN') || is(text, 'COMMIT') || KEYWORDS.some((keyword) => begins(text, keyword));
}

export function startsGroup(text: Buffer): boolean {
  return is(text, 'BEGIN') || begins(text, 'XA START');
}

export function endsGroup(text: Buffer): boolean {
  if (is(text, 'COMMIT') || begins(text, 'XA ROLLBACK')) return true;
  return begins(text, 'ROLLBACK') && !begins(text, 'ROLLBACK TO ');
}

function is(text: Buffer, keyword: string): boolean {
  return text.length === keyword.length && text.latin1Slice(0, text.length) === keyword;
}

function begins(text: Buffer, keyword: string): boolean {
  return text.latin1Slice(0, Math.min(text.length, KEYWORD_BYTES_MAX)).toUpperCase().startsWith(keyword);
}

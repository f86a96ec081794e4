/** Blanks and comments, and the opening of an executable comment, whose inside is read as SQL. */
const LEADING = /^(?:\s+|--[ \t].*|#.*|\/\*(?![!M])[\s\S]*?\*\/|\/\*M?!\d*|\()+/;

/** The first word of a statement in upper case, whatever stands before it; empty when there is none. */
export function firstKeyword(sql: string): string {
  const rest = sql.replace(LEADING, '');
  return /^[A-Za-z_]+/.exec(rest)?.[0].toUpperCase() ?? '';
}

/** True for statements that change rows: in a ROW binlog they do not stand, so what they did would be lost. */
export function changesRows(sql: string): boolean {
  switch (firstKeyword(sql)) {
    case 'INSERT':
    case 'UPDATE':
    case 'DELETE':
    case 'REPLACE':
    case 'LOAD':
    case 'WITH':
      return true;
    default:
      return false;
  }
}

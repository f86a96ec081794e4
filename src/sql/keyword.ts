/** Blanks and comments, and the opening of an executable comment, whose inside is read as SQL. */
const LEADING = /^(?:\s+|--[ \t].*|#.*|\/\*(?![!M])[\s\S]*?\*\/|\/\*M?!\d*|\()+/;
/** Text, quoted names and comments. */
const QUOTED =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|--[ \t].*|#.*|\/\*(?![!M])[\s\S]*?\*\//g;
const CREATE_TABLE = /^\s*CREATE\s+TABLE\b/i;
const QUERY = /\b(?:SELECT|TABLE|VALUES\s+ROW)\b/i;

/** The first word of a statement in upper case, whatever stands before it; empty when there is none. */
export function firstKeyword(sql: string): string {
  const rest = sql.replace(LEADING, '');
  return /^[A-Za-z_]+/.exec(rest)?.[0].toUpperCase() ?? '';
}

/** Nothing but comments, as MariaDB writes in place of an event that its reader is taken not to know (`# Dummy event …`). */
export function isComment(sql: string): boolean {
  return sql.replace(LEADING, '') === '';
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
    // Logged only for the sake of a function that writes; SET @x = f() is logged as a SELECT, too.
    case 'SELECT':
    case 'DO':
      return true;
    case 'CREATE':
      return createsFromQuery(sql);
    default:
      return false;
  }
}

/** CREATE TABLE … SELECT: in a ROW binlog the server writes out the columns instead, and rows follow. */
function createsFromQuery(sql: string): boolean {
  const bare = sql.replace(LEADING, '').replace(QUOTED, ' ');
  return CREATE_TABLE.test(bare) && QUERY.test(bare.replace(CREATE_TABLE, ''));
}

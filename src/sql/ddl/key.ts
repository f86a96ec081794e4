import { skipReference } from './column.js';
import type { Cursor } from './cursor.js';
import type { KeyClause, KeyPart } from './statement.js';

/** True where a key or another constraint stands in a list of columns. */
export function seesKey(c: Cursor): boolean {
  if (c.sees('CONSTRAINT|PRIMARY|UNIQUE|INDEX|KEY|FULLTEXT|SPATIAL|FOREIGN|CHECK')) return true;
  // These may also be names of columns.
  return c.sees('VECTOR', 'INDEX|KEY') || c.sees('PERIOD', 'FOR');
}

/** A key, or null for a constraint that is none. `IF NOT EXISTS` is told to the caller. */
export function parseKey(c: Cursor): { key: KeyClause | null; ifNotExists: boolean } {
  const constraint = parseConstraintName(c);
  if (c.accept('PRIMARY', 'KEY')) return parseParts(c, 'primary', constraint);
  if (c.accept('UNIQUE')) {
    c.accept('INDEX|KEY');
    return parseParts(c, 'unique', constraint);
  }
  if (c.accept('FULLTEXT|SPATIAL|VECTOR')) {
    c.accept('INDEX|KEY');
    return parseParts(c, 'other', null);
  }
  if (c.accept('INDEX|KEY')) return parseParts(c, 'other', null);
  if (c.accept('FOREIGN', 'KEY')) {
    c.ifNotExists();
    if (!c.isSymbol('(')) c.name();
    c.skipParentheses();
    c.expect('REFERENCES');
    skipReference(c);
  } else if (!c.sees('CHECK|PERIOD')) throw c.refuse('a key should stand there');
  c.skipItem();
  return { key: null, ifNotExists: false };
}

function parseConstraintName(c: Cursor): string | null {
  if (!c.accept('CONSTRAINT')) return null;
  c.ifNotExists();
  return c.sees('PRIMARY|UNIQUE|FOREIGN|CHECK') ? null : c.name();
}

function parseParts(
  c: Cursor,
  kind: KeyClause['kind'],
  constraint: string | null,
): { key: KeyClause; ifNotExists: boolean } {
  const ifNotExists = c.ifNotExists();
  // PRIMARY KEY takes a name and forgets it.
  const name = c.isSymbol('(') || c.sees('USING|TYPE') ? constraint : c.name();
  return { key: { name: kind === 'primary' ? 'PRIMARY' : name, kind, parts: parseKeyParts(c) }, ifNotExists };
}

/** The columns in parentheses, and the options around them. */
export function parseKeyParts(c: Cursor): KeyPart[] {
  if (c.accept('USING|TYPE')) c.skip();
  c.expectSymbol('(');
  const parts = c.list(() => {
    const part = parseKeyPart(c);
    c.skipItem(); // ASC, DESC, WITHOUT OVERLAPS
    return part;
  });
  c.expectSymbol(')');
  c.skipItem(); // USING, COMMENT, WITH PARSER, …
  return parts;
}

function parseKeyPart(c: Cursor): KeyPart {
  if (c.skipParentheses()) return { column: null, prefix: null };
  const column = c.name();
  if (!c.acceptSymbol('(')) return { column, prefix: null };
  const prefix = c.integer();
  c.expectSymbol(')');
  return { column, prefix };
}

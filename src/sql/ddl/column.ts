import type { Cursor } from './cursor.js';
import type { ColumnClause, TypeClause } from './statement.js';
import { parseType } from './type.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
interface Draft extends Writable<ColumnClause> {
  type: Writable<TypeClause>;
}

/** A name, its type and its attributes; what follows is left to the caller. */
export function parseColumn(c: Cursor): ColumnClause {
  const name = c.name();
  const isSerial = c.sees('SERIAL');
  const draft: Draft = {
    name,
    type: parseType(c),
    nullable: isSerial ? false : null,
    collation: null,
    generated: null,
    systemTime: false,
    visible: true,
    primary: false,
    unique: isSerial,
  };
  if (isSerial) draft.type.unsigned = true;
  while (parseTypeAttribute(c, draft.type) || parseAttribute(c, draft));
  return draft;
}

/** Signs and character sets; false if none stands there. */
function parseTypeAttribute(c: Cursor, type: Writable<TypeClause>): boolean {
  if (c.accept('UNSIGNED') || c.accept('ZEROFILL')) type.unsigned = true;
  else if (c.accept('BINARY')) type.binary = true;
  else if (c.accept('ASCII')) type.charset = 'latin1';
  else if (c.accept('UNICODE')) type.charset = 'ucs2';
  else if (c.accept('BYTE')) type.charset = 'binary';
  else if (acceptCharset(c)) type.charset = c.nameOrString();
  else return c.accept('SIGNED');
  return true;
}

/** CHARACTER SET, CHARSET or CHAR SET. */
export function acceptCharset(c: Cursor): boolean {
  return c.accept('CHARACTER|CHAR', 'SET') || c.accept('CHARSET');
}

/** False where no attribute stands. */
function parseAttribute(c: Cursor, column: Draft): boolean {
  if (c.accept('NOT', 'NULL')) column.nullable = false;
  else if (c.accept('NULL')) column.nullable = true;
  else if (c.accept('COLLATE')) column.collation = c.nameOrString();
  else if (c.accept('UNIQUE')) {
    c.accept('KEY');
    column.unique = true;
  } else if (c.accept('PRIMARY', 'KEY') || c.accept('KEY')) column.primary = true;
  else if (c.accept('VISIBLE')) column.visible = true;
  else if (c.accept('INVISIBLE')) column.visible = false;
  else if (c.accept('SERIAL', 'DEFAULT', 'VALUE')) {
    column.unique = true;
    column.nullable = false;
  } else return parseGeneration(c, column) || skipAttribute(c);
  return true;
}

function parseGeneration(c: Cursor, column: Draft): boolean {
  if (c.accept('GENERATED', 'ALWAYS', 'AS', 'ROW')) {
    c.expect('START|END');
    column.systemTime = true;
    return true;
  }
  if (!c.accept('GENERATED', 'ALWAYS', 'AS') && !c.accept('AS')) return false;
  if (!c.skipParentheses()) throw c.refuse('an expression in parentheses should stand there');
  column.generated = c.accept('STORED') || c.accept('PERSISTENT') ? 'stored' : 'virtual';
  c.accept('VIRTUAL');
  return true;
}

/** What the bytes of a row do not depend on; false if it is not known to be such. */
function skipAttribute(c: Cursor): boolean {
  if (c.accept('AUTO_INCREMENT')) return true;
  if (c.accept('DEFAULT')) skipDefault(c);
  else if (c.accept('ON', 'UPDATE')) skipCall(c);
  else if (c.accept('REFERENCES')) skipReference(c);
  else if (c.sees('CONSTRAINT') || c.sees('CHECK')) skipCheck(c);
  else if (c.accept('COMMENT|COLUMN_FORMAT|STORAGE|SRID')) c.skip();
  else if (c.accept('WITH|WITHOUT', 'SYSTEM', 'VERSIONING')) return true;
  else if (c.accept('NOT', 'SECONDARY')) return true;
  else if (c.accept('COMPRESSED')) skipValue(c);
  else if (c.isFollowedBy('=')) {
    // REF_SYSTEM_ID, ENGINE_ATTRIBUTE, and those that engines define.
    c.skip();
    skipValue(c);
  } else if (c.accept('ENGINE_ATTRIBUTE|SECONDARY_ENGINE_ATTRIBUTE')) c.skip();
  else return false;
  return true;
}

function skipValue(c: Cursor): void {
  if (c.acceptSymbol('=')) c.skip();
}

/** A literal, a call, an expression in parentheses; in MariaDB also calculations without them. */
function skipDefault(c: Cursor): void {
  if (c.accept('NEXT', 'VALUE', 'FOR')) {
    c.tableName();
    return;
  }
  for (;;) {
    while (c.acceptSymbol('-') || c.acceptSymbol('+'));
    skipCall(c);
    if (!OPERATORS.some((operator) => c.acceptSymbol(operator))) return;
  }
}
const OPERATORS = ['+', '-', '*', '/', '%', '.', '|', '&', '^'];

/** One literal, with what belongs to it: _utf8mb4'x', DATE '2020-01-01', 'a' 'b', NOW(6), (1 + 1). */
function skipCall(c: Cursor): void {
  if (c.skipParentheses()) return;
  const { token } = c;
  c.skip();
  if (token.kind === 'word' && c.skipParentheses()) return;
  while (
    c.token.kind === 'string' ||
    (token.kind === 'word' && token.upper.startsWith('_') && c.token.kind === 'bytes')
  )
    c.skip();
}

export function skipReference(c: Cursor): void {
  c.tableName();
  c.skipParentheses();
  for (;;) {
    if (c.accept('MATCH')) c.skip();
    else if (c.accept('ON', 'DELETE|UPDATE')) {
      if (!c.accept('SET', 'NULL|DEFAULT') && !c.accept('NO', 'ACTION')) c.expect('RESTRICT|CASCADE');
    } else return;
  }
}

function skipCheck(c: Cursor): void {
  if (c.accept('CONSTRAINT') && !c.sees('CHECK')) c.name();
  c.expect('CHECK');
  if (!c.skipParentheses()) throw c.refuse('a condition in parentheses should stand there');
  if (!c.accept('NOT', 'ENFORCED')) c.accept('ENFORCED');
}

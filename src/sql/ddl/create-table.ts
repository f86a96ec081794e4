import { parseCharsetOption } from './charset.js';
import { parseColumn } from './column.js';
import type { Cursor } from './cursor.js';
import { parseKey, seesKey } from './key.js';
import type {
  CharsetOption,
  ColumnClause,
  CreateLike,
  CreateTable,
  Creation,
  KeyClause,
  TableName,
} from './statement.js';

/** Behind CREATE [OR REPLACE] TABLE. */
export function parseCreateTable(c: Cursor, orReplace: boolean): CreateTable | CreateLike {
  const creation = parseCreation(c, orReplace);
  const table = c.tableName();
  const inParentheses = c.isSymbol('(');
  if (c.accept('LIKE')) return { kind: 'create-like', table, creation, like: c.tableName() };
  if (!inParentheses) throw c.refuse('its columns come from a query');
  c.expectSymbol('(');
  if (c.accept('LIKE')) {
    const like = c.tableName();
    c.expectSymbol(')');
    return { kind: 'create-like', table, creation, like };
  }
  return parseDefinition(c, table, creation);
}

/** IF NOT EXISTS behind what is created. */
export function parseCreation(c: Cursor, orReplace: boolean): Creation {
  if (c.ifNotExists()) return 'if-not-exists';
  return orReplace ? 'or-replace' : 'new';
}

function parseDefinition(c: Cursor, table: TableName, creation: Creation): CreateTable {
  const columns: ColumnClause[] = [];
  const keys: KeyClause[] = [];
  c.list(() => {
    if (!seesKey(c)) columns.push(parseColumn(c));
    else {
      const { key } = parseKey(c);
      if (key !== null) keys.push(key);
    }
  });
  c.expectSymbol(')');
  return { kind: 'create-table', table, creation, columns, keys, ...parseOptions(c) };
}

/** What follows the columns: of the options only few matter, but rows from a query would add columns of their own. */
function parseOptions(c: Cursor): { charset: CharsetOption[]; systemVersioning: boolean } {
  const charset: CharsetOption[] = [];
  let systemVersioning = false;
  while (!c.isAtEnd) {
    const said = parseCharsetOption(c);
    if (said !== null) charset.push(said);
    else if (c.accept('WITH', 'SYSTEM', 'VERSIONING')) systemVersioning = true;
    else if (c.sees('SELECT|AS|WITH|VALUES|TABLE|IGNORE|REPLACE')) throw c.refuse('its columns come from a query');
    else if (c.acceptSymbol('=')) skipValue(c);
    else if (!c.skipParentheses()) c.skip();
  }
  return { charset, systemVersioning };
}

function skipValue(c: Cursor): void {
  if (!c.skipParentheses()) c.skip();
}

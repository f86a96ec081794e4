import type { Dialect } from '../../core/dialect.js';
import { lex } from '../lexer.js';
import { parseAlterTable } from './alter-table.js';
import { parseCharsetOption } from './charset.js';
import { parseCreateTable, parseCreation } from './create-table.js';
import { Cursor } from './cursor.js';
import { parseKeyParts } from './key.js';
import type { CharsetOption, Ddl, KeyClause, NamedTable } from './statement.js';

const UNCONCERNED: Ddl = { kind: 'unconcerned' };

/** What a logged statement does to columns. Throws DDL_UNKNOWN where that cannot be said for sure. */
export function parseDdl(sql: string, dialect: Dialect): Ddl {
  return parse(new Cursor(lex(sql, dialect), dialect));
}

export interface NamingDdl {
  readonly ddl: Ddl | { readonly kind: 'truncate-table' };
  /** In the order of the text; with those that foreign keys lead to. */
  readonly tables: readonly NamedTable[];
}

/** The same, with the tables that it names, and with TRUNCATE, which does nothing to columns. */
export function parseNamingDdl(sql: string, dialect: Dialect): NamingDdl {
  const c = new Cursor(lex(sql, dialect), dialect);
  if (!c.accept('TRUNCATE')) return { ddl: parse(c), tables: c.tables };
  c.accept('TABLE');
  c.tableName();
  return { ddl: { kind: 'truncate-table' }, tables: c.tables };
}

function parse(c: Cursor): Ddl {
  if (c.accept('CREATE')) return parseCreate(c);
  if (c.accept('ALTER')) return parseAlter(c);
  if (c.accept('DROP')) return parseDrop(c);
  if (c.accept('RENAME')) return parseRename(c);
  if (c.accept('SET', 'STATEMENT')) return parseBehindSettings(c);
  if (c.isAtEnd || c.sees(HARMLESS) || seesMaintenance(c)) return UNCONCERNED;
  throw c.refuse('this kind of statement is not known');
}

/** MariaDB: SET STATEMENT a = 1, b = 2 FOR …, of one statement only. */
function parseBehindSettings(c: Cursor): Ddl {
  while (!c.isAtEnd && !c.sees('FOR')) if (!c.skipParentheses()) c.skip();
  c.expect('FOR');
  return parse(c);
}

/** First words of statements that do nothing to columns, whatever follows. */
const HARMLESS = [
  ...['ANALYZE', 'BACKUP', 'BEGIN', 'BINLOG', 'CACHE', 'CALL', 'CHANGE', 'CHECK', 'CHECKSUM', 'COMMIT', 'DEALLOCATE'],
  ...['DELETE', 'DO', 'END', 'EXECUTE', 'EXPLAIN', 'FLUSH', 'GRANT', 'INSERT', 'INSTALL', 'KILL', 'LOAD', 'LOCK'],
  ...['OPTIMIZE', 'PREPARE', 'PURGE', 'RELEASE', 'REPAIR', 'REPLACE', 'RESET', 'REVOKE', 'ROLLBACK', 'SAVEPOINT'],
  ...['SELECT', 'SET', 'SHOW', 'START', 'STOP', 'TRUNCATE', 'UNINSTALL', 'UNLOCK', 'UPDATE', 'USE', 'WITH', 'XA'],
].join('|');

function seesMaintenance(c: Cursor): boolean {
  return c.sees('SHUTDOWN|RESTART|CLONE');
}

/** What may be created, altered and dropped without a column being touched. */
const OBJECTS = [
  ...['AGGREGATE', 'ALGORITHM', 'DEFINER', 'EVENT', 'FUNCTION', 'INSTANCE', 'LIBRARY', 'LOGFILE', 'MASKING', 'PACKAGE'],
  ...['PREPARE', 'PROCEDURE', 'RESOURCE', 'ROLE', 'SERVER', 'SQL', 'TABLESPACE', 'TRIGGER', 'UNDO', 'USER', 'VIEW'],
].join('|');

function parseCreate(c: Cursor): Ddl {
  const orReplace = c.accept('OR', 'REPLACE');
  if (c.accept('TEMPORARY')) return UNCONCERNED;
  if (c.accept('TABLE')) return parseCreateTable(c, orReplace);
  if (c.accept('SEQUENCE')) {
    const creation = parseCreation(c, orReplace);
    return { kind: 'create-sequence', table: c.tableName(), creation };
  }
  if (c.accept('DATABASE|SCHEMA')) {
    const creation = parseCreation(c, orReplace);
    return { kind: 'create-schema', creation, name: c.name(), charset: parseSchemaOptions(c) };
  }
  if (seesIndex(c)) return parseCreateIndex(c);
  return unconcerned(c);
}

function unconcerned(c: Cursor): Ddl {
  // CREATE SPATIAL REFERENCE SYSTEM
  if (c.sees(OBJECTS) || c.sees('SPATIAL', 'REFERENCE')) return UNCONCERNED;
  throw c.refuse('what this statement is about is not known');
}

function seesIndex(c: Cursor): boolean {
  return c.sees('UNIQUE|FULLTEXT|SPATIAL|VECTOR|ONLINE|OFFLINE|INDEX') && !c.sees('SPATIAL', 'REFERENCE');
}

/** CREATE UNIQUE INDEX i ON t (a) is ALTER TABLE t ADD UNIQUE i (a). */
function parseCreateIndex(c: Cursor): Ddl {
  c.accept('ONLINE|OFFLINE');
  const kind: KeyClause['kind'] = c.accept('UNIQUE') ? 'unique' : 'other';
  c.accept('FULLTEXT|SPATIAL|VECTOR');
  c.expect('INDEX');
  const ifNotExists = c.ifNotExists();
  const name = c.name();
  if (c.accept('USING|TYPE')) c.skip();
  c.expect('ON');
  const table = c.tableName();
  if (c.accept('WAIT')) c.skip();
  else c.accept('NOWAIT');
  const key: KeyClause = { name, kind, parts: parseKeyParts(c) };
  return { kind: 'alter-table', table, ifExists: false, actions: [{ do: 'add-key', key, ifNotExists }] };
}

function parseAlter(c: Cursor): Ddl {
  c.accept('ONLINE|OFFLINE');
  c.accept('IGNORE');
  if (c.accept('TABLE')) return parseAlterTable(c);
  if (c.accept('SEQUENCE')) return UNCONCERNED;
  if (c.accept('DATABASE|SCHEMA')) {
    const named = !c.isAtEnd && !c.sees('DEFAULT|CHARACTER|CHARSET|COLLATE|COMMENT|UPGRADE|READ|ENCRYPTION');
    return { kind: 'alter-schema', name: named ? c.name() : null, charset: parseSchemaOptions(c) };
  }
  return unconcerned(c);
}

function parseSchemaOptions(c: Cursor): CharsetOption[] {
  const charset: CharsetOption[] = [];
  while (!c.isAtEnd) {
    const said = parseCharsetOption(c);
    if (said === null) c.skip();
    else charset.push(said);
  }
  return charset;
}

function parseDrop(c: Cursor): Ddl {
  if (c.accept('TEMPORARY')) return UNCONCERNED;
  if (c.accept('TABLE|TABLES|SEQUENCE')) {
    c.ifExists();
    return { kind: 'drop-tables', tables: c.list(() => c.tableName()) };
  }
  if (c.accept('DATABASE|SCHEMA')) {
    c.ifExists();
    return { kind: 'drop-schema', name: c.name() };
  }
  c.accept('ONLINE|OFFLINE');
  if (c.accept('INDEX')) {
    c.ifExists();
    const name = c.name();
    c.expect('ON');
    return { kind: 'alter-table', table: c.tableName(), ifExists: false, actions: [{ do: 'drop-key', name }] };
  }
  return unconcerned(c);
}

function parseRename(c: Cursor): Ddl {
  if (c.accept('USER')) return UNCONCERNED;
  c.expect('TABLE|TABLES');
  c.ifExists();
  const renames = c.list(() => {
    const from = c.tableName();
    if (c.accept('WAIT')) c.skip();
    else c.accept('NOWAIT');
    c.expect('TO');
    return { from, to: c.tableName() };
  });
  return { kind: 'rename-tables', renames };
}

import { parseCharsetOption } from './charset.js';
import { acceptCharset, parseColumn } from './column.js';
import type { Cursor } from './cursor.js';
import { parseKey, seesKey } from './key.js';
import type { AlterAction, AlterTable, CharsetOption, Place } from './statement.js';

/** Behind ALTER [ONLINE] [IGNORE] TABLE. */
export function parseAlterTable(c: Cursor): AlterTable {
  const ifExists = c.ifExists();
  const table = c.tableName();
  if (c.accept('WAIT')) c.skip();
  else c.accept('NOWAIT');
  const actions: AlterAction[] = [];
  while (!c.isAtEnd) {
    actions.push(...parseAction(c));
    c.acceptSymbol(',');
  }
  return { kind: 'alter-table', table, ifExists, actions };
}

function parseAction(c: Cursor): AlterAction[] {
  const partitions = parsePartitioning(c);
  if (partitions !== null) return partitions;
  if (c.accept('ADD')) return parseAdd(c);
  if (c.accept('DROP')) return parseDrop(c);
  if (c.accept('CHANGE')) return parseChange(c, 'CHANGE');
  if (c.accept('MODIFY')) return parseChange(c, 'MODIFY');
  if (c.accept('ALTER')) return parseAlter(c);
  if (c.accept('RENAME')) return parseRename(c);
  if (c.accept('CONVERT', 'TO')) return [{ do: 'convert-charset', options: parseConversion(c) }];
  // Takes a list of columns, so it is the last one.
  if (c.accept('ORDER', 'BY')) return skipRest(c);
  return parseOption(c);
}

/** Partitions come alone or last. Their rows have the columns of their table, and its name. */
function parsePartitioning(c: Cursor): AlterAction[] | null {
  if (c.accept('CONVERT', 'PARTITION')) {
    c.name();
    c.expect('TO', 'TABLE');
    return [{ do: 'partition-to-table', table: c.tableName() }, ...skipRest(c)];
  }
  if (c.accept('CONVERT', 'TABLE')) return [{ do: 'table-to-partition', table: c.tableName() }, ...skipRest(c)];
  if (c.sees('PARTITION', 'BY') || c.sees(PARTITION_VERBS, 'PARTITION|PARTITIONING')) return skipRest(c);
  return null;
}
const PARTITION_VERBS =
  'ADD|DROP|TRUNCATE|COALESCE|REORGANIZE|EXCHANGE|ANALYZE|CHECK|OPTIMIZE|REBUILD|REPAIR|REMOVE|DISCARD|IMPORT';

function skipRest(c: Cursor): [] {
  while (!c.isAtEnd) c.skip();
  return [];
}

function parseAdd(c: Cursor): AlterAction[] {
  if (c.accept('SYSTEM', 'VERSIONING')) return [{ do: 'system-versioning', on: true }];
  if (seesKey(c)) return parseAddedKey(c);
  c.accept('COLUMN');
  const ifNotExists = c.ifNotExists();
  if (!c.acceptSymbol('(')) return [{ do: 'add-column', column: parseColumn(c), place: parsePlace(c), ifNotExists }];
  const added = c.list((): AlterAction[] =>
    seesKey(c) ? parseAddedKey(c) : [{ do: 'add-column', column: parseColumn(c), place: null, ifNotExists }],
  );
  c.expectSymbol(')');
  return added.flat();
}

function parseAddedKey(c: Cursor): AlterAction[] {
  const { key, ifNotExists } = parseKey(c);
  return key === null ? [] : [{ do: 'add-key', key, ifNotExists }];
}

function parsePlace(c: Cursor): Place {
  if (c.accept('FIRST')) return 'first';
  return c.accept('AFTER') ? { after: c.name() } : null;
}

function parseDrop(c: Cursor): AlterAction[] {
  if (c.accept('PRIMARY', 'KEY')) return [{ do: 'drop-key', name: 'PRIMARY' }];
  if (c.accept('SYSTEM', 'VERSIONING')) return [{ do: 'system-versioning', on: false }];
  if (c.accept('PERIOD', 'FOR')) {
    c.name();
    return [];
  }
  if (c.accept('FOREIGN', 'KEY') || c.accept('CHECK')) {
    c.ifExists();
    c.name();
    return [];
  }
  if (c.accept('INDEX|KEY|CONSTRAINT')) {
    c.ifExists();
    return [{ do: 'drop-key', name: c.name() }];
  }
  c.accept('COLUMN');
  const ifExists = c.ifExists();
  const name = c.name();
  c.accept('RESTRICT|CASCADE');
  return [{ do: 'drop-column', name, ifExists }];
}

function parseChange(c: Cursor, verb: 'CHANGE' | 'MODIFY'): AlterAction[] {
  c.accept('COLUMN');
  const ifExists = c.ifExists();
  const old = verb === 'CHANGE' ? c.name() : null;
  const column = parseColumn(c);
  return [{ do: 'change-column', name: old ?? column.name, column, place: parsePlace(c), ifExists }];
}

/** ALTER [COLUMN] x SET INVISIBLE; defaults, indexes and checks do not matter. */
function parseAlter(c: Cursor): AlterAction[] {
  if (c.accept('INDEX|KEY|CHECK|CONSTRAINT')) {
    c.skipItem();
    return [];
  }
  c.accept('COLUMN');
  c.ifExists();
  const name = c.name();
  const visible = c.accept('SET', 'VISIBLE');
  const shown: AlterAction[] = visible || c.accept('SET', 'INVISIBLE') ? [{ do: 'show-column', name, visible }] : [];
  c.skipItem();
  return shown;
}

function parseRename(c: Cursor): AlterAction[] {
  if (c.accept('COLUMN')) {
    const ifExists = c.ifExists();
    const name = c.name();
    c.expect('TO');
    return [{ do: 'rename-column', name, to: c.name(), ifExists }];
  }
  if (c.accept('INDEX|KEY')) {
    c.ifExists();
    const name = c.name();
    c.expect('TO');
    return [{ do: 'rename-key', name, to: c.name() }];
  }
  if (!c.accept('TO|AS')) c.acceptSymbol('=');
  return [{ do: 'rename-table', to: c.tableName() }];
}

function parseConversion(c: Cursor): CharsetOption[] {
  if (!acceptCharset(c)) throw c.refuse('a character set should stand there');
  const charset: CharsetOption = { what: 'charset', name: c.nameOrString() };
  return c.accept('COLLATE') ? [charset, { what: 'collation', name: c.nameOrString() }] : [charset];
}

/** ENGINE, COMMENT, ALGORITHM, FORCE, …: of the options only character sets matter. */
function parseOption(c: Cursor): AlterAction[] {
  const charset = parseCharsetOption(c);
  if (charset !== null) return [{ do: 'default-charset', options: [charset] }];
  if (c.accept('DATA|INDEX', 'DIRECTORY')) c.acceptSymbol('=');
  else if (c.accept('DISABLE|ENABLE', 'KEYS') || c.accept('DISCARD|IMPORT', 'TABLESPACE')) return [];
  else if (c.accept('WITH|WITHOUT', 'VALIDATION') || c.accept('START', 'TRANSACTION')) return [];
  else if (c.accept('FORCE|SECONDARY_LOAD|SECONDARY_UNLOAD|ONLINE')) return [];
  else if (c.isFollowedBy('=')) {
    c.skip();
    c.skip();
  } else if (!c.accept(OPTIONS)) throw c.refuse('this action is not known');
  if (!c.skipParentheses()) c.skip();
  return [];
}

/** Options whose value may stand without an equals sign before it. */
const OPTIONS = [
  ...['ALGORITHM', 'AUTOEXTEND_SIZE', 'AUTO_INCREMENT', 'AVG_ROW_LENGTH', 'CHECKSUM', 'COMMENT', 'COMPRESSION'],
  ...['CONNECTION', 'DELAY_KEY_WRITE', 'ENCRYPTION', 'ENGINE', 'ENGINE_ATTRIBUTE', 'INSERT_METHOD', 'KEY_BLOCK_SIZE'],
  ...['LOCK', 'MAX_ROWS', 'MIN_ROWS', 'PACK_KEYS', 'PAGE_CHECKSUM', 'PASSWORD', 'ROW_FORMAT', 'SECONDARY_ENGINE'],
  ...['SECONDARY_ENGINE_ATTRIBUTE', 'STATS_AUTO_RECALC', 'STATS_PERSISTENT', 'STATS_SAMPLE_PAGES', 'STORAGE'],
  ...['TABLESPACE', 'TABLE_CHECKSUM', 'TRANSACTIONAL', 'TYPE', 'UNION'],
].join('|');

import type { Dialect } from '../core/dialect.js';
import { RowtideError } from '../core/errors.js';
import { type NamingDdl, parseNamingDdl } from '../sql/ddl/parse.js';
import type { TableName } from '../sql/ddl/statement.js';
import { lex, type Token } from '../sql/lexer.js';

/** What a statement of the log is about, as far as a guard wants to know. */
export interface LoggedDdl {
  /** Its first words, in upper case: `DROP TABLE`, `TRUNCATE TABLE`, `CREATE USER`. */
  readonly verb: string;
  /** Those that it names. */
  readonly tables: readonly TableName[];
  /** Of a whole schema: its name. */
  readonly schema: string | null;
  /** What it does away with rows by; null: nothing of theirs is lost. */
  readonly destroys: 'drop' | 'truncate' | null;
  /** False: nobody knows what it does, and `destroys` goes by its words. */
  readonly isUnderstood: boolean;
}

/** `schema`: the default one, for names that stand alone; null leaves them so. */
export function ddlOf(sql: string, dialect: Dialect, schema: string | null): LoggedDdl {
  const words = wordsOf(sql, dialect);
  try {
    const naming = parseNamingDdl(sql, dialect);
    const tables = naming.tables.map(({ table }) => ({ schema: table.schema ?? schema, name: table.name }));
    const { ddl } = naming;
    return {
      verb: verbOf(ddl, words),
      tables,
      schema: ddl.kind === 'drop-schema' || ddl.kind === 'create-schema' ? ddl.name : null,
      destroys: destructionBy(ddl, words),
      isUnderstood: true,
    };
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    const destroys = /\b(?:DROP|TRUNCATE)\b/i.test(sql) ? 'drop' : null;
    return { verb: words.slice(0, 2).join(' '), tables: [], schema: null, destroys, isUnderstood: false };
  }
}

function destructionBy(ddl: NamingDdl['ddl'], words: readonly string[]): LoggedDdl['destroys'] {
  switch (ddl.kind) {
    case 'drop-tables':
    case 'drop-schema':
      return 'drop';
    case 'truncate-table':
      return 'truncate';
    case 'create-table':
    case 'create-like':
    case 'create-sequence':
    case 'create-schema':
      return ddl.creation === 'or-replace' ? 'drop' : null;
    case 'alter-table':
      // The parser looks at columns, and a partition has none of its own.
      if (follow(words, 'TRUNCATE', 'PARTITION')) return 'truncate';
      if (follow(words, 'DROP', 'PARTITION')) return 'drop';
      return ddl.actions.some((action) => action.do === 'drop-column') ? 'drop' : null;
    case 'rename-tables':
    case 'alter-schema':
    case 'unconcerned':
      return null;
  }
}

function verbOf(ddl: NamingDdl['ddl'], words: readonly string[]): string {
  switch (ddl.kind) {
    case 'drop-tables':
      return 'DROP TABLE';
    case 'drop-schema':
      return 'DROP DATABASE';
    case 'truncate-table':
      return 'TRUNCATE TABLE';
    case 'alter-table':
      return 'ALTER TABLE';
    default:
      return words.slice(0, 2).join(' ');
  }
}

function follow(words: readonly string[], first: string, second: string): boolean {
  return words.some((word, i) => word === first && words[i + 1] === second);
}

function wordsOf(sql: string, dialect: Dialect): string[] {
  return (tokensOf(sql, dialect) ?? []).flatMap((token) => (token.kind === 'word' ? [token.upper] : []));
}

/** Null for what no server would have accepted, such as a text that was cut off. */
function tokensOf(sql: string, dialect: Dialect): Token[] | null {
  try {
    return lex(sql, dialect);
  } catch (error) {
    if (error instanceof RowtideError) return null;
    throw error;
  }
}

/** Words behind which rows are chosen. With a LIMIT the server's own sql_safe_updates is content, too. */
const CONDITIONS: ReadonlySet<string> = new Set(['WHERE', 'LIMIT', 'ON', 'USING']);

/** True for an UPDATE or DELETE that takes every row: no WHERE, no LIMIT, no join condition outside of parentheses. */
export function lacksCondition(sql: string, dialect: Dialect): boolean {
  const words = outerWords(tokensOf(sql, dialect) ?? []);
  const verb = words[0] === 'WITH' ? words.find((word) => word === 'UPDATE' || word === 'DELETE') : words[0];
  return (verb === 'UPDATE' || verb === 'DELETE') && !words.some((word) => CONDITIONS.has(word));
}

function outerWords(tokens: readonly Token[]): string[] {
  const words: string[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'symbol' && token.text === '(') depth++;
    else if (token.kind === 'symbol' && token.text === ')') depth--;
    else if (token.kind === 'word' && depth === 0) words.push(token.upper);
  }
  return words;
}
